// A plan -> what the map's sources hold. Pure.
import type { Feature, FeatureCollection } from 'geojson'
import { pointsOf, shapeOf } from '@/core/plan/ground'
import type { Ground, Plan } from '@/core/plan/model'

export const collection = (features: Feature[]): FeatureCollection => ({
  type: 'FeatureCollection',
  features,
})

export const point = (at: readonly number[], properties: object, id?: number): Feature => ({
  type: 'Feature',
  ...(id === undefined ? {} : { id }),
  geometry: { type: 'Point', coordinates: [...at] },
  properties,
})

export const unitFeature = (ground: Ground, unit: number): Feature => ({
  type: 'Feature',
  id: unit,
  geometry: shapeOf(ground, unit),
  properties: {},
})

export const unitFeatures = (ground: Ground): FeatureCollection =>
  collection(ground.polygons.map((_, unit) => unitFeature(ground, unit)))

export const borderFeature = (ground: Ground, border: number): Feature => {
  const { a, b, lines, isHole } = ground.borders[border]!
  const { village } = ground.units
  return {
    type: 'Feature',
    id: border,
    geometry: { type: 'MultiLineString', coordinates: lines.map((l) => pointsOf(ground.vertices, l)) },
    properties: { village: b < 0 ? !isHole : village[a] !== village[b] },
  }
}

export const borderFeatures = (ground: Ground): FeatureCollection =>
  collection(ground.borders.map((_, border) => borderFeature(ground, border)))

/** Name points of villages, each on the unit that lies most in its middle. */
export const villageNames = (ground: Ground): FeatureCollection => {
  const units: number[][] = ground.villages.map(() => [])
  ground.units.village.forEach((village, unit) => units[village]!.push(unit))
  return collection(
    units.flatMap((members, village) =>
      members.length ? [point(central(ground, members), { name: ground.villages[village]!.name })] : [],
    ),
  )
}

/** The place of the unit that is nearest to the middle of some units. */
export const central = (ground: Ground, members: readonly number[]): [number, number] => {
  let [x, y, sum] = [0, 0, 0]
  for (const u of members) {
    const weight = ground.units.area[u]! || 1
    x += ground.middle[u]![0] * weight
    y += ground.middle[u]![1] * weight
    sum += weight
  }
  const away = (u: number) => Math.hypot(ground.middle[u]![0] - x / sum, ground.middle[u]![1] - y / sum)
  return ground.middle[members.reduce((a, b) => (away(b) < away(a) ? b : a))]!
}

/** The outline of a grid, made of the borders it has with others. */
export const outlineOf = ({ ground, part }: Plan, isMember: (grid: number) => boolean): Feature => {
  const lines: number[][][] = []
  for (const { a, b, lines: own } of ground.borders) {
    const inA = isMember(part[a]!)
    const inB = b >= 0 && isMember(part[b]!)
    const differs = inA !== inB || (inA && part[a] !== part[b])
    if (differs) lines.push(...own.map((l) => pointsOf(ground.vertices, l)))
  }
  return { type: 'Feature', geometry: { type: 'MultiLineString', coordinates: lines }, properties: {} }
}

/** The outline of some units. */
export const outlineOfUnits = (ground: Ground, units: ReadonlySet<number>): Feature => {
  const lines = ground.borders.flatMap(({ a, b, lines: own }) =>
    units.has(a) !== units.has(b) ? own.map((l) => pointsOf(ground.vertices, l)) : [],
  )
  return { type: 'Feature', geometry: { type: 'MultiLineString', coordinates: lines }, properties: {} }
}

/** Whether a border lies between two grids. */
export const isParting = (plan: Plan, border: number): boolean => {
  const { a, b } = plan.ground.borders[border]!
  return b >= 0 && plan.part[a] !== plan.part[b]
}

