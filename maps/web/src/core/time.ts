// Moments as people in one zone read them. The zone is the territory's, never the browser's.
const ZONE = 'Asia/Shanghai'

const parts = (moment: Date): Record<string, string> =>
  Object.fromEntries(
    new Intl.DateTimeFormat('en-CA', {
      timeZone: ZONE,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    })
      .formatToParts(moment)
      .map((p) => [p.type, p.value]),
  )

/** 2026-05-20, the local day of a moment. */
export const localDay = (moment: Date): string => {
  const p = parts(moment)
  return `${p.year}-${p.month}-${p.day}`
}

/** The day so many days after a local day. */
export const dayAfter = (day: string, days: number): string => {
  const moment = new Date(`${day}T00:00:00Z`)
  moment.setUTCDate(moment.getUTCDate() + days)
  return moment.toISOString().slice(0, 10)
}

/** 08:05 */
export const localClock = (iso: string): string => {
  const p = parts(new Date(iso))
  return `${p.hour}:${p.minute}`
}

/** 08:05:09 */
export const localTime = (iso: string): string => {
  const p = parts(new Date(iso))
  return `${p.hour}:${p.minute}:${p.second}`
}

/** 05-20 08:05 */
export const localMoment = (iso: string): string => {
  const p = parts(new Date(iso))
  return `${p.month}-${p.day} ${p.hour}:${p.minute}`
}

export interface Span {
  unit: 'seconds' | 'minutes' | 'hours' | 'days'
  n: number
}

/** A length of time in its largest whole unit; what is negative counts as nothing. */
export const spanOf = (seconds: number): Span => {
  const s = Math.max(0, Math.floor(seconds))
  if (s < 60) return { unit: 'seconds', n: s }
  if (s < 3600) return { unit: 'minutes', n: Math.floor(s / 60) }
  if (s < 86_400) return { unit: 'hours', n: Math.floor(s / 3600) }
  return { unit: 'days', n: Math.floor(s / 86_400) }
}

export type Freshness = 'fresh' | 'late' | 'silent'

/** Under 5 minutes, under 30 minutes, longer. */
export const freshnessOf = (ageSeconds: number): Freshness =>
  ageSeconds < 300 ? 'fresh' : ageSeconds < 1800 ? 'late' : 'silent'
