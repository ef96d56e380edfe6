// A day played again in true time: where everybody was at a moment, and what is known of it.
import type { PatrolDay, Replay, ReplayPoint } from './types'

export const SPEEDS = [1, 5, 15, 60] as const

export interface TrackPoint {
  t: number
  lon: number
  lat: number
}

export interface Excluded extends TrackPoint {
  reason: string
}

export interface Gap {
  from: number
  to: number
}

export interface Player {
  id: string
  name: string
  used: TrackPoint[]
  excluded: Excluded[]
  gaps: Gap[]
  patrols: PatrolDay['patrols']
  offDuty: number
}

const isPlaced = (p: ReplayPoint): p is ReplayPoint & { lon: number; lat: number } =>
  p.lon !== null && p.lat !== null

export const playerOf = (replay: Replay): Player => {
  const placed = replay.points.filter(isPlaced).map((p) => ({ ...p, ms: Date.parse(p.t) }))
  placed.sort((a, b) => a.ms - b.ms)
  const at = (p: (typeof placed)[number]) => ({ t: p.ms, lon: p.lon, lat: p.lat })
  return {
    id: replay.worker_id,
    name: replay.name,
    used: placed.filter((p) => !p.excluded).map(at),
    excluded: placed.flatMap((p) => (p.excluded ? [{ ...at(p), reason: p.excluded }] : [])),
    gaps: replay.gaps.map((gap) => ({ from: Date.parse(gap.start), to: Date.parse(gap.end) })),
    patrols: replay.patrols,
    offDuty: replay.off_duty,
  }
}

/** From the first to the last thing that is known; null without any. */
export const spanOfPlayers = (players: readonly Player[]): Gap | null => {
  const times = players.flatMap((p) => [...p.used, ...p.excluded].map((point) => point.t))
  const marks = players.flatMap((p) => p.patrols.flatMap((r) => [r.start, r.end].flatMap((t) => (t ? [Date.parse(t)] : []))))
  const all = [...times, ...marks]
  if (!all.length) return null
  return all.reduce((span, t) => ({ from: Math.min(span.from, t), to: Math.max(span.to, t) }), {
    from: Infinity,
    to: -Infinity,
  })
}

/** The index of the last point at or before a moment; -1 before the first. */
export const indexAt = (points: readonly TrackPoint[], t: number): number => {
  let low = 0
  let high = points.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((points[middle] as TrackPoint).t <= t) low = middle + 1
    else high = middle
  }
  return low - 1
}

export type Whereabouts =
  | { kind: 'known'; lon: number; lat: number }
  | { kind: 'gap'; lon: number; lat: number }
  | { kind: 'none' }

/** Between two fixes on the straight line; inside a gap at the last fix, and said so. */
export const placeAt = (player: Player, t: number): Whereabouts => {
  const n = indexAt(player.used, t)
  const last = player.used[n]
  const next = player.used[n + 1]
  if (!last) return { kind: 'none' }
  const isSilent = player.gaps.some((gap) => t > gap.from && t < gap.to) || (!next && t > last.t)
  if (isSilent) return { kind: 'gap', lon: last.lon, lat: last.lat }
  if (!next || next.t === last.t) return { kind: 'known', lon: last.lon, lat: last.lat }
  const share = (t - last.t) / (next.t - last.t)
  return {
    kind: 'known',
    lon: last.lon + share * (next.lon - last.lon),
    lat: last.lat + share * (next.lat - last.lat),
  }
}

/** The way walked until a moment, broken where nothing is known. */
export const pathUntil = (player: Player, t: number): [number, number][][] => {
  const breaks = new Set(player.gaps.map((gap) => gap.from))
  const parts: [number, number][][] = [[]]
  for (const point of player.used.slice(0, indexAt(player.used, t) + 1)) {
    parts.at(-1)?.push([point.lon, point.lat])
    if (breaks.has(point.t)) parts.push([])
  }
  const here = placeAt(player, t)
  if (here.kind === 'known') parts.at(-1)?.push([here.lon, here.lat])
  return parts.filter((part) => part.length > 1)
}

/** The whole way, broken where nothing is known. */
export const wholePath = (player: Player): [number, number][][] => pathUntil(player, Infinity)

export interface Mark {
  kind: 'entry' | 'exit' | 'reached' | 'passed'
  t: number
  window: string
  /** Of a checkpoint: its name and how near the worker came. */
  ref: string
  distance: number | null
}

/** What the verdict rests on, in the order of time. */
export const marksOf = (player: Player): Mark[] => {
  const marks = player.patrols.flatMap((round): Mark[] => {
    const { entry, exit, checkpoints = [] } = round.evidence
    const ends: Mark[] = []
    const end = (kind: Mark['kind'], t: string) =>
      ends.push({ kind, t: Date.parse(t), window: round.window, ref: '', distance: null })
    if (entry) end('entry', entry.t)
    if (exit) end('exit', exit.t)
    const hits = checkpoints.map((c): Mark => ({
      kind: c.reached ? 'reached' : 'passed',
      t: Date.parse(c.t),
      window: round.window,
      ref: c.checkpoint_id,
      distance: c.distance_m,
    }))
    return [...ends, ...hits]
  })
  return marks.sort((a, b) => a.t - b.t)
}
