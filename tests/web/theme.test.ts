import { themeNow } from '@/core/theme'

test('what was chosen goes before what the device prefers', () => {
  expect(themeNow('light', true)).toBe('light')
  expect(themeNow('dark', false)).toBe('dark')
  expect(themeNow(null, true)).toBe('dark')
  expect(themeNow('sepia', false)).toBe('light')
})
