// The outbox of the running page: keeps, sends, tries again when the network is back.
import { onScopeDispose, ref, shallowRef } from 'vue'
import { api, session } from '@/client'
import { type Blocked, flush, type OutboxStore, type Waiting } from '@/core/outbox'
import { openOutbox } from '@/core/outboxStore'
import { poll } from '@/core/poll'

const RETRY_MS = 15_000

export const useOutbox = () => {
  const waiting = shallowRef<Waiting[]>([])
  const sending = ref(false)
  const blocked = ref<Blocked | null>(null)
  let store: Promise<OutboxStore> | undefined
  const opened = () => (store ??= openOutbox())

  const owner = () => session.value?.person_id ?? ''
  const look = async () => {
    const all = await (await opened()).all()
    waiting.value = all.filter((item) => item.owner === owner())
  }
  const send = async () => {
    if (sending.value || !owner()) return
    sending.value = true
    try {
      blocked.value = (await flush(await opened(), api, owner())).blocked
    } finally {
      sending.value = false
      await look()
    }
  }
  /** Kept on the phone first; whether it is sent now or tomorrow is another matter. */
  const keep = async (item: Omit<Waiting, 'owner'>) => {
    await (await opened()).put({ ...item, owner: owner() })
    await look()
  }
  const discard = async (id: string) => {
    await (await opened()).remove(id)
    await look()
  }

  const stop = poll(send, RETRY_MS)
  addEventListener('online', send)
  onScopeDispose(() => {
    stop()
    removeEventListener('online', send)
  })
  return { waiting, sending, blocked, send, keep, discard }
}
