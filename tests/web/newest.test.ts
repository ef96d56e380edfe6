import { newest } from '@/core/newest'

const later = <T>() => {
  let answer = (_: T) => {}
  const asked = new Promise<T>((resolve) => (answer = resolve))
  return { ask: () => asked, answer }
}

test('a slow answer does not replace that of a later question', async () => {
  const taken: string[] = []
  const read = newest<string>((answer) => void taken.push(answer))
  const [first, second] = [later<string>(), later<string>()]
  const both = [read(first.ask), read(second.ask)]
  second.answer('new')
  first.answer('old')
  await Promise.all(both)
  expect(taken).toEqual(['new'])
})

test('answers that come in order are all handed on', async () => {
  const taken: string[] = []
  const read = newest<string>((answer) => void taken.push(answer))
  const [first, second] = [later<string>(), later<string>()]
  const both = [read(first.ask), read(second.ask)]
  first.answer('old')
  second.answer('new')
  await Promise.all(both)
  expect(taken).toEqual(['old', 'new'])
})

test('a question without an answer leaves what an earlier one brings', async () => {
  const taken: string[] = []
  const read = newest<string>((answer) => void taken.push(answer))
  const first = later<string>()
  const slow = read(first.ask)
  await expect(read(() => Promise.reject('lost'))).rejects.toBe('lost')
  first.answer('old')
  await slow
  expect(taken).toEqual(['old'])
})
