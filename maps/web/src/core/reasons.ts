// Why a round has its verdict, in words: what was reached and what is needed.
import type { Reason } from './types'

/** What a worker can make good; the other reasons inform, or call for a person. */
export const SHORTFALLS: ReadonlySet<string> = new Set([
  'dwell_short',
  'distance_short',
  'coverage_low',
  'checkpoints_missed',
  'gap_long',
  'rate_low',
  'accuracy_poor',
  'wrong_grid',
  'outside_window',
  'too_soon',
  'vehicle_speed',
  'stationary',
])

/** What a person must look into; beside the value stands the limit that it broke. */
const DOUBTS: ReadonlySet<string> = new Set([
  'mock_location',
  'synthetic_track',
  'teleport',
  'replayed_track',
  'companion_device',
  'datum_shift',
  'device_shared',
  'frozen',
  'backdated',
])

export const shortfallsOf = (reasons: readonly Reason[]): number =>
  reasons.filter((reason) => SHORTFALLS.has(reason.code)).length

export type Translate = (key: string, values?: Record<string, unknown>) => string
export type HasText = (key: string) => boolean

/** 停留时间不够：11.2 分钟，需要 15 分钟 */
export const reasonText = (reason: Reason, t: Translate, has: HasText): string => {
  const key = `reasons.${reason.code}`
  const name = has(key) ? t(key) : reason.code
  const unitKey = `reasonUnits.${reason.code}`
  const unit = has(unitKey) ? t(unitKey) : ''
  const digits = digitsFor(reason, unit)
  const value = amount(reason.value, unit, digits)
  const needed = amount(reason.needed, unit, digits)
  if (value && needed && SHORTFALLS.has(reason.code)) return t('reason.both', { name, value, needed })
  // That none is allowed goes without saying.
  if (value && needed && reason.needed !== 0 && DOUBTS.has(reason.code)) return t('reason.limit', { name, value, needed })
  if (value) return t('reason.value', { name, value })
  return name
}

/** As few digits as tell the two numbers apart: 14.97 of 15 must not read 15 of 15. */
const digitsFor = ({ value, needed }: Reason, unit: string): number => {
  const differ = (digits: number) =>
    value === needed || amount(value, unit, digits) !== amount(needed, unit, digits)
  return [0, 1, 2].find(differ) ?? 3
}

const amount = (given: Reason['value'], unit: string, digits: number): string => {
  if (given === null || given === undefined || given === '') return ''
  if (typeof given === 'string') return given
  if (unit === '%') return `${trimmed(given * 100, digits)}%`
  const number = trimmed(given, Math.abs(given) < 10 ? Math.max(digits, 1) : digits)
  return unit ? `${number} ${unit}` : number
}

const trimmed = (number: number, digits: number): string => String(Number(number.toFixed(digits)))
