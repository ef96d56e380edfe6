import { freshnessOf, localClock, localDay, localMoment, spanOf } from '@/core/time'

test('the day is the local one, whatever zone the browser is in', () => {
  expect(localDay(new Date('2026-05-19T16:00:00Z'))).toBe('2026-05-20')
  expect(localDay(new Date('2026-05-19T15:59:59Z'))).toBe('2026-05-19')
})

test('midnight is 00:00 and never 24:00', () => {
  expect(localClock('2026-05-19T16:00:00Z')).toBe('00:00')
  expect(localMoment('2026-05-19T16:00:00Z')).toBe('05-20 00:00')
})

test('a length of time is told in its largest whole unit', () => {
  expect(spanOf(59.9)).toEqual({ unit: 'seconds', n: 59 })
  expect(spanOf(3599)).toEqual({ unit: 'minutes', n: 59 })
  expect(spanOf(86_399)).toEqual({ unit: 'hours', n: 23 })
  expect(spanOf(200_000)).toEqual({ unit: 'days', n: 2 })
})

test('a clock that runs ahead gives no negative age', () => {
  expect(spanOf(-30)).toEqual({ unit: 'seconds', n: 0 })
})

test('a position ages from fresh to silent', () => {
  expect([0, 299, 300, 1799, 1800].map(freshnessOf)).toEqual(['fresh', 'fresh', 'late', 'late', 'silent'])
})
