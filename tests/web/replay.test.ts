import { indexAt, marksOf, pathUntil, placeAt, playerOf, spanOfPlayers } from '@/core/replay'
import type { Replay } from '@/core/types'

const at = (second: number) => new Date(second * 1000).toISOString()
const point = (second: number, lon: number, excluded: string | null = null) => ({
  t: at(second),
  lon,
  lat: 34,
  accuracy_m: 5,
  excluded,
})
const replay = (more: Partial<Replay> = {}): Replay => ({
  worker_id: 'w',
  name: '甲',
  date: '2026-05-20',
  points: [point(0, 111), point(10, 112), point(400, 113), point(5, 150, 'spike')],
  gaps: [{ start: at(10), end: at(400), s: 390 }],
  off_duty: 0,
  patrols: [],
  ...more,
})
const player = playerOf(replay())

test('between two fixes the worker is on the straight line, in true time', () => {
  expect(placeAt(player, 2500)).toEqual({ kind: 'known', lon: 111.25, lat: 34 })
})

test('in a gap nobody knows: the last place stands, marked', () => {
  expect(placeAt(player, 200_000)).toEqual({ kind: 'gap', lon: 112, lat: 34 })
})

test('before the first fix there is no place, after the last only the last', () => {
  expect(placeAt(player, -1)).toEqual({ kind: 'none' })
  expect(placeAt(player, 500_000)).toEqual({ kind: 'gap', lon: 113, lat: 34 })
})

test('no line is drawn over a gap', () => {
  expect(pathUntil(player, 400_000)).toEqual([[[111, 34], [112, 34]], [[113, 34], [113, 34]]])
})

test('an excluded fix moves nobody and keeps its reason', () => {
  expect(player.used.map((p) => p.lon)).toEqual([111, 112, 113])
  expect(player.excluded).toEqual([{ t: 5000, lon: 150, lat: 34, reason: 'spike' }])
})

test('the index is that of the last point that has been', () => {
  expect([-1, 0, 9999, 10_000, 1e9].map((t) => indexAt(player.used, t))).toEqual([-1, 0, 0, 1, 2])
})

test('the clock runs from the first thing known to the last', () => {
  expect(spanOfPlayers([player])).toEqual({ from: 0, to: 400_000 })
  expect(spanOfPlayers([])).toBeNull()
})

test('entry, exit and checkpoints stand in the order of time', () => {
  const evidence = {
    entry: { t: at(1), lon: 111, lat: 34 },
    exit: { t: at(9), lon: 111, lat: 34 },
    checkpoints: [{ checkpoint_id: 'c', reached: true, t: at(4), distance_m: 7 }],
  }
  const round = { window: 'morning', evidence } as unknown as Replay['patrols'][number]
  expect(marksOf(playerOf(replay({ patrols: [round] }))).map((m) => m.kind)).toEqual(['entry', 'reached', 'exit'])
})
