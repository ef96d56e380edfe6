// The outbox in IndexedDB: survives a reload, a closed tab and a flat battery.
import { openDB } from 'idb'
import type { OutboxStore, Waiting } from './outbox'

const STORE = 'reports'

export const openOutbox = async (): Promise<OutboxStore> => {
  const db = await openDB('xunge-outbox', 1, {
    upgrade: (fresh) => void fresh.createObjectStore(STORE, { keyPath: 'id' }),
  })
  return {
    all: () => db.getAll(STORE) as Promise<Waiting[]>,
    put: async (item) => void (await db.put(STORE, item)),
    remove: (id) => db.delete(STORE, id),
  }
}
