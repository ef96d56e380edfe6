// One light above everything: does the phone's position arrive while it should?
const SILENT_AFTER_MS = 20 * 60_000

export type Light = 'good' | 'silent' | 'rest'

export interface LocalSpan {
  start: string
  end: string
}

/** Whether a moment lies in one of a day's windows, local wall-clock times (UTC+8). */
export const isInWindow = (day: string, windows: readonly LocalSpan[], now: Date): boolean =>
  windows.some(({ start, end }) => {
    const from = Date.parse(`${day}T${start}:00+08:00`)
    const until = Date.parse(`${day}T${end}:00+08:00`)
    // A window that ends before it begins ends on the next day.
    const length = until > from ? until - from : until - from + 86_400_000
    return now.getTime() >= from && now.getTime() < from + length
  })

/**
 * Green while the newest position is under 20 minutes old. Silence outside the windows
 * is rest: nobody has to be seen at home.
 */
export const lightOf = (newestMs: number | null, isOnDuty: boolean, now: Date): Light => {
  if (newestMs !== null && now.getTime() - newestMs < SILENT_AFTER_MS) return 'good'
  return isOnDuty ? 'silent' : 'rest'
}
