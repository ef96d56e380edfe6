// Work of the server that takes longer than a second, as its asker sees it.
import type { createHttp } from './http'

export type JobState = 'queued' | 'running' | 'done' | 'failed' | 'cancelled'

export interface Job<R = unknown> {
  id: string
  kind: string
  state: JobState
  stage: string | null
  stage_name: string | null
  percent: number
  about: string | null
  made_at: string
  started_at: string | null
  finished_at: string | null
  made_by: string | null
  is_own: boolean
  error: string | null
  result?: R | null
  upload_id?: string | null
}

export const createJobsApi = ({ get, post }: Pick<ReturnType<typeof createHttp>, 'get' | 'post'>) => ({
  list: (kind: string) => get<Job[]>('/jobs', { kind }),
  read: <R>(id: string) => get<Job<R>>(`/jobs/${encodeURIComponent(id)}`),
  cancel: (id: string) => post<Job>(`/jobs/${encodeURIComponent(id)}/cancel`, {}),
})
