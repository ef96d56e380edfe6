// HTTP and nothing else: one request, its JSON, and errors with the server's own sentence.

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    /** What else the server said of the error. */
    readonly details: Readonly<Record<string, unknown>> = {},
  ) {
    super(message)
  }
}

/** The server could not be reached: nothing is known about what it did. */
export class Unreachable extends Error {}

export type Fetch = typeof fetch

export const createHttp = (send: Fetch, base: string) => {
  const request = async (
    method: string,
    path: string,
    body?: BodyInit,
    type?: string,
    more: Record<string, string> = {},
  ) => {
    let answer: Response
    try {
      answer = await send(base + path, {
        method,
        credentials: 'same-origin',
        headers: {
          accept: 'application/json',
          ...(type ? { 'content-type': type } : {}),
          ...more,
        },
        ...(body === undefined ? {} : { body }),
      })
    } catch (cause) {
      throw new Unreachable(path, { cause })
    }
    if (!answer.ok) throw await errorOf(answer)
    return answer.status === 204 ? null : answer.json()
  }
  const get = <T>(path: string, query: Record<string, string | undefined> = {}): Promise<T> =>
    request('GET', path + queryOf(query))
  const post = <T>(path: string, body: unknown): Promise<T> =>
    request('POST', path, JSON.stringify(body), 'application/json')
  return { request, get, post }
}

const errorOf = async (answer: Response): Promise<ApiError> => {
  const body = await answer.json().catch(() => null)
  const error = body?.error ?? {}
  const { code = 'unknown', message = answer.statusText, ...details } = error
  return new ApiError(answer.status, code, message, details)
}

export const queryOf = (query: Record<string, string | undefined>): string => {
  const given = Object.entries(query).filter((pair): pair is [string, string] => !!pair[1])
  return given.length ? `?${new URLSearchParams(given)}` : ''
}
