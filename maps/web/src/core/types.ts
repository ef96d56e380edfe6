// What the server sends (HTTP contract, /api/v1). Plain data, no classes.
import type { Feature, FeatureCollection, LineString, MultiPolygon, Point, Polygon } from 'geojson'

export type Role = 'admin' | 'planner' | 'supervisor' | 'duty_desk' | 'handler' | 'worker' | 'auditor'

export interface Session {
  person_id: string
  name: string
  login: string
  role: Role
  role_name: string
  scope: string[]
  county: { code: string; name: string }
  /** What is left to do before one is in; servers without a second factor say nothing. */
  step?: 'done' | 'code' | 'enrol'
  password_is_initial?: boolean
}

export interface Territory {
  county: { code: string; name: string }
  towns: { code: string; name: string }[]
  /** Null while the county has neither regions nor grids. */
  bbox: [number, number, number, number] | null
  date: string
  counts: Record<string, number>
}

export type Area = Polygon | MultiPolygon

export interface GridProperties {
  grid_id: string
  grid_code: string
  kind: 'base' | 'exclusive' | 'micro'
  category: string | null
  name: string | null
  village_code: string
  village_name: string | null
  load: number | null
  lead: string | null
  colour: number
}
export type Grids = FeatureCollection<Area, GridProperties>

export interface RegionProperties {
  code: string
  name: string
  level: string
  kind: string | null
  population: number | null
  households: number | null
}
export type Regions = FeatureCollection<Area, RegionProperties>

export interface SiteProperties {
  id: string
  ref: string
  kind: string
  name: string
  grid_code: string | null
  attrs: Record<string, unknown>
}
export type Sites = FeatureCollection<Point | Area, SiteProperties>

export type Landscape = FeatureCollection<LineString, { kind: string; name: string | null }>

export interface PositionProperties {
  person_id: string
  name: string
  grid_code: string | null
  t: string
  age_s: number
  accuracy_m: number | null
  battery_pct: number | null
}
export type Positions = FeatureCollection<Point, PositionProperties>

export type Verdict = 'verified' | 'partial' | 'missed' | 'no_data' | 'suspicious'

export interface Reason {
  code: string
  value?: number | string | null
  needed?: number | string | null
}

export interface Round {
  window: string
  /** `upcoming` is the page's own word: the window has not begun. */
  verdict: Verdict | 'upcoming'
  provisional: boolean
  excused: boolean
  reasons: Reason[]
  /** What a person decided last, beside the machine; only on the board. */
  decided?: string | null
}

export interface BoardRow {
  worker_id: string
  name: string
  grid_code: string
  village_name: string | null
  verified: number
  required: number
  excused: number
  /** False while nothing came of the day: there is no verdict to print. */
  is_judged?: boolean
  phone?: string | null
  /** The app that sent the newest position. */
  app?: string | null
  patrols: Round[]
}

export interface Board {
  date: string
  rule: string
  windows: { window: string; name: string; start: string; end: string }[]
  rows: BoardRow[]
  totals: { verified: number; required: number; workers: number }
}

export interface PatrolDay {
  worker_id: string
  date: string
  verified: number
  required: number
  patrols: (Round & {
    start: string | null
    end: string | null
    dwell_min: number | null
    distance_m: number | null
    checkpoints_reached: number | null
    checkpoints_required: number | null
    largest_gap_s: number | null
    evidence: Evidence
  })[]
}

export interface HazardProperties {
  id: string
  state: string
  category: string
  level: 'general' | 'major'
  text: string
  grid_code: string | null
  reporter_id?: string | null
  handler_id?: string | null
  reported_at: string
  accept_due_at?: string | null
  handle_due_at?: string | null
  version: number
}
export type Hazards = FeatureCollection<Point, HazardProperties>
export type HazardFeature = Feature<Point, HazardProperties>

export interface HistoryStep {
  seq: number
  event: string
  from_state?: string | null
  to_state: string
  actor_id: string | null
  actor_name: string | null
  at: string
  note?: string | null
}

export interface HazardCase extends HazardProperties {
  lon: number
  lat: number
  events: string[]
  history: HistoryStep[]
  photos: { id: string }[]
  voices?: { id: string }[]
}

export interface Category {
  parent?: string | null
  code: string
  name: string
}

