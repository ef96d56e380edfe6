// Which units lie under a place, a brush or a lasso: boxes in bins, then the rings.
import { degreesAt, isInside, isNear, type Ring, type Spot } from './flat'
import { pointsOf } from './ground'
import type { Ground } from './model'

export interface Finder {
  unitAt(at: Spot): number | null
  /** Units that a brush of so many metres touches. */
  unitsNear(at: Spot, reach: number): number[]
  /** Units whose middle lies inside a drawn ring. */
  unitsInside(ring: Ring): number[]
}

type Box = [number, number, number, number]

export const createFinder = (ground: Ground): Finder => {
  const boxes = ground.polygons.map((parts) => boxOf(ground.vertices, parts))
  const bins = makeBins(boxes)
  const metres = degreesAt(ground.vertices[1] ?? 0)
  const ringsOf = (unit: number): Ring[] =>
    ground.polygons[unit]!.flat().map((ring) => pointsOf(ground.vertices, ring))
  const within = (box: Box) =>
    bins(box).filter((unit) => {
      const [w, s, e, n] = boxes[unit]!
      return w <= box[2] && e >= box[0] && s <= box[3] && n >= box[1]
    })
  const unitAt = (at: Spot) =>
    within([...at, ...at]).find((unit) => isInside(ringsOf(unit), at)) ?? null
  return {
    unitAt,
    unitsNear: (at, reach) => {
      const [dx, dy] = [reach / metres[0], reach / metres[1]]
      const near = within([at[0] - dx, at[1] - dy, at[0] + dx, at[1] + dy])
      return near.filter((unit) => {
        const rings = ringsOf(unit)
        return isInside(rings, at) || isNear(rings, at, reach, metres)
      })
    },
    unitsInside: (ring) => {
      const closed = [...ring, ring[0]!]
      const inside: number[] = []
      ground.middle.forEach((at, unit) => isInside([closed], at) && inside.push(unit))
      return inside
    },
  }
}

const boxOf = (vertices: Float64Array, parts: readonly number[][][]): Box => {
  const box: Box = [Infinity, Infinity, -Infinity, -Infinity]
  for (const v of parts.flat(2)) {
    const [x, y] = [vertices[2 * v]!, vertices[2 * v + 1]!]
    if (x < box[0]) box[0] = x
    if (y < box[1]) box[1] = y
    if (x > box[2]) box[2] = x
    if (y > box[3]) box[3] = y
  }
  return box
}

/** Boxes in equal bins, about two for each bin; returns the search. */
const makeBins = (boxes: readonly Box[]): ((box: Box) => number[]) => {
  const all: Box = [Infinity, Infinity, -Infinity, -Infinity]
  for (const [w, s, e, n] of boxes) {
    all[0] = Math.min(all[0], w)
    all[1] = Math.min(all[1], s)
    all[2] = Math.max(all[2], e)
    all[3] = Math.max(all[3], n)
  }
  const side = Math.max(1, Math.ceil(Math.sqrt(boxes.length / 2)))
  const column = (x: number) => binOf(x, all[0], all[2], side)
  const row = (y: number) => binOf(y, all[1], all[3], side)
  const bins = new Map<number, number[]>()
  const each = (box: Box, tell: (bin: number) => void) => {
    for (let i = column(box[0]); i <= column(box[2]); i++) {
      for (let j = row(box[1]); j <= row(box[3]); j++) tell(i * side + j)
    }
  }
  boxes.forEach((box, unit) =>
    each(box, (bin) => {
      const units = bins.get(bin)
      if (units) units.push(unit)
      else bins.set(bin, [unit])
    }),
  )
  return (box) => {
    const found = new Set<number>()
    each(box, (bin) => bins.get(bin)?.forEach((unit) => found.add(unit)))
    return [...found].sort((a, b) => a - b)
  }
}

const binOf = (x: number, low: number, high: number, count: number): number =>
  Math.min(count - 1, Math.max(0, Math.floor(((x - low) / (high - low || 1)) * count)))
