// Where the name of an area stands: on a point inside it, and only once.
import type { Area } from './types'

type Ring = number[][]

/**
 * The middle of the widest stretch of the area along a level line. Some lines are tried
 * and the widest wins, so that the label has room. Like ST_PointOnSurface, only roomier.
 */
export const labelPoint = (area: Area): [number, number] => {
  const rings = largestPolygon(area)
  const ys = (rings[0] ?? []).map((p) => p[1] ?? 0)
  const low = Math.min(...ys)
  const high = Math.max(...ys)
  let best = { width: -1, at: [rings[0]?.[0]?.[0] ?? 0, rings[0]?.[0]?.[1] ?? 0] as [number, number] }
  for (const share of [0.5, 0.4, 0.6, 0.3, 0.7]) {
    const y = low + share * (high - low)
    const xs = crossings(rings, y)
    for (let i = 0; i + 1 < xs.length; i += 2) {
      const width = (xs[i + 1] ?? 0) - (xs[i] ?? 0)
      // Lines nearer to the middle win unless another is clearly wider.
      if (width > best.width * 1.15) best = { width, at: [((xs[i] ?? 0) + (xs[i + 1] ?? 0)) / 2, y] }
    }
  }
  return best.at
}

export const boundsOf = (area: Area): [number, number, number, number] => {
  const polygons = area.type === 'Polygon' ? [area.coordinates] : area.coordinates
  const points = polygons.flat(2)
  const xs = points.map((p) => p[0] ?? 0)
  const ys = points.map((p) => p[1] ?? 0)
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]
}

const largestPolygon = (area: Area): Ring[] => {
  if (area.type === 'Polygon') return area.coordinates
  return area.coordinates.reduce((a, b) => (ringArea(b[0] ?? []) > ringArea(a[0] ?? []) ? b : a))
}

const ringArea = (ring: Ring): number => {
  let twice = 0
  for (const [a, b] of sides(ring)) twice += a[0] * b[1] - b[0] * a[1]
  return Math.abs(twice / 2)
}

const crossings = (rings: Ring[], y: number): number[] => {
  const xs: number[] = []
  for (const ring of rings) {
    for (const [a, b] of sides(ring)) {
      // Half-open, so that a vertex on the line counts once.
      if (a[1] <= y !== b[1] <= y) xs.push(a[0] + ((y - a[1]) / (b[1] - a[1])) * (b[0] - a[0]))
    }
  }
  return xs.sort((a, b) => a - b)
}

type Pair = [number, number]

const sides = (ring: Ring): [Pair, Pair][] =>
  ring.slice(1).map((p, i) => [ring[i] as Pair, p as Pair])