/** To whom a case may be dispatched. */
export interface Handler {
  person_id: string
  name: string
  role: Role
}

export interface HazardReport {
  id: string
  lon: number
  lat: number
  coord_type: 'wgs84' | 'gcj02'
  category: string
  level: 'general' | 'major'
  text: string
  reported_at: string
}

export interface Place {
  lon: number
  lat: number
  coord_type: 'wgs84'
  accuracy_m?: number
}

export interface HazardStep {
  event: string
  note: string
  version: number
  handler_id?: string
  place?: Place
}

/** A person's decision beside the machine's verdict. */
export interface Decision {
  outcome: string
  outcome_name: string
  reason: string
  signature: string
  decided_at: string
}

/** A decision on a window that nobody appealed; the page makes the id. */
export interface DecisionMade {
  id: string
  worker_id: string
  date: string
  window: string
  outcome: string
  reason: string
  signature: string
}

export interface Appeal {
  id: string
  worker_id: string
  name: string
  date: string
  window: string
  note: string
  machine_verdict: Verdict
  made_at: string
  due_at: string
  is_overdue: boolean
  answer: Decision | null
}

export interface AppealAnswer {
  outcome: string
  reason: string
  signature: string
}

/** Worker-days that are excused together, signed. */
export interface Excuse {
  id: string
  worker_ids: string[]
  first: string
  last: string
  kind: string
  reason: string
  signature: string
}

export interface Excused {
  workers: number
  windows: number
  skipped: { worker_id: string; window: string; why: string }[]
}

export interface Standings {
  windows: {
    worker_id: string
    date: string
    window: string
    machine: { verdict: Verdict; excused: boolean; provisional: boolean }
    standing: string
    standing_name: string
    appeal_until: string
    appeals: Appeal[]
    decisions: Decision[]
  }[]
}

/** How far the worker's own day is; `text` says it in one line. */
export interface Progress {
  done: number
  required: number
  window: string | null
  window_name: string | null
  is_done: boolean
  is_excused: boolean
  to_go: { code: string; text: string }[]
  text: string
  /** Judged just now from the own fixes alone. */
  patrols: Round[]
}

/** Somebody looked at one's own track. */
export interface Look {
  at: string
  name: string
  date: string | null
  how: string
}

export interface ReplayPoint {
  t: string
  lon: number | null
  lat: number | null
  accuracy_m: number | null
  /** Why the verdict does not use this fix; null where it does. */
  excluded: string | null
}

export interface Evidence {
  entry?: { t: string; lon: number; lat: number }
  exit?: { t: string; lon: number; lat: number }
  gaps?: { from: string; to: string; s: number; indoors: boolean }[]
  checkpoints?: { checkpoint_id: string; reached: boolean; t: string; distance_m: number }[]
}

/** A worker's day in true time, with the verdict beside it. */
export interface Replay {
  worker_id: string
  name: string
  date: string
  points: ReplayPoint[]
  gaps: { start: string; end: string; s: number }[]
  off_duty: number
  patrols: PatrolDay['patrols']
}

export type PhoneApp = 'traccar' | 'owntracks' | 'gpslogger'

/** An app's set-up; its secret is told once. */
export interface PhoneSetup {
  token: string
  link: string | null
  profile: string | null
  qr_svg: string
}

/** What lies below the map: nothing, unless the operator has set it. */
export interface Basemap {
  layers: number
  credit: string | null
  max_zoom: number
}

/** An app to install that the operator keeps here. */
export interface AppPackage {
  name: string
  byte_count: number
  sha256: string
}

export interface Checkpoints {
  date: string
  checkpoints: { id: string; ref: string; name: string }[]
}

export interface VisitsDue {
  date: string
  watched: number
  due: number
  overdue: number
  points: {
    point_id: string
    kind: string
    point: string
    grid_code: string
    due_on: string
    visited_on: string | null
    state: string
    late_days: number
  }[]
}

/** A position of this phone. */
export interface Fix {
  /** Milliseconds since the epoch. */
  t: number
  lon: number
  lat: number
  accuracy: number
  speed_mps: number | null
  heading: number | null
  altitude: number | null
}

export interface FixBatch {
  batch_id: string
  sent_at: string
  coord_type: 'wgs84'
  fixes: Fix[]
}
