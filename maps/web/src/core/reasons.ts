// Why a round has its verdict, in words: what was reached and what is needed.
import type { Reason } from './types'

export type Translate = (key: string, values?: Record<string, unknown>) => string
export type HasText = (key: string) => boolean

/** 停留时间不够：11.2 分钟，需要 15 分钟 */
export const reasonText = (reason: Reason, t: Translate, has: HasText): string => {
  const key = `reasons.${reason.code}`
  const name = has(key) ? t(key) : reason.code
  const unitKey = `reasonUnits.${reason.code}`
  const unit = has(unitKey) ? t(unitKey) : ''
  const value = amount(reason.value, unit)
  const needed = amount(reason.needed, unit)
  if (value && needed) return t('reason.both', { name, value, needed })
  if (value) return t('reason.value', { name, value })
  return name
}

const amount = (given: Reason['value'], unit: string): string => {
  if (given === null || given === undefined || given === '') return ''
  if (typeof given === 'string') return given
  if (unit === '%') return `${Math.round(given * 100)}%`
  const number = Number.isInteger(given) ? String(given) : given.toFixed(given < 10 ? 1 : 0)
  return unit ? `${number} ${unit}` : number
}
