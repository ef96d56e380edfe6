import { byNeed, countStandings, filterRows, percent, roundsOfDay, rowsAt, totalsOf, verifiedByGrid, villagesOf } from '@/core/board'
import type { Board, BoardRow, PatrolDay, Round, Verdict } from '@/core/types'

const round = (verdict: Verdict, excused = false): Round => ({
  window: 'morning',
  verdict,
  provisional: false,
  excused,
  reasons: [],
})
const row = (id: string, verdicts: Verdict[], more: Partial<BoardRow> = {}): BoardRow => ({
  worker_id: id,
  name: `张${id}`,
  grid_code: `41032510520000${id}`,
  village_name: '杨村',
  verified: verdicts.filter((v) => v === 'verified').length,
  required: verdicts.length,
  excused: 0,
  patrols: verdicts.map((v) => round(v)),
  ...more,
})
const all = { town: '', village: '', standing: '', text: '' } as const

test('totals keep numerator and denominator', () => {
  const rows = [row('1', ['verified', 'verified', 'verified']), row('2', ['verified', 'missed', 'no_data'])]
  expect(totalsOf(rows)).toEqual({ verified: 4, required: 6, workers: 2, complete: 1 })
})

test('an excused round leaves numerator and denominator', () => {
  const free = row('1', [], { patrols: [round('verified', true)], verified: 1, required: 0, excused: 1 })
  expect(totalsOf([free])).toEqual({ verified: 0, required: 0, workers: 0, complete: 0 })
  expect(countStandings([free])).toMatchObject({ verified: 0, excused: 1 })
  expect(verifiedByGrid([free]).size).toBe(0)
})

test('rows are filtered by town, village, verdict, name and code', () => {
  const rows = [row('1', ['missed']), row('2', ['verified'], { village_name: '德亭村' })]
  expect(filterRows(rows, all)).toHaveLength(2)
  expect(filterRows(rows, { ...all, village: '德亭村' }).map((r) => r.worker_id)).toEqual(['2'])
  expect(filterRows(rows, { ...all, town: '410325106' })).toEqual([])
  expect(filterRows(rows, { ...all, standing: 'missed' }).map((r) => r.worker_id)).toEqual(['1'])
  expect(filterRows(rows, { ...all, text: ' 张2 ' }).map((r) => r.worker_id)).toEqual(['2'])
  expect(filterRows(rows, { ...all, text: '00001' }).map((r) => r.worker_id)).toEqual(['1'])
})

test('who needs a look stands first and equals keep their order', () => {
  const rows = [row('1', ['verified']), row('2', ['partial']), row('3', ['suspicious']), row('4', ['verified'])]
  expect(byNeed(rows).map((r) => r.worker_id)).toEqual(['3', '2', '1', '4'])
})

test('a share is never rounded up to a whole', () => {
  expect(percent(9999, 10_000)).toBe('99.9%')
  expect(percent(3, 3)).toBe('100.0%')
  expect(percent(0, 0)).toBe('—')
})

test('each village stands once', () => {
  expect(villagesOf([row('1', []), row('2', [])])).toEqual(['杨村'])
})

test('silence in a window that has not begun is not told as no data', () => {
  const windows = [
    { window: 'morning', name: '早巡', start: '06:00', end: '11:00' },
    { window: 'evening', name: '晚巡', start: '17:00', end: '22:00' },
  ]
  const silent = row('1', [], {
    patrols: [round('no_data'), { ...round('no_data'), window: 'evening' }],
    required: 2,
  })
  const totals = { verified: 0, required: 2, workers: 1 }
  const board: Board = { date: '2026-05-20', rule: 'r', windows, rows: [silent], totals }
  const verdictsAt = (iso: string) => rowsAt(board, new Date(iso))[0]?.patrols.map((p) => p.verdict)
  expect(verdictsAt('2026-05-19T21:59:59Z')).toEqual(['upcoming', 'upcoming'])
  expect(verdictsAt('2026-05-19T22:00:00Z')).toEqual(['no_data', 'upcoming'])
  expect(verdictsAt('2026-05-20T09:00:00Z')).toEqual(['no_data', 'no_data'])
  expect(silent.patrols[0]?.verdict).toBe('no_data')
})

test('a round judged just now stands before the stored one, but no doubt is hidden', () => {
  const codes = ['morning', 'afternoon', 'evening']
  const windows = codes.map((window) => ({ window, name: window, start: '00:00', end: '00:01' }))
  const board = { date: '2026-05-20', windows, rows: [] } as unknown as Board
  const at = (window: string, verdict: Verdict) => ({ ...round(verdict), window })
  const stored = { patrols: [at('morning', 'no_data'), at('afternoon', 'suspicious')] } as PatrolDay
  const live = [at('morning', 'verified'), at('afternoon', 'verified')]
  const shown = roundsOfDay(board, stored, live, new Date('2026-05-20T12:00:00Z'))
  expect(shown.map((r) => r.verdict)).toEqual(['verified', 'suspicious', 'no_data'])
})
