// Work of the server that takes longer than a second: shown with its stage until it ends.
// The list is asked of the server, so a bar survives a reload.
import { onScopeDispose, shallowRef } from 'vue'
import { jobsApi } from '@/client'
import type { Job } from '@/core/jobs'

const EVERY_MS = 700

export const isUnderWay = (job: Job): boolean => job.state === 'queued' || job.state === 'running'

/** Jobs of a kind; with `all` those that have ended are listed too. */
export const useJobs = (kind: string, ended: (job: Job) => void, which: 'underWay' | 'all' = 'underWay') => {
  const jobs = shallowRef<Job[]>([])
  let timer = 0
  let isGone = false

  const put = (job: Job) => {
    const others = jobs.value.filter((one) => one.id !== job.id)
    jobs.value = [job, ...others].sort((a, b) => b.made_at.localeCompare(a.made_at))
  }
  const follow = async () => {
    const running = jobs.value.filter(isUnderWay)
    const fresh = await Promise.all(running.map((job) => jobsApi.read(job.id).catch(() => null)))
    for (const job of fresh) {
      if (!job || isGone) continue
      put(job)
      if (!isUnderWay(job)) ended(job)
    }
    again()
  }
  const again = () => {
    clearTimeout(timer)
    if (!isGone && jobs.value.some(isUnderWay)) timer = window.setTimeout(follow, EVERY_MS)
  }
  const add = (job: Job) => {
    put(job)
    again()
  }
  const dismiss = (id: string) => {
    jobs.value = jobs.value.filter((job) => job.id !== id)
  }
  const cancel = async (id: string) => {
    put(await jobsApi.cancel(id))
    again()
  }
  const load = async () => {
    const found = await jobsApi.list(kind)
    jobs.value = which === 'all' ? found : found.filter(isUnderWay)
    again()
  }
  onScopeDispose(() => {
    isGone = true
    clearTimeout(timer)
  })
  return { jobs, add, cancel, dismiss, load }
}

/** Wait for one job; tells each step of it. */
export const awaitJob = async <R>(job: Job<R>, tell: (job: Job<R>) => void): Promise<Job<R>> => {
  let now = job
  while (isUnderWay(now)) {
    tell(now)
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    now = await jobsApi.read<R>(job.id)
  }
  tell(now)
  return now
}
