import { asCsv, monthsBack } from '@/core/sheets'

test('months go back over the turn of the year', () => {
  expect(monthsBack('2026-02-07', 4)).toEqual(['2026-02', '2026-01', '2025-12', '2025-11'])
})

test('a file for a spreadsheet keeps commas, quotes and no formula', () => {
  expect(asCsv([['姓名', 1], ['a,"b"', '=1+1']])).toBe('\ufeff姓名,1\r\n"a,""b""",\'=1+1\r\n')
})
