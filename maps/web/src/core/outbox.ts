// Reports that wait for a network. A report goes first and alone; photos and voice follow
// under its id, each by itself. Everything may be sent twice: ids are made here, on the phone.
import { ApiError, Unreachable, type Api } from './api'
import type { HazardReport } from './types'

export interface Waiting {
  id: string
  /** Whose report it is: a second user of the phone neither sends nor sees it. */
  owner: string
  report: HazardReport
  reported: boolean
  photos: { id: string; bytes: Blob; sent: boolean }[]
  /** A recording; phones that kept a report before there were any have none. */
  voice?: { id: string; bytes: Blob; sent: boolean }
  refused?: string
}

export interface OutboxStore {
  all(): Promise<Waiting[]>
  put(item: Waiting): Promise<void>
  remove(id: string): Promise<void>
}

/** Why sending stopped before the end: what the owner can do about it differs. */
export type Blocked = 'network' | 'login' | 'server'

export interface Flushed {
  sent: number
  waiting: number
  blocked: Blocked | null
}

/**
 * Send what waits, oldest first. What the server acknowledged is marked at once, so a
 * break-off costs one repetition and never a report. Stops at the first sign that nothing
 * gets through; what the server refuses for good is kept and shown.
 */
export const flush = async (
  store: OutboxStore,
  api: Pick<Api, 'session' | 'report' | 'putPhoto' | 'putVoice'>,
  owner: string,
): Promise<Flushed> => {
  const own = async () => (await store.all()).filter((item) => item.owner === owner)
  const queue = (await own()).filter((item) => !item.refused)
  queue.sort((a, b) => a.report.reported_at.localeCompare(b.report.reported_at))
  let sent = 0
  let blocked: Blocked | null = queue.length ? await strangerBlocks(api, owner) : null
  for (const item of blocked ? [] : queue) {
    try {
      await sendOne(store, api, item)
      sent += 1
    } catch (error) {
      blocked = blockedBy(error)
      if (blocked) break
      await store.put({ ...item, refused: (error as ApiError).message })
    }
  }
  return { sent, waiting: (await own()).length, blocked }
}

// The cookie of this phone may be another person's by now (a second tab, a second user):
// what one wrote is never sent in the other's name.
const strangerBlocks = async (api: Pick<Api, 'session'>, owner: string): Promise<Blocked | null> => {
  try {
    return (await api.session()).person_id === owner ? null : 'login'
  } catch (error) {
    return blockedBy(error) ?? 'server'
  }
}

/** Null when the server refused this very item for good. */
const blockedBy = (error: unknown): Blocked | null => {
  if (error instanceof Unreachable) return 'network'
  if (!(error instanceof ApiError)) throw error
  if (error.status === 401) return 'login'
  return error.status >= 500 || [403, 408, 429].includes(error.status) ? 'server' : null
}

const sendOne = async (
  store: OutboxStore,
  api: Pick<Api, 'report' | 'putPhoto' | 'putVoice'>,
  item: Waiting,
): Promise<void> => {
  if (!item.reported) {
    await api.report(item.report, item.owner)
    item.reported = true
    await store.put(item)
  }
  for (const photo of item.photos.filter((p) => !p.sent)) {
    await api.putPhoto(item.id, photo.id, photo.bytes, item.owner)
    photo.sent = true
    await store.put(item)
  }
  if (item.voice && !item.voice.sent) {
    await api.putVoice(item.id, item.voice.id, item.voice.bytes, item.owner)
    item.voice.sent = true
    await store.put(item)
  }
  await store.remove(item.id)
}
