import { choicesOf, helpCategory, reportOf } from '@/core/report'

const categories = [
  { code: 'fire', name: '消防', parent: null },
  { code: 'fire.exit', name: '通道', parent: 'fire' },
  { code: 'police', name: '治安', parent: null },
  { code: 'police.fraud', name: '反诈', parent: 'police' },
]

test('a heading is no choice', () => {
  expect(choicesOf(categories).map((c) => c.code)).toEqual(['fire.exit', 'police.fraud'])
})

test('a call for help prefers an emergency category, then public order, then any', () => {
  expect(helpCategory([...categories, { code: 'emergency', name: '突发' }])).toBe('emergency')
  expect(helpCategory(categories)).toBe('police.fraud')
  expect(helpCategory(categories.slice(0, 2))).toBe('fire.exit')
  expect(helpCategory([])).toBeNull()
})

test('a report and its photos get their ids on the phone', () => {
  const photo = { id: 'p', bytes: new Blob(['x']) }
  const draft = { place: { lon: 111.9, lat: 34 }, category: 'fire.exit', level: 'major' as const, text: ' 堵 ' }
  const item = reportOf({ ...draft, photos: [photo] }, new Date('2026-05-20T00:00:00Z'))
  expect(item.report).toMatchObject({ id: item.id, text: '堵', reported_at: '2026-05-20T00:00:00.000Z' })
  expect(item.photos).toEqual([{ ...photo, sent: false }])
})
