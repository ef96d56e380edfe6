// Positions that wait for a network, each kept under its owner until the server has it.
// The server knows a repeated fix again, so a batch may be sent twice.
import { ApiError, Unreachable } from './api'
import type { Blocked } from './outbox'
import type { Fix, FixBatch } from './types'

export interface KeptFix {
  key: string
  owner: string
  fix: Fix
}

export interface FixStore {
  oldest(owner: string, most: number): Promise<KeptFix[]>
  count(owner: string): Promise<number>
  put(kept: KeptFix): Promise<void>
  remove(keys: string[]): Promise<void>
}

const MOST_AT_ONCE = 500

// Zero-padded, so that the order of the keys is the order of time.
export const keepFix = (owner: string, fix: Fix): KeptFix => ({
  key: `${owner}|${String(fix.t).padStart(15, '0')}`,
  owner,
  fix,
})

/** Send what waits, oldest first; only what the server took leaves the phone. */
export const flushFixes = async (
  store: FixStore,
  send: (batch: FixBatch) => Promise<void>,
  owner: string,
  now: () => Date,
): Promise<Blocked | null> => {
  for (;;) {
    const part = await store.oldest(owner, MOST_AT_ONCE)
    if (!part.length) return null
    try {
      await send({
        batch_id: crypto.randomUUID(),
        sent_at: now().toISOString(),
        coord_type: 'wgs84',
        fixes: part.map((kept) => kept.fix),
      })
    } catch (error) {
      if (error instanceof Unreachable) return 'network'
      if (error instanceof ApiError) return error.status === 401 ? 'login' : 'server'
      throw error
    }
    await store.remove(part.map((kept) => kept.key))
  }
}
