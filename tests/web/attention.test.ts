import { mattersOf } from '@/core/attention'
import type { Board, BoardRow, Round, Verdict } from '@/core/types'

const windows = [
  { window: 'morning', name: '早巡', start: '06:00', end: '11:00' },
  { window: 'evening', name: '晚巡', start: '17:00', end: '22:00' },
]
const board = { date: '2026-05-20', rule: 'r', windows } as Board
const noon = new Date('2026-05-20T12:00:00+08:00')
const round = (verdict: Verdict, code = '', excused = false): Round => ({
  window: 'morning',
  verdict,
  provisional: false,
  excused,
  reasons: code ? [{ code }] : [],
})
let serial = 0
const row = (village: string, ...patrols: Round[]): BoardRow =>
  ({ worker_id: `w${(serial += 1)}`, name: '', grid_code: '1', village_name: village, patrols }) as BoardRow
const causes = (...rows: BoardRow[]) => mattersOf(board, rows, noon).map((m) => m.cause)

test('a village that is silent as a whole is one matter, and points at its network', () => {
  const rows = [1, 2, 3, 4].map(() => row('杨村', round('no_data')))
  const [matter, ...others] = mattersOf(board, rows, noon)
  expect(matter?.cause).toEqual({ kind: 'silent_village', village: '杨村', silent: 4, workers: 4 })
  expect(matter?.rows).toHaveLength(4)
  expect(others).toEqual([])
})

test('two silent people of many are no cause of a village', () => {
  const talking = [1, 2, 3].map(() => row('杨村', round('verified')))
  expect(causes(...talking, row('杨村', round('no_data')), row('杨村', round('no_data')))).toEqual([{ kind: 'silent' }])
})

test('one kind of shortfall is one matter, whoever has it', () => {
  const rows = [row('甲', round('partial', 'gap_long')), row('乙', round('partial', 'gap_long'))]
  const matters = mattersOf(board, rows, noon)
  expect(matters.map((m) => [m.cause, m.rounds])).toEqual([[{ kind: 'shortfall', code: 'gap_long' }, 2]])
})

test('walks into the next grid are grouped by village: its border may be unclear', () => {
  expect(causes(row('甲', round('missed', 'wrong_grid')))).toEqual([{ kind: 'border', village: '甲' }])
})

test('doubts come first', () => {
  const rows = [row('甲', round('no_data')), row('乙', round('suspicious', 'mock_location'))]
  expect(causes(...rows)).toEqual([{ kind: 'doubt', code: 'mock_location' }, { kind: 'silent' }])
})

test('what is valid, excused or not over yet needs nobody', () => {
  const evening = { ...round('no_data'), window: 'evening' }
  expect(causes(row('甲', round('verified'), evening), row('乙', round('missed', '', true)))).toEqual([])
})
