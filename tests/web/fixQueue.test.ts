import { ApiError, Unreachable } from '@/core/api'
import { type FixStore, flushFixes, keepFix, type KeptFix } from '@/core/fixQueue'
import type { Fix, FixBatch } from '@/core/types'

const fix = (t: number): Fix => ({ t, lon: 111.9, lat: 34, accuracy: 8, speed_mps: 1, heading: null, altitude: null })
const memory = (...kept: KeptFix[]): FixStore & { kept: Map<string, KeptFix> } => {
  const all = new Map(kept.map((item) => [item.key, item]))
  const own = (owner: string) => [...all.values()].filter((item) => item.owner === owner)
  return {
    kept: all,
    oldest: async (owner, most) => own(owner).sort((a, b) => a.key.localeCompare(b.key)).slice(0, most),
    count: async (owner) => own(owner).length,
    put: async (item) => void all.set(item.key, item),
    remove: async (keys) => keys.forEach((key) => all.delete(key)),
  }
}
const now = () => new Date('2026-05-20T00:00:00Z')

test('positions go oldest first, at most 500 at once, and leave when they were taken', async () => {
  const store = memory(...Array.from({ length: 1201 }, (_, n) => keepFix('me', fix(5000 - n))))
  const batches: FixBatch[] = []
  expect(await flushFixes(store, async (b) => void batches.push(b), 'me', now)).toBeNull()
  expect(batches.map((b) => b.fixes.length)).toEqual([500, 500, 201])
  const times = batches.flatMap((b) => b.fixes.map((f) => f.t))
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(store.kept.size).toBe(0)
})

test.each([
  [new Unreachable(), 'network'],
  [new ApiError(401, 'x', 'x'), 'login'],
  [new ApiError(503, 'x', 'x'), 'server'],
])('nothing leaves the phone that the server did not take', async (error, blocked) => {
  const store = memory(keepFix('me', fix(1)))
  expect(await flushFixes(store, () => Promise.reject(error), 'me', now)).toBe(blocked)
  expect(store.kept.size).toBe(1)
})

test('the positions of one are not sent for another', async () => {
  const store = memory(keepFix('you', fix(1)))
  await flushFixes(store, () => Promise.reject(new Error('sent')), 'me', now)
  expect(store.kept.size).toBe(1)
})
