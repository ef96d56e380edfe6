import { ruleTable } from '@/core/rules'

test('a rule names its preset and only what differs from it', () => {
  const given = { name: '', basis: '', scene: '', ends_on: '', dwell_min: 10, distance_m: '', gap_s: 0, late_upload_h: '' } as const
  expect(ruleTable('winter', given)).toEqual({ base: 'winter', dwell_min: 10, gap_s: 0 })
})
