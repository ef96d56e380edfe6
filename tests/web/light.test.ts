import { isInWindow, lightOf } from '@/core/light'

const at = (clock: string) => new Date(`2026-05-20T${clock}:00+08:00`)
const minutesBefore = (moment: Date, n: number) => moment.getTime() - n * 60_000
const morning = [{ start: '06:00', end: '11:00' }]

test('a position of the last twenty minutes is a green light', () => {
  expect(lightOf(minutesBefore(at('08:00'), 19), true, at('08:00'))).toBe('good')
})

test('twenty silent minutes on duty ask to be mended', () => {
  expect(lightOf(minutesBefore(at('08:00'), 20), true, at('08:00'))).toBe('silent')
  expect(lightOf(null, true, at('08:00'))).toBe('silent')
})

test('silence outside the windows alarms nobody', () => {
  expect(lightOf(null, false, at('23:00'))).toBe('rest')
})

test('a window holds its beginning and not its end', () => {
  expect(isInWindow('2026-05-20', morning, at('06:00'))).toBe(true)
  expect(isInWindow('2026-05-20', morning, at('11:00'))).toBe(false)
})

test('a window over midnight belongs to the day on which it starts', () => {
  const night = [{ start: '22:00', end: '02:00' }]
  expect(isInWindow('2026-05-20', night, new Date('2026-05-21T01:00:00+08:00'))).toBe(true)
  expect(isInWindow('2026-05-20', night, new Date('2026-05-21T02:00:00+08:00'))).toBe(false)
})
