// Keep the map in step with a plan: only what differs from the last picture is touched.
import type { GeoJSONSource, Map as MapLibre } from 'maplibre-gl'
import { colours } from '@/core/style'
import { colourGrids } from '@/core/plan/colouring'
import { deviation, idealLoad, membersOf } from '@/core/plan/measure'
import { type Ground, type Plan, UNASSIGNED } from '@/core/plan/model'
import {
  borderFeature,
  borderFeatures,
  central,
  collection,
  isParting,
  point,
  unitFeature,
  unitFeatures,
  villageNames,
} from './features'

export type Colouring = 'grids' | 'balance'
export type Label = (plan: Plan, grid: number, ideal: number) => string

const NO_GRID = '#ffffff'

export class PlanCanvas {
  private plan: Plan | null = null
  private fills: string[] = []
  private parts: boolean[] = []
  private locked = ''
  private marked: readonly number[] = []
  private texts: string[] = []
  private palette: Int8Array | null = null
  private way: Colouring = 'grids'

  constructor(
    private readonly map: MapLibre,
    private readonly label: Label,
  ) {}

  show(plan: Plan, way: Colouring, isNewWay = false): void {
    const before = this.plan
    this.plan = plan
    this.way = way
    if (before?.ground !== plan.ground) this.showGround(plan.ground, before?.ground)
    if (before?.part !== plan.part || before.grids !== plan.grids || isNewWay) {
      this.showUnits(plan)
      this.showBorders(plan)
      this.showNames(plan, before)
    }
  }

  /** Units that a hand has chosen stand out. */
  mark(units: readonly number[]): void {
    for (const id of this.marked) this.map.setFeatureState({ source: 'units', id }, { chosen: false })
    for (const id of units) this.map.setFeatureState({ source: 'units', id }, { chosen: true })
    this.marked = units
  }

  /** The colour that a grid has now. */
  colourOf(grid: number): string {
    return colours.grids.fill[this.palette?.[grid] ?? 0] ?? NO_GRID
  }

  private source(name: string): GeoJSONSource {
    return this.map.getSource(name) as GeoJSONSource
  }

  private showGround(ground: Ground, before?: Ground): void {
    if (before) return this.showMoved(ground, before)
    this.source('units').setData(unitFeatures(ground))
    this.source('borders').setData(borderFeatures(ground))
    this.source('village-names').setData(villageNames(ground))
  }

  /** A vertex moved: units and borders that have it follow. */
  private showMoved(ground: Ground, before: Ground): void {
    const moved = new Set<number>()
    for (let v = 0; 2 * v < ground.vertices.length; v++) {
      const [x, y] = [2 * v, 2 * v + 1]
      if (ground.vertices[x] !== before.vertices[x] || ground.vertices[y] !== before.vertices[y]) {
        moved.add(v)
      }
    }
    const has = (rings: readonly number[][]) => rings.some((ring) => ring.some((v) => moved.has(v)))
    const units = ground.polygons.flatMap((parts, u) => (has(parts.flat()) ? [u] : []))
    const borders = ground.borders.flatMap(({ lines }, b) => (has(lines) ? [b] : []))
    void this.source('units').updateData({
      update: units.map((id) => ({ id, newGeometry: unitFeature(ground, id).geometry })),
    })
    void this.source('borders').updateData({
      update: borders.map((id) => ({ id, newGeometry: borderFeature(ground, id).geometry })),
    })
  }

  private showUnits(plan: Plan): void {
    this.palette = colourGrids(plan, colours.grids.fill.length, this.palette)
    const ideal = idealLoad(plan)
    const fillOf = plan.grids.map((grid, g) =>
      this.way === 'grids' ? this.colourOf(g) : balanceColour(deviation(grid.load, ideal)),
    )
    plan.part.forEach((grid, id) => {
      const fill = grid === UNASSIGNED ? NO_GRID : fillOf[grid]!
      if (this.fills[id] === fill) return
      this.map.setFeatureState({ source: 'units', id }, { fill })
      this.fills[id] = fill
    })
    this.showLocked(plan)
  }

  /** Few grids are locked: hatching drawn over all units would cost every frame. */
  private showLocked(plan: Plan): void {
    const units: number[] = []
    plan.part.forEach((grid, unit) => plan.grids[grid]?.locked && units.push(unit))
    const key = units.join()
    if (key === this.locked) return
    this.locked = key
    this.source('locked').setData(collection(units.map((unit) => unitFeature(plan.ground, unit))))
  }

  private showBorders(plan: Plan): void {
    for (let id = 0; id < plan.ground.borders.length; id++) {
      const parts = isParting(plan, id)
      if (this.parts[id] === parts) continue
      this.map.setFeatureState({ source: 'borders', id }, { parts })
      this.parts[id] = parts
    }
  }

  /** Names stand on points of their own: on polygons they would repeat at tile edges. */
  private showNames(plan: Plan, before: Plan | null): void {
    const ideal = idealLoad(plan)
    const text = (g: number) => (plan.grids[g]!.units ? this.label(plan, g, ideal) : '')
    const fresh = plan.grids.map((_, g) => text(g))
    const isFirst = before?.grids.length !== plan.grids.length || !this.texts.length
    const rank = (g: number) => -Math.abs(deviation(plan.grids[g]!.load, ideal))
    if (isFirst) {
      const members: number[][] = plan.grids.map(() => [])
      plan.part.forEach((grid, unit) => grid !== UNASSIGNED && members[grid]!.push(unit))
      this.source('names').setData(
        collection(
          members.map((units, g) =>
            point(units.length ? central(plan.ground, units) : [0, 0], { text: fresh[g], rank: rank(g) }, g),
          ),
        ),
      )
    } else {
      const update = fresh.flatMap((name, g) => {
        if (name === this.texts[g] && plan.grids[g] === before.grids[g]) return []
        const units = membersOf(plan.part, g)
        const at = units.length ? central(plan.ground, units) : [0, 0]
        return [
          {
            id: g,
            newGeometry: point(at, {}).geometry,
            addOrUpdateProperties: [
              { key: 'text', value: name },
              { key: 'rank', value: rank(g) },
            ],
          },
        ]
      })
      if (update.length) void this.source('names').updateData({ update })
    }
    this.texts = fresh
  }
}

export const balanceColour = (percent: number): string =>
  colours.deviation.find(({ below }) => below === null || percent < below)!.colour
