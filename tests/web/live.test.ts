import { type Known, type LiveLine, positionsOf, takeLive } from '@/core/live'

const line = (id: string, lon: number): LiveLine => [id, '张三', '410399100200001', 1_700_000_000_000, lon, 34, 8, null]

test('a whole message replaces all, another one only who moved', () => {
  const known: Known = new Map()
  takeLive(known, { whole: true, cases: true, people: [line('a', 111), line('b', 112)] })
  const b = known.get('b')
  takeLive(known, { whole: false, cases: false, people: [line('a', 113)] })
  expect(positionsOf(known).features.map((f) => f.geometry.coordinates[0])).toEqual([113, 112])
  expect(known.get('b')).toBe(b)
  takeLive(known, { whole: true, cases: false, people: [] })
  expect(positionsOf(known).features).toEqual([])
})

test('a line becomes a position with its time', () => {
  const [found] = positionsOf(takeLive(new Map(), { whole: true, cases: false, people: [line('a', 111)] })).features
  expect(found?.properties).toMatchObject({ person_id: 'a', name: '张三', accuracy_m: 8, t: '2023-11-14T22:13:20.000Z' })
})
