import { createLine } from '@/core/line'

const later = () => {
  let done = () => {}
  const promise = new Promise<void>((resolve) => (done = resolve))
  return { promise, done }
}

test('who asks during a run gets a run that begins after it', async () => {
  const line = createLine()
  const first = later()
  const begun: string[] = []
  const one = line.join(() => (begun.push('first'), first.promise))
  await Promise.resolve()
  await Promise.resolve()
  const two = line.join(async () => void begun.push('second'))
  expect(line.join(async () => void begun.push('third'))).toBe(two)
  expect(begun).toEqual(['first'])
  first.done()
  await Promise.all([one, two])
  expect(begun).toEqual(['first', 'second'])
})

test('a run that fails does not stop the next', async () => {
  const line = createLine()
  await expect(line.join(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  let ran = false
  await line.join(async () => void (ran = true))
  expect(ran).toBe(true)
})

test('idle waits for what runs', async () => {
  const line = createLine()
  const work = later()
  let isIdle = false
  void line.join(() => work.promise)
  const idle = line.idle().then(() => (isIdle = true))
  await Promise.resolve()
  expect(isIdle).toBe(false)
  work.done()
  await idle
  expect(isIdle).toBe(true)
})
