// What needs a person, grouped by what probably caused it: one cause, one line, one act.
import { standingOf } from './board'
import { SHORTFALLS } from './reasons'
import type { Board, BoardRow, Round } from './types'

export type Cause =
  /** Nearly a whole village is silent: its network rather than its people. */
  | { kind: 'silent_village'; village: string; silent: number; workers: number }
  /** Nearly all who use one app are silent while the others are not. */
  | { kind: 'silent_app'; app: string; silent: number; workers: number }
  /** Rounds that seem to have been walked across one village's borders. */
  | { kind: 'border'; village: string }
  /** Doubts that a person must look into. */
  | { kind: 'doubt'; code: string }
  | { kind: 'silent' }
  | { kind: 'shortfall'; code: string }
  | { kind: 'not_walked' }

export interface Matter {
  cause: Cause
  rows: { row: BoardRow; windows: string[] }[]
  rounds: number
}

// Of two workers both may simply have forgotten; three of four are a cause.
const FEW = 3
const MOST_SHARE = 0.75

/** The matters of a day, those that one act settles for most people first in their kind. */
export const mattersOf = (board: Board, rows: readonly BoardRow[], now: Date): Matter[] => {
  const ended = endedWindows(board, now)
  const found = new Map<string, Matter>()
  const silent = { villages: silentBy(rows, ended, villageOf), apps: silentApps(rows, ended) }
  for (const row of rows) {
    for (const round of row.patrols) {
      // What a person has decided needs nobody any more.
      if (!ended.has(round.window) || round.decided) continue
      const cause = causeOf(row, round, silent)
      if (cause) addTo(found, cause, row, round.window)
    }
  }
  return [...found.values()].sort((a, b) => RANK[a.cause.kind] - RANK[b.cause.kind] || b.rounds - a.rounds)
}

/** The windows of a board that are over. */
export const endedWindows = (board: Board, now: Date): ReadonlySet<string> =>
  new Set(board.windows.filter((w) => hasEnded(board.date, w, now)).map((w) => w.window))

const RANK: Record<Cause['kind'], number> = {
  doubt: 0,
  silent_village: 1,
  silent_app: 2,
  border: 3,
  silent: 4,
  not_walked: 5,
  shortfall: 6,
}

const hasEnded = (day: string, window: { start: string; end: string }, now: Date): boolean => {
  const from = Date.parse(`${day}T${window.start}:00+08:00`)
  const until = Date.parse(`${day}T${window.end}:00+08:00`)
  return now.getTime() >= (until > from ? until : until + 86_400_000)
}

type Counts = Map<string, { silent: number; workers: number }>
type Silent = Record<'villages' | 'apps', Counts>

const villageOf = (row: BoardRow) => row.village_name
const appOf = (row: BoardRow) => row.app ?? null

const countSilent = (
  rows: readonly BoardRow[],
  ended: ReadonlySet<string>,
  keyOf: (row: BoardRow) => string | null,
): Counts => {
  const counts: Counts = new Map()
  for (const row of rows) {
    const rounds = row.patrols.filter((round) => ended.has(round.window) && !round.excused)
    const key = keyOf(row)
    if (!key || !rounds.length) continue
    const count = counts.get(key) ?? { silent: 0, workers: 0 }
    count.workers += 1
    if (rounds.every((round) => round.verdict === 'no_data')) count.silent += 1
    counts.set(key, count)
  }
  return counts
}

const isMost = (c: { silent: number; workers: number }) =>
  c.silent >= FEW && c.silent / c.workers >= MOST_SHARE

const silentBy = (...given: Parameters<typeof countSilent>): Counts =>
  new Map([...countSilent(...given)].filter(([, count]) => isMost(count)))

// Where everybody is silent no app is the cause.
const silentApps = (rows: readonly BoardRow[], ended: ReadonlySet<string>): Counts => {
  const counts = countSilent(rows, ended, appOf)
  const heard = [...counts.values()].some((count) => count.workers >= FEW && !isMost(count))
  return new Map([...counts].filter(([, count]) => heard && isMost(count)))
}

const causeOf = (row: BoardRow, round: Round, silent: Silent): Cause | null => {
  const village = row.village_name ?? ''
  switch (standingOf(round)) {
    case 'suspicious': {
      const doubt = round.reasons.find((reason) => !SHORTFALLS.has(reason.code))
      return { kind: 'doubt', code: doubt?.code ?? '' }
    }
    case 'no_data': {
      const ofVillage = silent.villages.get(village)
      if (ofVillage) return { kind: 'silent_village', village, ...ofVillage }
      const ofApp = silent.apps.get(row.app ?? '')
      return ofApp ? { kind: 'silent_app', app: row.app ?? '', ...ofApp } : { kind: 'silent' }
    }
    case 'partial':
    case 'missed': {
      const lack = round.reasons.find((reason) => SHORTFALLS.has(reason.code))
      if (!lack) return { kind: 'not_walked' }
      return lack.code === 'wrong_grid' ? { kind: 'border', village } : { kind: 'shortfall', code: lack.code }
    }
    default:
      return null
  }
}

const addTo = (found: Map<string, Matter>, cause: Cause, row: BoardRow, window: string): void => {
  const key = JSON.stringify(cause)
  const matter = found.get(key) ?? { cause, rows: [], rounds: 0 }
  matter.rounds += 1
  const known = matter.rows.find((entry) => entry.row.worker_id === row.worker_id)
  if (known) known.windows.push(window)
  else matter.rows.push({ row, windows: [window] })
  found.set(key, matter)
}
