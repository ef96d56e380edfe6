import { poll } from '@/core/poll'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('the next question waits for the answer to the last', async () => {
  let answer = () => {}
  let asked = 0
  const stop = poll(() => {
    asked += 1
    return new Promise<void>((resolve) => (answer = resolve))
  }, 1000)
  await vi.advanceTimersByTimeAsync(5000)
  expect(asked).toBe(1)
  answer()
  await vi.advanceTimersByTimeAsync(1000)
  expect(asked).toBe(2)
  stop()
})

test('after the stop nothing is asked', async () => {
  let asked = 0
  const stop = poll(async () => void (asked += 1), 1000)
  await vi.advanceTimersByTimeAsync(0)
  stop()
  await vi.advanceTimersByTimeAsync(5000)
  expect(asked).toBe(1)
})
