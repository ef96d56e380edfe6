// A plan under edit: plain data. States share what an edit did not touch.

export interface Village {
  code: string
  name: string
}

/** What is never split: a settlement, a villager group, a block. Parallel lists. */
export interface Units {
  names: readonly string[]
  /** Place in `Ground.villages`. */
  village: Int32Array
  load: Float64Array
  /** NaN where nobody knows. */
  households: Float64Array
  area: Float64Array
  /** Units with the same number were cut from one settlement. */
  settlement: Int32Array
}

/** A line between two units, by numbers of vertices; `b` is -1 where the land ends. */
export interface Border {
  a: number
  b: number
  lines: number[][]
  /** Around an exclusive grid: no line of the village. */
  isHole: boolean
}

/** Units, who touches whom, and their measures in metres. */
export interface Ground {
  units: Units
  villages: readonly Village[]
  /** lon, lat of each vertex, one after the other. */
  vertices: Float64Array
  /** Units -> parts -> rings -> numbers of vertices. */
  polygons: readonly number[][][][]
  borders: readonly Border[]
  /** Neighbours of unit u: `near[first[u]]` to `near[first[u + 1] - 1]`, ascending. */
  first: Int32Array
  near: Int32Array
  shared: Float64Array
  /** Outline that no other unit shares. */
  outer: Float64Array
  /** A place inside each unit: lon, lat. */
  middle: readonly [number, number][]
}

/** A grid and its sums; one without units was merged away and keeps its place. */
export interface Grid {
  code: string
  village: number
  lead: string | null
  locked: boolean
  units: number
  load: number
  /** Null where nobody knows. */
  households: number | null
  area: number
  roundness: number
  pieces: number
  walkMin: number | null
}

export const UNASSIGNED = -1

export interface Plan {
  ground: Ground
  grids: readonly Grid[]
  /** Grid of each unit. Never written to. */
  part: Int32Array
}
