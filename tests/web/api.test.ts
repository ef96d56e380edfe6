import { ApiError, createApi, Unreachable } from '@/core/api'

const answer = (body: unknown, status = 200) => async () =>
  new Response(body === null ? null : JSON.stringify(body), { status })

test('an error carries the sentence of the server', async () => {
  const api = createApi(answer({ error: { code: 'stale', message: '请刷新' } }, 409))
  await expect(api.session()).rejects.toMatchObject({ status: 409, code: 'stale', message: '请刷新' })
})

test('an error page that is no JSON is still an error with its status', async () => {
  const api = createApi(async () => new Response('<html>', { status: 502, statusText: 'Bad Gateway' }))
  await expect(api.session()).rejects.toMatchObject({ status: 502, message: 'Bad Gateway' })
  await expect(api.session()).rejects.toBeInstanceOf(ApiError)
})

test('no connection is told apart from a refusal', async () => {
  const api = createApi(async () => {
    throw new TypeError('Failed to fetch')
  })
  await expect(api.latest()).rejects.toBeInstanceOf(Unreachable)
})

test('a missing date is left out of the address', async () => {
  const asked: string[] = []
  const api = createApi(async (input) => {
    asked.push(String(input))
    return new Response('{}')
  })
  await api.board()
  await api.board('2026-05-20')
  expect(asked).toEqual(['/api/v1/board', '/api/v1/board?date=2026-05-20'])
})

test('an empty answer is nothing', async () => {
  expect(await createApi(answer(null, 204)).logout()).toBeNull()
})
