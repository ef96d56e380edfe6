// What the pages ask of the server; errors carry its Chinese sentence.
import { createHttp, type Fetch, queryOf } from './http'
import type {
  AppPackage,
  Appeal,
  AppealAnswer,
  Basemap,
  Board,
  Category,
  Checkpoints,
  DecisionMade,
  Excuse,
  Excused,
  FixBatch,
  Grids,
  Handler,
  HazardCase,
  HazardReport,
  HazardStep,
  Hazards,
  Landscape,
  Look,
  PatrolDay,
  PhoneApp,
  PhoneSetup,
  Positions,
  Progress,
  Regions,
  Replay,
  Session,
  Sites,
  Standings,
  Territory,
  VisitsDue,
} from './types'

export { ApiError, Unreachable } from './http'

export const createApi = (send: Fetch, base = '/api/v1') => {
  const { request, get, post } = createHttp(send, base)
  return {
    session: () => get<Session>('/session'),
    login: (login: string, password: string) => post<unknown>('/session', { login, password }),
    provider: () => get<{ name: string | null }>('/session/oidc'),
    logout: () => request('DELETE', '/session'),
    territory: () => get<Territory>('/territory'),
    villages: () => get<Regions>('/regions', { level: 'village' }),
    grids: (on?: string) => get<Grids>('/grids', { on }),
    sites: () => get<Sites>('/sites'),
    landscape: () => get<Landscape>('/landscape'),
    latest: () => get<Positions>('/latest'),
    liveUrl: `${base}/live`,
    board: (date?: string) => get<Board>('/board', { date }),
    patrols: (date: string, workerId: string) =>
      get<{ patrols: PatrolDay[] }>('/patrols', { date, worker_id: workerId }),
    hazards: () => get<Hazards>('/hazards'),
    hazard: (id: string) => get<HazardCase>(`/hazards/${encodeURIComponent(id)}`),
    report: (hazard: HazardReport, by?: string): Promise<HazardCase> =>
      request('POST', '/hazards', JSON.stringify(hazard), 'application/json', writtenBy(by)),
    putPhoto: (hazardId: string, photoId: string, bytes: Blob, by?: string) =>
      request(
        'PUT',
        `/hazards/${hazardId}/photos/${photoId}`,
        bytes,
        bytes.type || 'image/jpeg',
        writtenBy(by),
      ),
    putVoice: (hazardId: string, voiceId: string, bytes: Blob, by?: string) =>
      request(
        'PUT',
        `/hazards/${hazardId}/voices/${voiceId}`,
        bytes,
        bytes.type || 'audio/webm',
        writtenBy(by),
      ),
    voiceUrl: (hazardId: string, voiceId: string) =>
      `${base}/hazards/${hazardId}/voices/${voiceId}`,
    photoUrl: (hazardId: string, photoId: string) =>
      `${base}/hazards/${hazardId}/photos/${photoId}`,
    act: (id: string, step: HazardStep) =>
      post<HazardCase>(`/hazards/${encodeURIComponent(id)}/events`, step),
    handlers: () => get<Handler[]>('/handlers'),
    categories: () => get<Category[]>('/categories'),
    sendFixes: async (token: string, batch: FixBatch): Promise<void> =>
      void (await request('POST', '/fixes', JSON.stringify(batch), 'application/json', {
        authorization: `Bearer ${token}`,
      })),
    enrolPhone: () => post<{ token: string }>('/me/phone', {}),
    setUpPhone: (app: PhoneApp) => post<PhoneSetup>(`/me/phone/${app}`, {}),
    appPackages: () => get<AppPackage[]>('/apps'),
    basemap: () => get<Basemap>('/basemap'),
    checkpoints: () => get<Checkpoints>('/checkpoints'),
    visitsDue: () => get<VisitsDue>('/visits/due', { only_due: 'true' }),
    progress: () => get<Progress>('/me/progress'),
    looks: () => get<{ looks: Look[] }>('/me/looks'),
    replay: (date: string, workerId: string) =>
      get<Replay>('/replay', { date, worker_id: workerId }),
    trackUrl: (date: string, workerId: string, format: 'gpx' | 'geojson' | 'csv') =>
      `${base}/tracks/${encodeURIComponent(workerId)}/${date}${queryOf({ format })}`,
    standings: (date: string, workerId: string) =>
      get<Standings>('/standings', { date, worker_id: workerId }),
    appeals: () => get<{ appeals: Appeal[]; open: number; overdue: number }>('/appeals'),
    appeal: (appeal: { id: string; date: string; window: string; note: string }) =>
      post<Appeal>('/appeals', appeal),
    decide: (decision: DecisionMade) => post<unknown>('/decisions', decision),
    slipUrl: (workerId: string, date: string, window: string) =>
      `${base}/slips${queryOf({ worker_id: workerId, date, window })}`,
    excuse: (excuse: Excuse) => post<Excused>('/excuses', excuse),
    answerAppeal: (id: string, answer: AppealAnswer) =>
      post<Appeal>(`/appeals/${encodeURIComponent(id)}/answer`, answer),
  }
}

export type Api = ReturnType<typeof createApi>

// The server refuses what one person wrote and another's session sends.
const writtenBy = (person: string | undefined): Record<string, string> =>
  person ? { 'x-xunge-person': person } : {}
