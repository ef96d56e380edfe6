// The outbox in IndexedDB: survives a reload, a closed tab and a flat battery.
import { type DBSchema, openDB } from 'idb'
import type { FixStore, KeptFix } from './fixQueue'
import type { OutboxStore, Waiting } from './outbox'

interface Kept extends DBSchema {
  reports: { key: string; value: Waiting }
  fixes: { key: string; value: KeptFix }
}

export interface PhoneStore {
  reports: OutboxStore
  fixes: FixStore
}

let opened: Promise<PhoneStore> | undefined

export const openPhoneStore = (): Promise<PhoneStore> => (opened ??= open())

const open = async (): Promise<PhoneStore> => {
  const db = await openDB<Kept>('xunge-outbox', 2, {
    upgrade: (fresh, from) => {
      if (from < 1) fresh.createObjectStore('reports', { keyPath: 'id' })
      fresh.createObjectStore('fixes', { keyPath: 'key' })
    },
  })
  const of = (owner: string) => IDBKeyRange.bound(`${owner}|`, `${owner}}`, false, true)
  return {
    reports: {
      all: () => db.getAll('reports'),
      put: async (item) => void (await db.put('reports', item)),
      remove: (id) => db.delete('reports', id),
    },
    fixes: {
      oldest: (owner, most) => db.getAll('fixes', of(owner), most),
      count: (owner) => db.count('fixes', of(owner)),
      put: async (kept) => void (await db.put('fixes', kept)),
      remove: async (keys) => {
        const work = db.transaction('fixes', 'readwrite')
        await Promise.all([...keys.map((key) => work.store.delete(key)), work.done])
      },
    },
  }
}

/** How many reports and positions of a person still wait on this phone. */
export const unsentOf = async (owner: string): Promise<number> => {
  const { reports, fixes } = await openPhoneStore()
  const own = (await reports.all()).filter((item) => item.owner === owner)
  return own.length + (await fixes.count(owner))
}
