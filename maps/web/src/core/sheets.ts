// Month and year sheets: every share with its numerator and denominator, no ranking.
import type { createHttp } from './http'
import type { Job } from './jobs'

export type By = 'worker' | 'grid' | 'village'

export interface Tally {
  verified: number
  counted: number
  not_verified: number
  excused: number
  no_data: number
  open_appeal: number
  in_review: number
  provisional: number
  record_only: number
  windows: number
}

export interface SheetRow extends Tally {
  key: string
  name: string
  grid_code: string | null
}

export interface Sheet {
  first: string
  last: string
  by: By
  rows: SheetRow[]
  total: Tally
  pays: boolean
  note: string
}

export interface Year {
  year: number
  worker_id: string
  months: Tally[]
  total: Tally
}

export const EXPORTS = {
  rounds: ['xlsx', 'csv'],
  hazards: ['xlsx', 'csv', 'geojson', 'gpkg'],
} as const
export interface ExportAsked {
  what: keyof typeof EXPORTS
  format: 'xlsx' | 'csv' | 'geojson' | 'gpkg'
  first: string
  last: string
}
export interface Exported {
  file: string
  rows: number
  bytes: number
}
export interface JudgedAgain {
  days: number
  judged: number
  changed: number
}

/** The columns beside the share, in the order in which they are read. */
export const COLUMNS = [
  'not_verified',
  'no_data',
  'in_review',
  'open_appeal',
  'provisional',
  'excused',
] as const satisfies readonly (keyof Tally)[]

export const createSheetsApi = ({ get, post }: Pick<ReturnType<typeof createHttp>, 'get' | 'post'>, base = '/api/v1') => ({
  month: (month: string, by: By) => get<Sheet>(`/months/${month}`, { by }),
  year: (year: number, workerId: string) => get<Year>(`/years/${year}`, { worker_id: workerId }),
  export: (asked: ExportAsked) => post<Job<Exported>>('/jobs/export', asked),
  judgeAgain: (first: string, last: string) => post<Job<JudgedAgain>>('/jobs/rejudge', { first, last }),
  fileUrl: (jobId: string) => `${base}/jobs/${encodeURIComponent(jobId)}/file`,
  allowanceUrl: (month: string, format: 'csv' | 'xlsx') => `${base}/months/${month}/allowance?format=${format}`,
})

/** The months from the present back, as 2026-05. */
export const monthsBack = (today: string, count: number): string[] => {
  const [year, month] = today.split('-').map(Number) as [number, number]
  return Array.from({ length: count }, (_, n) => {
    const whole = year * 12 + month - 1 - n
    return `${Math.floor(whole / 12)}-${String((whole % 12) + 1).padStart(2, '0')}`
  })
}

/** What a table shows as a file that a spreadsheet opens with its Chinese letters. */
export const asCsv = (lines: readonly (readonly (string | number)[])[]): string => {
  const cell = (value: string | number) => {
    const text = String(value)
    // A cell that begins like a formula must stay a text.
    const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
    return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
  }
  return `\ufeff${lines.map((line) => line.map(cell).join(',')).join('\r\n')}\r\n`
}
