import type { Change, Edit } from '@/core/plan/api'
import { type Clash, type Command, DraftSession, type Wire } from '@/core/plan/session'
import { changeOf, knownOf } from './town'

const move = (unit: number, to: string): Command => ({
  edit: { kind: 'move', units: [unit], to } as Edit,
})

const setUp = (wire: Partial<Wire> = {}) => {
  const seen = { shown: 0, done: [] as Change[], refused: [] as unknown[], clashes: [] as Clash[], joined: 0 }
  const session = new DraftSession(
    knownOf(4, 3),
    {
      send: async (version) => changeOf(version + 1),
      since: async () => [],
      isStale: (error) => error === 'stale',
      isLost: (error) => error === 'lost',
      isOwn: (change) => change.by === '规划员甲',
      ...wire,
    },
    {
      shown: () => seen.shown++,
      done: (change) => seen.done.push(change),
      refused: (error) => seen.refused.push(error),
      clash: (clash) => seen.clashes.push(clash),
      joined: () => seen.joined++,
    },
  )
  return { session, seen }
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 5))

test('an edit is shown before the server answers', () => {
  const { session } = setUp({ send: () => new Promise(() => undefined) })
  session.push(move(0, 'G1'))
  expect(session.shown.part[0]).toBe(1)
  expect(session.known.plan.part[0]).toBe(0)
})

test('edits go out one after the other, each with the version of the answer before', async () => {
  const versions: number[] = []
  const { session, seen } = setUp({
    send: async (version) => {
      versions.push(version)
      return changeOf(version + 1)
    },
  })
  session.push(move(0, 'G1'))
  session.push({ step: 'undo' })
  session.push(move(1, 'G1'))
  await settled()
  expect(versions).toEqual([1, 2, 3])
  expect(session.waiting).toEqual([])
  expect(seen.done).toHaveLength(3)
})

test('a refused edit is taken off the map, with all that was drawn on top of it', async () => {
  const { session, seen } = setUp({ send: () => Promise.reject('no') })
  session.push(move(0, 'G1'))
  session.push(move(1, 'G1'))
  await settled()
  expect(session.shown.part[0]).toBe(0)
  expect(session.shown.part[1]).toBe(0)
  expect(seen.refused).toEqual(['no'])
})

test('without a network edits wait and go out when it is back', async () => {
  let isDown = true
  const { session } = setUp({
    send: (version) => (isDown ? Promise.reject('lost') : Promise.resolve(changeOf(version + 1))),
  })
  session.push(move(0, 'G1'))
  await settled()
  expect(session.isLost).toBe(true)
  expect(session.shown.part[0]).toBe(1)
  isDown = false
  await session.look()
  expect(session.isLost).toBe(false)
  expect(session.waiting).toEqual([])
})

test('an edit whose answer was lost is not made twice', async () => {
  const sent: number[] = []
  const { session, seen } = setUp({
    send: async (version) => {
      sent.push(version)
      throw sent.length === 1 ? 'lost' : 'stale'
    },
    since: async () => [changeOf(2, { moved: [{ grid: 'G1', units: [0] }] })],
  })
  session.push(move(0, 'G1'))
  await settled()
  await session.look()
  expect(seen.clashes).toEqual([])
  expect(session.waiting).toEqual([])
  expect(session.known).toMatchObject({ version: 2 })
  expect(session.shown.part[0]).toBe(1)
})

test('two planners: the second is asked, and may keep or drop the own step', async () => {
  const theirs = [changeOf(2, { by: '规划员乙', moved: [{ grid: 'G1', units: [2] }] })]
  for (const keepOurs of [true, false]) {
    const sent: number[] = []
    const { session, seen } = setUp({
      send: async (version) => {
        sent.push(version)
        if (version === 1) throw 'stale'
        return changeOf(version + 1)
      },
      since: async () => theirs,
    })
    session.push(move(0, 'G1'))
    await settled()
    expect(seen.clashes[0]).toMatchObject({ by: '规划员乙' })
    expect(sent).toEqual([1])
    session.settle(seen.clashes[0]!, keepOurs)
    await settled()
    expect(session.known.plan.part[2]).toBe(1)
    expect(sent).toEqual(keepOurs ? [1, 2] : [1])
    expect(session.waiting).toEqual([])
  }
})

test('a clash whose changes could not be asked for is told at the next look', async () => {
  let isDown = true
  const theirs = [changeOf(2, { by: '规划员乙', moved: [{ grid: 'G1', units: [2] }] })]
  const { session, seen } = setUp({
    send: () => Promise.reject('stale'),
    since: () => (isDown ? Promise.reject('lost') : Promise.resolve(theirs)),
  })
  session.push(move(0, 'G1'))
  await settled()
  expect(seen.clashes).toEqual([])
  isDown = false
  await session.look()
  expect(seen.clashes[0]).toMatchObject({ by: '规划员乙' })
  expect(session.waiting).toHaveLength(1)
})

test("a colleague's edits come in by themselves while nothing of ours waits", async () => {
  const { session, seen } = setUp({ since: async () => [changeOf(2, { moved: [{ grid: 'G1', units: [0] }] })] })
  await session.look()
  expect(seen.joined).toBe(1)
  expect(session.shown.part[0]).toBe(1)
})
