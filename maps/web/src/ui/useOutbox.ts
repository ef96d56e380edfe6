// The outbox of the running page: keeps, sends, tries again when the network is back.
import { inject, type InjectionKey, onScopeDispose, provide, ref, shallowRef } from 'vue'
import { api, session } from '@/client'
import { ApiError } from '@/core/api'
import { flushFixes, keepFix } from '@/core/fixQueue'
import { type Blocked, flush, type Waiting } from '@/core/outbox'
import { outboxFile } from '@/core/outboxFile'
import { sendingLine } from '@/core/line'
import { openPhoneStore } from '@/core/outboxStore'
import { poll } from '@/core/poll'
import type { Fix } from '@/core/types'
import { forgetPhoneToken, phoneToken } from './phoneToken'

const RETRY_MS = 15_000

const createOutbox = () => {
  const waiting = shallowRef<Waiting[]>([])
  const fixCount = ref(0)
  /** Until the phone's own store was read nobody knows what waits. */
  const isRead = ref(false)
  const sending = ref(false)
  const blocked = ref<Blocked | null>(null)

  const owner = () => session.value?.person_id ?? ''
  const look = async () => {
    const store = await openPhoneStore()
    waiting.value = (await store.reports.all()).filter((item) => item.owner === owner())
    fixCount.value = await store.fixes.count(owner())
    isRead.value = true
  }
  const sendFixes = async (person: string) => {
    const { fixes } = await openPhoneStore()
    if (!(await fixes.count(person))) return null
    return flushFixes(
      fixes,
      async (batch) => {
        try {
          await api.sendFixes(await phoneToken(person), batch)
        } catch (error) {
          // A phone that was struck off enrols again at the next attempt.
          if (error instanceof ApiError && error.status === 401) forgetPhoneToken(person)
          throw error
        }
      },
      person,
      () => new Date(),
    )
  }
  const sendOnce = async (person: string) => {
    sending.value = true
    try {
      const reports = await flush((await openPhoneStore()).reports, api, person)
      blocked.value = reports.blocked ?? (await sendFixes(person))
    } finally {
      sending.value = false
      await look()
    }
  }
  /** Send what waits; what is kept while something is under way goes right after it. */
  const send = async (): Promise<void> => {
    const person = owner()
    if (person) await sendingLine.join(() => sendOnce(person))
  }
  /** Kept on the phone first; whether it is sent now or tomorrow is another matter. */
  const keep = async (item: Omit<Waiting, 'owner'>) => {
    await (await openPhoneStore()).reports.put({ ...item, owner: owner() })
    await look()
  }
  const keepPosition = async (person: string, fix: Fix) => {
    await (await openPhoneStore()).fixes.put(keepFix(person, fix))
    await look()
  }
  const discard = async (id: string) => {
    await (await openPhoneStore()).reports.remove(id)
    await look()
  }
  const asFile = async (): Promise<Blob> => {
    const { fixes } = await openPhoneStore()
    const kept = await fixes.oldest(owner(), fixCount.value)
    return outboxFile(owner(), waiting.value, kept, new Date())
  }

  void look()
  const stop = poll(send, RETRY_MS)
  addEventListener('online', send)
  onScopeDispose(() => {
    stop()
    removeEventListener('online', send)
  })
  return { waiting, fixCount, isRead, sending, blocked, send, keep, keepPosition, discard, asFile }
}

export type Outbox = ReturnType<typeof createOutbox>
const KEY: InjectionKey<Outbox> = Symbol('outbox')

/** Open the outbox for a page and the parts below it. */
export const provideOutbox = (): Outbox => {
  const outbox = createOutbox()
  provide(KEY, outbox)
  return outbox
}

export const useOutbox = (): Outbox => {
  const outbox = inject(KEY)
  if (!outbox) throw new Error('no outbox above this component')
  return outbox
}
