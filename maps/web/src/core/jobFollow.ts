// Follow jobs of the server until they end, by asking again and again.
import { ApiError } from './http'
import type { createJobsApi, Job } from './jobs'

type JobsApi = ReturnType<typeof createJobsApi>

export interface JobHooks {
  /** The jobs to show, the newest first. */
  shown(jobs: readonly Job[]): void
  /** A job that was under way has ended. */
  ended(job: Job): void
}

const EVERY_MS = 700

export const isUnderWay = (job: Job): boolean => job.state === 'queued' || job.state === 'running'

/** Jobs of a kind; with `all` those that have ended are listed too. */
export const followJobs = (api: JobsApi, kind: string, hooks: JobHooks, which: 'underWay' | 'all') => {
  const dismissed = new Set<string>()
  let jobs: readonly Job[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  let isAsking = false
  let isStopped = false

  const known = (id: string) => jobs.find((job) => job.id === id)
  const show = (found: readonly Job[]) => {
    jobs = found
    hooks.shown(jobs)
  }
  // Answers cross on their way: one from before the end must not undo it.
  const put = (job: Job) => {
    const was = known(job.id)
    if (isStopped || dismissed.has(job.id) || (was && !isUnderWay(was))) return
    const others = jobs.filter((one) => one.id !== job.id)
    show([job, ...others].sort((a, b) => b.made_at.localeCompare(a.made_at)))
    if (was && !isUnderWay(job)) hooks.ended(job)
  }
  const ask = async () => {
    isAsking = true
    const fresh = await Promise.all(jobs.filter(isUnderWay).map(({ id }) => api.read(id).catch(() => null)))
    isAsking = false
    for (const job of fresh) if (job) put(job)
    again()
  }
  const again = () => {
    clearTimeout(timer)
    if (!isStopped && !isAsking && jobs.some(isUnderWay)) timer = setTimeout(ask, EVERY_MS)
  }
  const add = (job: Job) => {
    put(job)
    again()
  }
  return {
    add,
    cancel: async (id: string) => {
      const job = await callOff(api, id)
      if (job) add(job)
    },
    dismiss: (id: string) => {
      dismissed.add(id)
      show(jobs.filter((job) => job.id !== id))
    },
    load: async () => {
      const found = await api.list(kind)
      // What was added meanwhile is not in the list, and what is known is followed already.
      for (const job of found) if (!known(job.id) && (which === 'all' || isUnderWay(job))) put(job)
      again()
    },
    stop: () => {
      isStopped = true
      clearTimeout(timer)
    },
  }
}

/** Ask for the end of a job. One that has ended needs none: whoever follows it is told. */
export const callOff = (api: JobsApi, id: string): Promise<Job | null> => api.cancel(id).catch(() => null)

// A server that cannot be reached, or is too busy, has not ended the job.
const isPassing = (error: unknown): boolean => !(error instanceof ApiError) || error.status >= 500

/** Wait for one job; tells each step of it. */
export const awaitJob = async <R>(api: JobsApi, job: Job<R>, tell: (job: Job<R>) => void): Promise<Job<R>> => {
  let now = job
  while (isUnderWay(now)) {
    tell(now)
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    now = await api.read<R>(job.id).catch((error: unknown) => {
      if (isPassing(error)) return now
      throw error
    })
  }
  tell(now)
  return now
}
