// Press inside a grid and draw over its neighbour: what the brush touches joins the grid.
// With Shift the chosen grid takes it, wherever the stroke begins.
import type { Spot } from '@/core/plan/flat'
import { type Plan, UNASSIGNED } from '@/core/plan/model'
import type { Bench, Pointer, Reach, Tool } from './tool'

export const brushTool = (bench: Bench): Tool => {
  let grid: number | null = null
  let taken = new Set<number>()
  let last: Pointer | null = null

  const end = () => {
    bench.stroke(null, 0)
    grid = null
    taken = new Set()
  }
  const paint = (to: Pointer) => {
    if (grid === null) return
    const before = taken.size
    for (const at of between(last ?? to, to, Math.max(3, bench.brush().pixels / 2))) touch(at)
    last = to
    if (taken.size > before) bench.stroke([...taken], grid)
  }
  const touch = (at: Spot) => {
    const { pixels, reach } = bench.brush()
    const plan = bench.plan()
    const finder = bench.finder()
    const under = finder.unitAt(at)
    const near = pixels > 12 ? finder.unitsNear(at, (pixels / 2) * bench.metresPerPixel()) : []
    for (const unit of [...(under === null ? [] : [under]), ...near]) {
      if (!taken.has(unit)) for (const one of reached(plan, unit, reach)) take(plan, one)
    }
  }
  const take = (plan: Plan, unit: number) => {
    const own = plan.part[unit]!
    if (grid === null || own === grid) return
    if (own !== UNASSIGNED && plan.grids[own]!.locked) return bench.hint('lockedStays')
    if (!bench.brush().acrossVillages && plan.ground.units.village[unit] !== plan.grids[grid]!.village) {
      return bench.hint('otherVillage')
    }
    taken.add(unit)
  }

  return {
    cursor: 'crosshair',
    pans: false,
    down: (pointer) => {
      const plan = bench.plan()
      const unit = bench.finder().unitAt(pointer.at)
      const under = unit === null ? UNASSIGNED : plan.part[unit]!
      const chosen = bench.chosenGrid()
      const own = pointer.isShift || under === UNASSIGNED ? chosen : under
      if (own === null) return bench.hint(under === UNASSIGNED ? 'beginInGrid' : 'chooseFirst')
      if (plan.grids[own]!.locked) return bench.hint('lockedStays')
      if (own !== chosen) bench.choose(own, false)
      grid = own
      last = pointer
      paint(pointer)
    },
    move: (pointer, isDown) => isDown && paint(pointer),
    up: () => {
      const [to, units] = [grid, [...taken]]
      end()
      if (to !== null && units.length) bench.run({ kind: 'move', units, to: bench.plan().grids[to]!.code })
    },
    cancel: end,
  }
}

/** What comes along with a unit. */
const reached = ({ ground }: Plan, unit: number, reach: Reach): number[] => {
  if (reach === 'unit') return [unit]
  const group = reach === 'village' ? ground.units.village : ground.units.settlement
  const along: number[] = []
  group.forEach((name, other) => name === group[unit] && along.push(other))
  return along
}

/** Places along a quick move, so that the brush skips nothing. */
const between = (from: Pointer, to: Pointer, step: number): Spot[] => {
  const count = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / step))
  return Array.from({ length: count }, (_, i) => {
    const t = (i + 1) / count
    return [from.at[0] + t * (to.at[0] - from.at[0]), from.at[1] + t * (to.at[1] - from.at[1])]
  })
}
