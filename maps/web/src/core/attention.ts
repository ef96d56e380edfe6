// What needs a person, grouped by what probably caused it: one cause, one line, one act.
import { standingOf } from './board'
import { SHORTFALLS } from './reasons'
import type { Board, BoardRow, Round } from './types'

export type Cause =
  /** Nearly a whole village is silent: its network rather than its people. */
  | { kind: 'silent_village'; village: string; silent: number; workers: number }
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
  const ended = new Set(board.windows.filter((w) => hasEnded(board.date, w, now)).map((w) => w.window))
  const found = new Map<string, Matter>()
  const silentVillages = findSilentVillages(rows, ended)
  for (const row of rows) {
    for (const round of row.patrols) {
      if (!ended.has(round.window)) continue
      const cause = causeOf(row, round, silentVillages)
      if (cause) addTo(found, cause, row, round.window)
    }
  }
  return [...found.values()].sort((a, b) => RANK[a.cause.kind] - RANK[b.cause.kind] || b.rounds - a.rounds)
}

const RANK: Record<Cause['kind'], number> = {
  doubt: 0,
  silent_village: 1,
  border: 2,
  silent: 3,
  not_walked: 4,
  shortfall: 5,
}

const hasEnded = (day: string, window: { start: string; end: string }, now: Date): boolean => {
  const from = Date.parse(`${day}T${window.start}:00+08:00`)
  const until = Date.parse(`${day}T${window.end}:00+08:00`)
  return now.getTime() >= (until > from ? until : until + 86_400_000)
}

type Silent = Map<string, { silent: number; workers: number }>

const findSilentVillages = (rows: readonly BoardRow[], ended: ReadonlySet<string>): Silent => {
  const counts: Silent = new Map()
  for (const row of rows) {
    const rounds = row.patrols.filter((round) => ended.has(round.window) && !round.excused)
    if (!row.village_name || !rounds.length) continue
    const count = counts.get(row.village_name) ?? { silent: 0, workers: 0 }
    count.workers += 1
    if (rounds.every((round) => round.verdict === 'no_data')) count.silent += 1
    counts.set(row.village_name, count)
  }
  return new Map(
    [...counts].filter(([, c]) => c.silent >= FEW && c.silent / c.workers >= MOST_SHARE),
  )
}

const causeOf = (row: BoardRow, round: Round, villages: Silent): Cause | null => {
  const village = row.village_name ?? ''
  switch (standingOf(round)) {
    case 'suspicious': {
      const doubt = round.reasons.find((reason) => !SHORTFALLS.has(reason.code))
      return { kind: 'doubt', code: doubt?.code ?? '' }
    }
    case 'no_data': {
      const count = villages.get(village)
      return count ? { kind: 'silent_village', village, ...count } : { kind: 'silent' }
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
