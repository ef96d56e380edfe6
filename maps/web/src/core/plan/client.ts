// What the planner's pages ask of the server.
import { createHttp, type Fetch, queryOf } from '@/core/http'
import type { Job } from '@/core/jobs'
import type {
  Answer,
  Change,
  Comment,
  Comparison,
  Difference,
  Draft,
  Edit,
  HistoryRow,
  Land,
  LayerKind,
  LayerReport,
  LayerWish,
  Moves,
  PlanEvent,
  PlanRow,
  PlanWish,
  Preview,
  Reasons,
} from './api'

const BYTES = 'application/octet-stream'
// A form of a foreign page cannot set it: the server takes bytes only with it.
const OWN = { 'x-requested-with': 'xunge' }

export const createPlanApi = (send: Fetch, base = '/api/v1') => {
  const { request, get, post } = createHttp(send, base)
  const plan = (id: string) => `/plans/${encodeURIComponent(id)}`
  return {
    plans: () => get<PlanRow[]>('/plans'),
    plan: (id: string) => get<PlanRow>(plan(id)),
    ask: (wish: PlanWish) => post<Job<{ plan_ids: string[] }>>('/plans', wish),
    rename: (id: string, name: string): Promise<PlanRow> =>
      request('PATCH', plan(id), JSON.stringify({ name }), 'application/json'),
    copy: (id: string, name: string) => post<PlanRow>(`${plan(id)}/copy`, { name }),
    step: (id: string, step: { event: PlanEvent; effective_on?: string; version?: number }) =>
      post<PlanRow>(`${plan(id)}/events`, step),
    compare: (ids: readonly string[]) => get<Comparison>('/plans/compare', { ids: ids.join() }),
    difference: (id: string, against: string) =>
      get<Difference>(`${plan(id)}/difference`, { against }),
    moves: (id: string, against = 'current') => get<Moves>(`${plan(id)}/moves`, { against }),

    land: (id: string) => get<Land>(`${plan(id)}/land`),
    draft: (id: string) => get<Draft>(`${plan(id)}/draft`),
    edit: (id: string, version: number, edit: Edit) =>
      post<Change>(`${plan(id)}/edits`, { version, edit }),
    undo: (id: string, version: number) => post<Change>(`${plan(id)}/undo`, { version }),
    redo: (id: string, version: number) => post<Change>(`${plan(id)}/redo`, { version }),
    since: (id: string, version: number) =>
      get<{ version: number; changes: Change[] }>(`${plan(id)}/edits`, { since: `${version}` }),
    history: (id: string) => get<HistoryRow[]>(`${plan(id)}/history`),
    putAssignment: (id: string, version: number, file: Blob): Promise<Change> =>
      request('PUT', `${plan(id)}/assignment${queryOf({ version: `${version}` })}`, file, 'text/csv', OWN),

    reasons: (id: string) => get<Reasons>(`${plan(id)}/why-not`),
    comments: (id: string) => get<Comment[]>(`${plan(id)}/comments`),
    comment: (id: string, comment: Pick<Comment, 'id' | 'text'> & Partial<Comment>) =>
      post<Comment>(`${plan(id)}/comments`, comment),
    resolve: (id: string, comment: string) =>
      post<Comment>(`${plan(id)}/comments/${comment}/resolve`, {}),
    answers: (id: string) => get<Answer[]>(`${plan(id)}/answers`),
    answer: (id: string, answer: { village_code: string; answer: string; note: string }) =>
      post<Answer>(`${plan(id)}/answers`, answer),


    layerKinds: () => get<LayerKind[]>('/layers/kinds'),
    upload: (layer: string, file: File): Promise<Job<Preview>> =>
      request('POST', `/layers${queryOf({ layer, name: file.name })}`, file, BYTES, OWN),
    previewLayer: (upload: string, wish: LayerWish) =>
      post<Job<Preview>>(`/layers/${upload}/preview`, wish),
    loadLayer: (upload: string, wish: LayerWish) =>
      post<Job<LayerReport>>(`/layers/${upload}/load`, wish),

    /** An address of the plan to open or save: report, village page, exports. */
    url: (id: string, path: string) => `${base}${plan(id)}/${path}`,
  }
}

export type PlanApi = ReturnType<typeof createPlanApi>
