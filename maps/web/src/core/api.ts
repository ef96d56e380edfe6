// The only place that speaks HTTP. Errors carry the server's Chinese sentence.
import type { FixBatch } from './fixQueue'
import type {
  Appeal,
  AppealAnswer,
  Board,
  Category,
  Excuse,
  Excused,
  Grids,
  Handler,
  HazardCase,
  HazardReport,
  HazardStep,
  Hazards,
  Landscape,
  Look,
  PatrolDay,
  Positions,
  Progress,
  Regions,
  Replay,
  Session,
  Sites,
  Standings,
  Territory,
} from './types'

export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message)
  }
}

/** The server could not be reached: nothing is known about what it did. */
export class Unreachable extends Error {}

type Fetch = typeof fetch

export const createApi = (send: Fetch, base = '/api/v1') => {
  const request = async (
    method: string,
    path: string,
    body?: BodyInit,
    type?: string,
    token?: string,
  ) => {
    let answer: Response
    try {
      answer = await send(base + path, {
        method,
        credentials: 'same-origin',
        headers: {
          accept: 'application/json',
          ...(type ? { 'content-type': type } : {}),
          ...(token ? { authorization: `Bearer ${token}` } : {}),
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

  return {
    session: () => get<Session>('/session'),
    login: (login: string, password: string) => post<unknown>('/session', { login, password }),
    logout: () => request('DELETE', '/session'),
    territory: () => get<Territory>('/territory'),
    villages: () => get<Regions>('/regions', { level: 'village' }),
    grids: (on?: string) => get<Grids>('/grids', { on }),
    sites: () => get<Sites>('/sites'),
    landscape: () => get<Landscape>('/landscape'),
    latest: () => get<Positions>('/latest'),
    board: (date?: string) => get<Board>('/board', { date }),
    patrols: (date: string, workerId: string) =>
      get<{ patrols: PatrolDay[] }>('/patrols', { date, worker_id: workerId }),
    hazards: () => get<Hazards>('/hazards'),
    hazard: (id: string) => get<HazardCase>(`/hazards/${encodeURIComponent(id)}`),
    report: (hazard: HazardReport) => post<HazardCase>('/hazards', hazard),
    putPhoto: (hazardId: string, photoId: string, bytes: Blob) =>
      request('PUT', `/hazards/${hazardId}/photos/${photoId}`, bytes, bytes.type || 'image/jpeg'),
    photoUrl: (hazardId: string, photoId: string) =>
      `${base}/hazards/${hazardId}/photos/${photoId}`,
    act: (id: string, step: HazardStep) =>
      post<HazardCase>(`/hazards/${encodeURIComponent(id)}/events`, step),
    handlers: () => get<Handler[]>('/handlers'),
    categories: () => get<Category[]>('/categories'),
    sendFixes: async (token: string, batch: FixBatch): Promise<void> =>
      void (await request('POST', '/fixes', JSON.stringify(batch), 'application/json', token)),
    enrolPhone: () => post<{ token: string }>('/me/phone', {}),
    progress: () => get<Progress>('/me/progress'),
    looks: () => get<{ looks: Look[] }>('/me/looks'),
    replay: (date: string, workerId: string) =>
      get<Replay>('/replay', { date, worker_id: workerId }),
    standings: (date: string, workerId: string) =>
      get<Standings>('/standings', { date, worker_id: workerId }),
    appeals: () => get<{ appeals: Appeal[]; open: number; overdue: number }>('/appeals'),
    appeal: (appeal: { id: string; date: string; window: string; note: string }) =>
      post<Appeal>('/appeals', appeal),
    excuse: (excuse: Excuse) => post<Excused>('/excuses', excuse),
    answerAppeal: (id: string, answer: AppealAnswer) =>
      post<Appeal>(`/appeals/${encodeURIComponent(id)}/answer`, answer),
  }
}

export type Api = ReturnType<typeof createApi>

const errorOf = async (answer: Response): Promise<ApiError> => {
  const body = await answer.json().catch(() => null)
  const error = body?.error ?? {}
  return new ApiError(answer.status, error.code ?? 'unknown', error.message ?? answer.statusText)
}

const queryOf = (query: Record<string, string | undefined>): string => {
  const given = Object.entries(query).filter((pair): pair is [string, string] => !!pair[1])
  return given.length ? `?${new URLSearchParams(given)}` : ''
}
