import { ApiError, Unreachable } from '@/core/http'
import { awaitJob, followJobs } from '@/core/jobFollow'
import type { createJobsApi, Job, JobState } from '@/core/jobs'

const LOOK_MS = 800
const jobOf = (id: string, state: JobState, made = '2026-05-20T01:00:00Z') =>
  ({ id, state, kind: 'plan', percent: 0, made_at: made }) as Job
const look = () => vi.advanceTimersByTimeAsync(LOOK_MS)
const later = () => {
  let answer = (_: unknown) => {}
  const asked = new Promise<unknown>((resolve) => (answer = resolve))
  return { asked, answer }
}
const setUp = (which: 'underWay' | 'all' = 'underWay') => {
  const server = { list: vi.fn(), read: vi.fn(), cancel: vi.fn() }
  const seen = { states: [] as string[], ended: [] as string[] }
  const words = (job: Job) => `${job.id} ${job.state}`
  const api = server as unknown as ReturnType<typeof createJobsApi>
  const hooks = {
    shown: (jobs: readonly Job[]) => void (seen.states = jobs.map(words)),
    ended: (job: Job) => void seen.ended.push(words(job)),
  }
  return { server, seen, api, ...followJobs(api, 'plan', hooks, which) }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a job is followed until it ends, and its end is told once', async () => {
  const { server, seen, add } = setUp()
  server.read.mockResolvedValueOnce(jobOf('a', 'running')).mockResolvedValue(jobOf('a', 'done'))
  add(jobOf('a', 'queued'))
  await look()
  expect(seen.states).toEqual(['a running'])
  await look()
  await look()
  expect(seen.states).toEqual(['a done'])
  expect(seen.ended).toEqual(['a done'])
  expect(server.read).toHaveBeenCalledTimes(2)
})

test('a list that was read before a job was asked for does not hide it', async () => {
  const { server, seen, add, load } = setUp()
  const list = later()
  server.list.mockReturnValue(list.asked)
  const loading = load()
  add(jobOf('new', 'queued', '2026-05-20T02:00:00Z'))
  list.answer([jobOf('old', 'running'), jobOf('past', 'done')])
  await loading
  expect(seen.states).toEqual(['new queued', 'old running'])
})

test('a list with all holds what has ended too, and nobody is told of its end', async () => {
  const { server, seen, load } = setUp('all')
  server.list.mockResolvedValue([jobOf('past', 'done')])
  await load()
  expect(seen.states).toEqual(['past done'])
  expect(seen.ended).toEqual([])
})

test('an answer from before the end does not undo it', async () => {
  const { server, seen, add, cancel } = setUp()
  const cancelled = later()
  server.cancel.mockReturnValue(cancelled.asked)
  server.read.mockResolvedValue(jobOf('a', 'cancelled'))
  add(jobOf('a', 'queued'))
  const cancelling = cancel('a')
  await look()
  cancelled.answer(jobOf('a', 'queued'))
  await cancelling
  await look()
  expect(seen.states).toEqual(['a cancelled'])
  expect(seen.ended).toEqual(['a cancelled'])
})

test('a second job does not begin a second round of questions', async () => {
  const { server, seen, add } = setUp()
  const slow = later()
  server.read.mockReturnValueOnce(slow.asked).mockImplementation(async (id) => jobOf(id, 'done'))
  add(jobOf('a', 'queued'))
  await look()
  add(jobOf('b', 'queued'))
  await look()
  expect(server.read).toHaveBeenCalledTimes(1)
  slow.answer(jobOf('a', 'running'))
  await look()
  expect(seen.ended).toEqual(['a done', 'b done'])
})

test('what was put aside stays aside', async () => {
  const { server, seen, add, dismiss } = setUp()
  const slow = later()
  server.read.mockReturnValue(slow.asked)
  add(jobOf('a', 'queued'))
  await look()
  dismiss('a')
  slow.answer(jobOf('a', 'running'))
  await look()
  expect(seen.states).toEqual([])
})

test('a job that cannot be cancelled any more is followed to its end', async () => {
  const { server, seen, add, cancel } = setUp()
  server.cancel.mockRejectedValue(new ApiError(409, 'bad_step', '已结束'))
  server.read.mockResolvedValue(jobOf('a', 'done'))
  add(jobOf('a', 'running'))
  await cancel('a')
  await look()
  expect(seen.states).toEqual(['a done'])
})

test('who leaves the page asks no more', async () => {
  const { server, add, stop } = setUp()
  add(jobOf('a', 'queued'))
  stop()
  await look()
  expect(server.read).not.toHaveBeenCalled()
})

test.each([
  ['cannot be reached', new Unreachable('/jobs/a')],
  ['is too busy', new ApiError(503, 'unavailable', '请稍后再试')],
])('a wait goes on while the server %s', async (_, error) => {
  const { server, api } = setUp()
  server.read.mockRejectedValueOnce(error).mockResolvedValue(jobOf('a', 'done'))
  const waiting = awaitJob(api, jobOf('a', 'queued'), () => undefined)
  await vi.advanceTimersByTimeAsync(2 * LOOK_MS)
  expect((await waiting).state).toBe('done')
})

test('a wait for a job that is not there any more ends', async () => {
  const { server, api } = setUp()
  server.read.mockRejectedValue(new ApiError(404, 'not_found', '没有这个任务'))
  const waiting = expect(awaitJob(api, jobOf('a', 'queued'), () => undefined)).rejects.toThrow('没有这个任务')
  await look()
  await waiting
})
