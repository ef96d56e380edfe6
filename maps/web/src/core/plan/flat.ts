// Geometry on longitude and latitude, in metres where a length is asked for. Pure.
export type Spot = readonly [number, number]
export type Ring = number[][]

const METRES_PER_DEGREE = 111_195

/** Metres of one degree of longitude and of latitude near a latitude. */
export const degreesAt = (lat: number): Spot => [
  METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180),
  METRES_PER_DEGREE,
]

/** Whether a place lies in rings by the even-odd rule: holes are no part of them. */
export const isInside = (rings: readonly Ring[], [x, y]: Spot): boolean => {
  let inside = false
  for (const ring of rings) {
    for (let i = 0; i + 1 < ring.length; i++) {
      const a = ring[i]!
      const b = ring[i + 1]!
      if (a[1]! <= y === b[1]! <= y) continue
      if (x < a[0]! + ((y - a[1]!) / (b[1]! - a[1]!)) * (b[0]! - a[0]!)) inside = !inside
    }
  }
  return inside
}

/** Whether any line of the rings comes nearer to a place than so many metres. */
export const isNear = (rings: readonly Ring[], at: Spot, reach: number, metres: Spot): boolean => {
  for (const ring of rings) {
    for (let i = 0; i + 1 < ring.length; i++) {
      if (toLine(at, ring[i]!, ring[i + 1]!, metres) < reach) return true
    }
  }
  return false
}

const toLine = (at: Spot, a: readonly number[], b: readonly number[], metres: Spot): number => {
  const [dx, dy] = [(b[0]! - a[0]!) * metres[0], (b[1]! - a[1]!) * metres[1]]
  const [px, py] = [(at[0] - a[0]!) * metres[0], (at[1] - a[1]!) * metres[1]]
  const long = dx * dx + dy * dy
  const t = long ? Math.min(1, Math.max(0, (px * dx + py * dy) / long)) : 0
  return Math.hypot(px - t * dx, py - t * dy)
}
