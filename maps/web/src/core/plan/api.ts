// What the server says about plans (HTTP contract). Plain data, no classes.
import type { FeatureCollection, LineString, Point } from 'geojson'
import type { Area } from '@/core/types'

export const STATES = ['draft', 'consulting', 'approved', 'announced', 'published', 'withdrawn'] as const
export type PlanStateName = (typeof STATES)[number]
export type PlanEvent = 'consult' | 'approve' | 'announce' | 'publish' | 'withdraw' | 'reopen'

export interface PlanRow {
  id: string
  region_code: string
  region_name?: string | null
  name: string
  state: PlanStateName
  grids_wanted: number | null
  base_grids: number | null
  seed: number
  made_at: string
  made_by?: string | null
  effective_on: string | null
  published_at: string | null
  version: number
  settled_version: number
  edited_at: string | null
  edited_by: string | null
  breaches?: number | null
  scores: Record<string, number | null>
}

export interface PlanWish {
  region_code: string
  grids: number
  name: string
  tolerance: number
  stability: number
  seed: number
  alternatives: number
  /** What is shared out evenly. */
  load: 'population' | 'households'
  /** Lines that a grid crosses only where a road does. */
  forbid: ('river' | 'ridge')[]
}

/** Geometry of the units: vertices by number, shared by those that touch. */
export interface Land {
  vertices: number[]
  polygons: number[][][][]
  edges: { a: number[]; b: number[]; border_m: number[] }
  exclusive: FeatureCollection<
    Area,
    { code: string; name: string; category: string | null; village_code: string; load: number }
  >
}

export const BREACHES = [
  'gap',
  'overlap',
  'outside_outline',
  'broken_grid',
  'crossed_line',
  'straddled_line',
  'unassigned',
] as const
export type BreachKind = (typeof BREACHES)[number]

export interface Breach {
  kind: BreachKind
  grid: string
  units: number[]
  lon: number
  lat: number
  area_m2: number
}

export interface Summary {
  grids: number
  ideal: number
  max_deviation_pct: number
  worst_grid: string
  outside: number
  mean_deviation_pct: number
}

export interface GridFigures {
  code: string
  village: number
  load: number
  units: number
  area_m2: number
  polsby_popper: number
  pieces: number
  walk_min: number | null
  households: number | null
  locked: boolean
  lead?: string | null
}

type Columns<T> = { [K in keyof T]: T[K][] }

export interface Draft {
  plan: PlanRow
  version: number
  may_edit: boolean
  can_undo: boolean
  can_redo: boolean
  tolerance: number
  ideal: number
  load_name: string
  villages: { code: string; name: string }[]
  units: {
    id: string[]
    name: string[]
    village: number[]
    load: number[]
    households: (number | null)[]
    area_m2: number[]
    grid: number[]
    settlement?: (string | number | null)[]
  }
  grids: Columns<Required<Omit<GridFigures, 'lead'>>> & { lead?: (string | null)[] }
  moved_vertices: [number, number, number][]
  breaches: Breach[]
  breach_count: number
  loose: number
  summary: Summary
}

export type Edit =
  | { kind: 'move'; units: number[]; to: string }
  | { kind: 'new_grid' | 'unassign'; units: number[] }
  | { kind: 'merge'; grids: string[]; into: string }
  | { kind: 'split_line'; grid: string; line: [number, number][] }
  | { kind: 'split_even'; grid: string }
  | { kind: 'split_seed'; grid: string; unit: number }
  | { kind: 'move_vertex'; vertex: number; lon: number; lat: number }
  | { kind: 'repair'; grids?: string[] }
  | { kind: 'rebalance'; grid: string; tolerance?: number }
  | { kind: 'lock' | 'unlock'; grids: string[] }

export interface Change {
  version: number
  kind: string
  by: string
  at: string
  can_undo: boolean
  can_redo: boolean
  moved: { grid: string | null; units: number[] }[]
  grids: GridFigures[]
  vertices: [number, number, number][]
  breaches: Breach[]
  breach_count: number
  loose: number
  summary: Summary
}

export interface HistoryRow {
  version: number
  kind: string
  by: string
  at: string
  what: string
}

export interface Comment {
  id: string
  text: string
  grid: string | null
  lon: number | null
  lat: number | null
  by: string
  at: string
  resolved_at: string | null
  resolved_by: string | null
}

/** Something to relax, and the largest deviation that is left then. */
export interface Way {
  relax:
    | 'split_unit'
    | 'grids'
    | 'quota'
    | 'barrier'
    | 'village_line'
    | 'lock'
    | 'rebalance'
    | 'tolerance'
    | 'band'
  gives_pct: number
  /** Whether that is the best it can give, by arithmetic; else it was tried. */
  bound: boolean
  unit: string | null
  count: number | null
  total: number | null
  other: string | null
  /** A size band instead. */
  low: number | null
  high: number | null
}

/** A grid outside the tolerance: what blocks it, and the ways out, cheapest first. */
export interface Reason {
  grid: string
  deviation_pct: number
  blocked_by: string
  ways: Way[]
}

export interface Reasons {
  version: number
  grids: Reason[]
}

export interface Answer {
  village_code: string
  village_name: string
  answer: 'agree' | 'object' | 'none'
  note: string
  by: string | null
  at: string | null
}

export interface CompareRow {
  group: string
  group_name: string
  key: string
  name: string
  unit: string
  better: 'low' | 'high' | null
  values: (number | null)[]
}

export interface Comparison {
  plans: PlanRow[]
  rows: CompareRow[]
}

export interface Difference {
  against: { id: string | null; name: string }
  units: {
    unit_id: string
    name: string
    village_code: string
    load: number
    households: number | null
    from: string | null
    to: string
  }[]
  load: number
  households: number | null
  geometry: FeatureCollection<Area, { from: string | null; to: string; unit_id: string }>
}

export interface Stream {
  village_code: string
  village_name: string
  from: string | null
  from_worker: string | null
  to: string
  to_worker: string | null
  units: number
  load: number
  households: number | null
  names: string
}

export interface Moves {
  streams: Stream[]
  load: number
  households: number | null
  people_share_pct: number | null
}

export interface LayerKind {
  name: string
  title: string
  shapes: string[]
  fields: { name: string; title: string; required: boolean }[]
}

export interface LayerReport {
  counts: Record<string, number>
  notes: string[]
  samples: string[]
}

export interface Preview {
  upload_id: string
  layer: string
  rows: number
  shape: string
  crs: string | null
  encoding: string | null
  columns: { name: string; samples: unknown[] }[]
  mapping: Record<string, string>
  missing: string[]
  bbox: [number, number, number, number] | null
  county_bbox?: [number, number, number, number] | null
  sample: FeatureCollection | Area | Point | LineString | null
  report: LayerReport | null
  problem: string | null
}

export interface LayerWish {
  layer: string
  mapping: Record<string, string>
  coord_type?: string
  encoding?: string
  crs?: string
  allow_gone?: boolean
}
