// Today's board: worker x rounds. Every share keeps its numerator and denominator.
import type { Board, BoardRow, PatrolDay, Round } from './types'

export type Standing = Round['verdict'] | 'excused'

export const STANDINGS: readonly Standing[] = [
  'verified',
  'partial',
  'missed',
  'no_data',
  'suspicious',
  'excused',
  'upcoming',
]

/** What a person decided counts; an excused round leaves the count. */
export const standingOf = (round: Round): Standing => {
  if (round.decided === 'verified' || round.decided === 'excused') return round.decided
  return round.excused ? 'excused' : round.verdict
}

/**
 * The rows of a board as of now: silence in a window that has not begun is not "no data".
 * Windows are local wall-clock times (UTC+8).
 */
export const rowsAt = (board: Board, now: Date): BoardRow[] => {
  const ahead = new Set(
    board.windows
      .filter((w) => now < new Date(`${board.date}T${w.start}:00+08:00`))
      .map((w) => w.window),
  )
  if (!ahead.size) return board.rows
  const shown = (round: Round): Round =>
    round.verdict === 'no_data' && ahead.has(round.window) ? { ...round, verdict: 'upcoming' } : round
  return board.rows.map((row) => ({ ...row, patrols: row.patrols.map(shown) }))
}

/**
 * A worker's own rounds of a day: what is judged, and the windows still to come.
 *
 * What was judged just now is fresher than what is stored, but it knows the own fixes
 * only: a doubt that is stored stays.
 */
export const roundsOfDay = (
  board: Board,
  day: PatrolDay | null,
  live: readonly Round[],
  now: Date,
): Round[] => {
  const silent = (window: string): Round => ({
    window,
    verdict: 'no_data',
    provisional: true,
    excused: false,
    reasons: [],
  })
  const patrols = board.windows.map(({ window }) => {
    const stored = day?.patrols.find((round) => round.window === window)
    const fresh = live.find((round) => round.window === window)
    return (stored?.verdict === 'suspicious' ? stored : (fresh ?? stored)) ?? silent(window)
  })
  const row = { patrols } as BoardRow
  return rowsAt({ ...board, rows: [row] }, now)[0]?.patrols ?? []
}

export interface BoardFilter {
  /** Nine digits, or empty. */
  town: string
  village: string
  standing: Standing | ''
  text: string
}

export const filterRows = (rows: readonly BoardRow[], filter: BoardFilter): BoardRow[] => {
  const text = filter.text.trim()
  return rows.filter(
    (row) =>
      (!filter.town || row.grid_code.startsWith(filter.town)) &&
      (!filter.village || row.village_name === filter.village) &&
      (!filter.standing || row.patrols.some((p) => standingOf(p) === filter.standing)) &&
      (!text || row.name.includes(text) || row.grid_code.includes(text)),
  )
}

export interface Totals {
  verified: number
  required: number
  workers: number
  complete: number
}

export const totalsOf = (rows: readonly BoardRow[]): Totals => ({
  verified: sum(rows.map(verifiedOf)),
  required: sum(rows.map(requiredOf)),
  workers: rows.filter((row) => requiredOf(row) > 0).length,
  complete: rows.filter((row) => requiredOf(row) > 0 && verifiedOf(row) >= requiredOf(row)).length,
})

export const countStandings = (rows: readonly BoardRow[]): Record<Standing, number> => {
  const counts = Object.fromEntries(STANDINGS.map((s) => [s, 0])) as Record<Standing, number>
  for (const row of rows) for (const round of row.patrols) counts[standingOf(round)] += 1
  return counts
}

export const villagesOf = (rows: readonly BoardRow[]): string[] =>
  [...new Set(rows.flatMap((row) => row.village_name ?? []))].sort((a, b) => a.localeCompare(b, 'zh-CN'))

// A round that is excused leaves the numerator as it leaves the denominator.
export const verifiedOf = (row: BoardRow): number =>
  row.patrols.filter((round) => standingOf(round) === 'verified').length

/** The machine's denominator, less what a person excused afterwards. */
export const requiredOf = (row: BoardRow): number =>
  row.required - row.patrols.filter((round) => round.decided === 'excused' && !round.excused).length

/** A share is never rounded up to 100 %. */
export const percent = (part: number, whole: number): string => {
  if (whole <= 0) return '—'
  return `${(Math.floor((1000 * part) / whole) / 10).toFixed(1)}%`
}

/** Worst first: who needs a look stands on top; equals keep their order. */
export const byNeed = (rows: readonly BoardRow[]): BoardRow[] =>
  rows
    .map((row, place) => ({ row, place, need: needOf(row) }))
    .sort((a, b) => b.need - a.need || a.place - b.place)
    .map(({ row }) => row)

const NEED: Record<Standing, number> = {
  suspicious: 5,
  missed: 4,
  no_data: 3,
  partial: 2,
  excused: 0,
  upcoming: 0,
  verified: 0,
}

const needOf = (row: BoardRow): number => sum(row.patrols.map((p) => NEED[standingOf(p)]))

/** How many rounds of each grid are proven, for colouring the map. */
export const verifiedByGrid = (rows: readonly BoardRow[]): Map<string, number> =>
  new Map(rows.filter((row) => requiredOf(row) > 0).map((row) => [row.grid_code, verifiedOf(row)]))

const sum = (numbers: number[]): number => numbers.reduce((a, b) => a + b, 0)
