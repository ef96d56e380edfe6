// A rule as a table of a rules file: a preset, and only what differs from it.

const TEXTS = ['name', 'basis', 'scene', 'ends_on'] as const
const NUMBERS = ['dwell_min', 'distance_m', 'gap_s', 'late_upload_h'] as const

type Given = Record<(typeof TEXTS)[number], string> & Record<(typeof NUMBERS)[number], number | ''>

export const ruleTable = (base: string, given: Given): Record<string, string | number> => {
  const table: Record<string, string | number> = { base }
  for (const key of TEXTS) if (given[key]) table[key] = given[key]
  for (const key of NUMBERS) {
    const value = given[key]
    if (value !== '') table[key] = value
  }
  return table
}
