// Reports that wait for a network. A report goes first and alone; its photos follow under
// its id, each by itself. Everything may be sent twice: ids are made here, on the phone.
import { ApiError, Unreachable, type Api } from './api'
import type { HazardReport } from './types'

export interface Waiting {
  id: string
  /** Whose report it is: a second user of the phone neither sends nor sees it. */
  owner: string
  report: HazardReport
  reported: boolean
  photos: { id: string; bytes: Blob; sent: boolean }[]
  refused?: string
}

export interface OutboxStore {
  all(): Promise<Waiting[]>
  put(item: Waiting): Promise<void>
  remove(id: string): Promise<void>
}

export type Flushed = { sent: number; waiting: number; refused: number }

/**
 * Send what waits, oldest first. What the server acknowledged is marked at once, so a
 * break-off costs one repetition and never a report. Stops at the first sign that there
 * is no network; what the server refuses for good is kept and shown.
 */
export const flush = async (
  store: OutboxStore,
  api: Pick<Api, 'report' | 'putPhoto'>,
  owner: string,
): Promise<Flushed> => {
  const mine = (await store.all()).filter((item) => item.owner === owner)
  mine.sort((a, b) => a.report.reported_at.localeCompare(b.report.reported_at))
  let sent = 0
  for (const item of mine.filter((i) => !i.refused)) {
    try {
      await sendOne(store, api, item)
      sent += 1
    } catch (error) {
      if (!(error instanceof ApiError) || isPassing(error)) {
        if (error instanceof Unreachable || error instanceof ApiError) break
        throw error
      }
      await store.put({ ...item, refused: error.message })
    }
  }
  const left = (await store.all()).filter((item) => item.owner === owner)
  return { sent, waiting: left.length, refused: left.filter((i) => i.refused).length }
}

const sendOne = async (
  store: OutboxStore,
  api: Pick<Api, 'report' | 'putPhoto'>,
  item: Waiting,
): Promise<void> => {
  if (!item.reported) {
    await api.report(item.report)
    item.reported = true
    await store.put(item)
  }
  for (const photo of item.photos.filter((p) => !p.sent)) {
    await api.putPhoto(item.id, photo.id, photo.bytes)
    photo.sent = true
    await store.put(item)
  }
  await store.remove(item.id)
}

/** Log-in run out, overload, a broken server: the same request may succeed later. */
const isPassing = (error: ApiError): boolean =>
  error.status >= 500 || [401, 403, 408, 429].includes(error.status)
