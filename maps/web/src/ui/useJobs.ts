// Work of the server that takes longer than a second: shown with its stage until it ends.
// The list is asked of the server, so a bar survives a reload.
import { onScopeDispose, shallowRef } from 'vue'
import { jobsApi } from '@/client'
import { followJobs } from '@/core/jobFollow'
import type { Job } from '@/core/jobs'

/** Jobs of a kind; with `all` those that have ended are listed too. */
export const useJobs = (kind: string, ended: (job: Job) => void, which: 'underWay' | 'all' = 'underWay') => {
  const jobs = shallowRef<readonly Job[]>([])
  const shown = (found: readonly Job[]) => {
    jobs.value = found
  }
  const { stop, ...list } = followJobs(jobsApi, kind, { shown, ended }, which)
  onScopeDispose(stop)
  return { jobs, ...list }
}
