// The server's land -> who touches whom and which lines lie between them. Pure.
import { labelPoint } from '@/core/label'
import type { Area } from '@/core/types'
import type { Draft, Land } from './api'
import { degreesAt, type Spot } from './flat'
import type { Border, Ground, Units } from './model'

const STEPS = 1e7

export const makeGround = (land: Land, draft: Draft): Ground => {
  const vertices = movedVertices(decoded(land.vertices), draft.moved_vertices)
  const { polygons } = land
  const borders = withHoles(bordersOf(polygons), vertices, land.exclusive.features)
  const units = unitsOf(draft)
  const metres = degreesAt(vertices[1] ?? 0)
  const outer = new Float64Array(polygons.length)
  for (const { a, b, lines } of borders) {
    if (b < 0) outer[a]! += lines.reduce((sum, line) => sum + lengthOf(vertices, line, metres), 0)
  }
  const shapes = { vertices, polygons }
  return {
    units,
    villages: draft.villages,
    vertices,
    polygons,
    borders,
    ...neighbours(land.edges, polygons.length),
    outer,
    middle: polygons.map((_, u) => labelPoint(shapeOf(shapes, u))),
  }
}

const decoded = (steps: readonly number[]): Float64Array => {
  const vertices = new Float64Array(steps.length)
  let [x, y] = [0, 0]
  for (let i = 0; i + 1 < steps.length; i += 2) {
    x += steps[i]!
    y += steps[i + 1]!
    vertices[i] = x / STEPS
    vertices[i + 1] = y / STEPS
  }
  return vertices
}

/** Vertices with some of them elsewhere. */
export const movedVertices = (
  vertices: Float64Array,
  moves: readonly [number, number, number][],
): Float64Array => {
  if (!moves.length) return vertices
  const after = vertices.slice()
  for (const [vertex, lon, lat] of moves) {
    after[2 * vertex] = lon
    after[2 * vertex + 1] = lat
  }
  return after
}

const unitsOf = ({ units }: Draft): Units => {
  const seen = new Map<unknown, number>()
  const numberOf = (key: unknown) => seen.get(key) ?? (seen.set(key, seen.size), seen.size - 1)
  return {
    names: units.name,
    village: Int32Array.from(units.village),
    load: Float64Array.from(units.load),
    households: Float64Array.from(units.households, (n) => n ?? Number.NaN),
    area: Float64Array.from(units.area_m2),
    settlement: Int32Array.from(units.id, (id, u) => numberOf(units.settlement?.[u] ?? id)),
  }
}

const neighbours = ({ a, b, border_m }: Land['edges'], count: number) => {
  const pairs: [number, number, number][] = []
  a.forEach((from, i) => pairs.push([from, b[i]!, border_m[i]!], [b[i]!, from, border_m[i]!]))
  pairs.sort((p, q) => p[0] - q[0] || p[1] - q[1])
  const first = new Int32Array(count + 1)
  for (const [unit] of pairs) first[unit + 1]!++
  for (let u = 0; u < count; u++) first[u + 1]! += first[u]!
  return {
    first,
    near: Int32Array.from(pairs, (p) => p[1]),
    shared: Float64Array.from(pairs, (p) => p[2]),
  }
}

const pointOf = (vertices: Float64Array, v: number): Spot => [vertices[2 * v]!, vertices[2 * v + 1]!]

export const pointsOf = (vertices: Float64Array, line: readonly number[]): number[][] =>
  line.map((v) => [vertices[2 * v]!, vertices[2 * v + 1]!])

const lengthOf = (vertices: Float64Array, line: readonly number[], metres: Spot): number => {
  let sum = 0
  for (let i = 0; i + 1 < line.length; i++) {
    const [a, b] = [pointOf(vertices, line[i]!), pointOf(vertices, line[i + 1]!)]
    sum += Math.hypot((a[0] - b[0]) * metres[0], (a[1] - b[1]) * metres[1])
  }
  return sum
}

/** The shape of a unit as GeoJSON. */
export const shapeOf = (ground: Pick<Ground, 'vertices' | 'polygons'>, unit: number): Area => {
  const parts = ground.polygons[unit]!.map((rings) =>
    rings.map((ring) => pointsOf(ground.vertices, ring)),
  )
  return parts.length === 1
    ? { type: 'Polygon', coordinates: parts[0]! }
    : { type: 'MultiPolygon', coordinates: parts }
}

const named = (x: number, y: number) => `${Math.round(x * STEPS)} ${Math.round(y * STEPS)}`

/** Exclusive grids are carved out of the units: what lies along them is no outline. */
const withHoles = (
  borders: Border[],
  vertices: Float64Array,
  exclusive: Land['exclusive']['features'],
): Border[] => {
  const around = new Set<string>()
  for (const { geometry } of exclusive) {
    const rings = geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat()
    for (const [x, y] of rings.flat()) around.add(named(x!, y!))
  }
  const isAlong = (line: readonly number[]) => {
    const [x, y] = pointOf(vertices, line[Math.floor(line.length / 2)]!)
    return around.has(named(x, y))
  }
  return borders.map((border) =>
    border.b < 0 && border.lines.every(isAlong) ? { ...border, isHole: true } : border,
  )
}

// Numbers of two vertices in one number.
const PAIR = 2 ** 26

/** Every line between two units, and every line that only one unit has. */
export const bordersOf = (polygons: Ground['polygons']): Border[] => {
  const owners = new Map<number, [number, number]>()
  eachSide(polygons, (unit, from, to) => {
    const pair = owners.get(sideOf(from, to))
    if (pair) pair[1] = unit
    else owners.set(sideOf(from, to), [unit, -1])
  })
  const found = new Map<number, Border>()
  let last: { border: Border; end: number } | null = null
  eachSide(polygons, (unit, from, to) => {
    const [a, b] = owners.get(sideOf(from, to))!
    // The unit with the lower number tells of the border for both.
    if (unit !== a) {
      last = null
      return
    }
    const key = a * (polygons.length + 1) + b + 1
    const border = found.get(key) ?? { a, b, lines: [], isHole: false }
    found.set(key, border)
    if (last?.border === border && last.end === from) border.lines.at(-1)!.push(to)
    else border.lines.push([from, to])
    last = { border, end: to }
  })
  return [...found.values()]
}

const sideOf = (v: number, w: number) => (v < w ? v * PAIR + w : w * PAIR + v)

const eachSide = (
  polygons: Ground['polygons'],
  tell: (unit: number, from: number, to: number) => void,
): void =>
  polygons.forEach((parts, unit) => {
    for (const ring of parts.flat()) {
      for (let i = 0; i + 1 < ring.length; i++) tell(unit, ring[i]!, ring[i + 1]!)
    }
  })
