// How figures are written: few digits, signs that say more or less.

export const signed = (percent: number): string => {
  const rounded = Math.abs(percent) < 9.95 ? percent.toFixed(1) : percent.toFixed(0)
  if (Number(rounded) === 0) return '0'
  return percent > 0 ? `+${rounded}` : rounded.replace('-', '−')
}

export const whole = (value: number): string => Math.round(value).toLocaleString('zh-CN')

/** A score as one reads it: at most one digit behind the point. */
export const brief = (value: number | null | undefined, digits = 1): string =>
  value === null || value === undefined ? '—' : value.toLocaleString('zh-CN', { maximumFractionDigits: digits })

export const dayOf = (iso: string): string => iso.slice(0, 10)

/** 07-25 14:03, by the clock of the office. */
export const momentOf = (iso: string): string => {
  const at = new Date(iso)
  const two = (n: number) => String(n).padStart(2, '0')
  return `${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}`
}

/** The last three digits of a code: what people call a grid by. */
export const serialOf = (code: string): string => code.slice(-3)
