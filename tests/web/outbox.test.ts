import { ApiError, Unreachable } from '@/core/api'
import { flush, type OutboxStore, type Waiting } from '@/core/outbox'
import type { HazardCase, Session } from '@/core/types'

const memory = (...items: Waiting[]): OutboxStore & { kept: Map<string, Waiting> } => {
  const kept = new Map(items.map((item) => [item.id, item]))
  return {
    kept,
    // As a database does: what comes out is a copy.
    all: async () => [...kept.values()].map((item) => ({ ...item, photos: item.photos.map((p) => ({ ...p })) })),
    put: async (item) => void kept.set(item.id, { ...item, photos: item.photos.map((p) => ({ ...p })) }),
    remove: async (id) => void kept.delete(id),
  }
}
const waiting = (id: string, photos = 0, more: Partial<Waiting> = {}): Waiting => ({
  id,
  owner: 'me',
  reported: false,
  photos: Array.from({ length: photos }, (_, n) => ({ id: `${id}-${n}`, bytes: new Blob(['x']), sent: false })),
  report: {
    id,
    lon: 111.9,
    lat: 34,
    coord_type: 'wgs84',
    category: 'fire',
    level: 'general',
    text: id,
    reported_at: `2026-05-20T00:00:0${id.length}Z`,
  },
  ...more,
})
const server = (fail: (call: string) => Error | undefined = () => undefined, signedIn = 'me') => {
  const calls: string[] = []
  const take = async (call: string) => {
    calls.push(call)
    const error = fail(call)
    if (error) throw error
  }
  return {
    calls,
    session: async () => {
      const error = fail('session')
      if (error) throw error
      return { person_id: signedIn } as Session
    },
    report: async (r: { id: string }) => (await take(`report ${r.id}`), {} as HazardCase),
    putPhoto: async (_: string, photo: string) => take(`photo ${photo}`),
    putVoice: async (_: string, voice: string) => take(`voice ${voice}`),
  }
}

test('text goes first, then each photo, oldest report first', async () => {
  const api = server()
  const store = memory(waiting('bb', 2), waiting('a'))
  expect(await flush(store, api, 'me')).toEqual({ sent: 2, waiting: 0, blocked: null })
  expect(api.calls).toEqual(['report a', 'report bb', 'photo bb-0', 'photo bb-1'])
})

test('a recording follows the text and goes once', async () => {
  const api = server()
  const store = memory(waiting('a', 1, { voice: { id: 'v', bytes: new Blob(['x']), sent: false } }))
  await flush(store, api, 'me')
  expect(api.calls).toEqual(['report a', 'photo a-0', 'voice v'])
  expect(store.kept.size).toBe(0)
})

test('a broken photo upload keeps the acknowledged text and only sends the rest again', async () => {
  const store = memory(waiting('a', 2))
  const broken = server((call) => (call === 'photo a-1' ? new Unreachable() : undefined))
  expect(await flush(store, broken, 'me')).toEqual({ sent: 0, waiting: 1, blocked: 'network' })
  const again = server()
  await flush(store, again, 'me')
  expect(again.calls).toEqual(['photo a-1'])
  expect(store.kept.size).toBe(0)
})

test('a report whose answer was lost goes again under the same id', async () => {
  const store = memory(waiting('a'))
  await flush(store, server(() => new Unreachable()), 'me')
  const again = server()
  await flush(store, again, 'me')
  expect(again.calls).toEqual(['report a'])
})

test('nothing more is tried once the network is gone', async () => {
  const api = server(() => new Unreachable())
  await flush(memory(waiting('a'), waiting('bb')), api, 'me')
  expect(api.calls).toEqual([])
})

test('what was written by one is not sent while the phone’s session is another’s', async () => {
  const api = server(() => undefined, 'you')
  const store = memory(waiting('a'))
  expect(await flush(store, api, 'me')).toEqual({ sent: 0, waiting: 1, blocked: 'login' })
  expect(api.calls).toEqual([])
  expect(store.kept.size).toBe(1)
})

test('what the server refuses for good is kept, named and holds up nobody', async () => {
  const api = server((call) => (call === 'report a' ? new ApiError(422, 'bad', '类别不存在') : undefined))
  const store = memory(waiting('a'), waiting('bb'))
  expect(await flush(store, api, 'me')).toEqual({ sent: 1, waiting: 1, blocked: null })
  expect(store.kept.get('a')?.refused).toBe('类别不存在')
})

test.each([
  [401, 'login'],
  [429, 'server'],
  [503, 'server'],
])('an answer %i is no refusal: the report waits (%s)', async (status, blocked) => {
  const store = memory(waiting('a'))
  const result = await flush(store, server(() => new ApiError(status, 'x', 'x')), 'me')
  expect(result).toEqual({ sent: 0, waiting: 1, blocked })
  expect(store.kept.get('a')?.refused).toBeUndefined()
})

test('a second user of the phone neither sends nor sees the first one’s reports', async () => {
  const api = server()
  expect(await flush(memory(waiting('a')), api, 'you')).toEqual({ sent: 0, waiting: 0, blocked: null })
  expect(api.calls).toEqual([])
})
