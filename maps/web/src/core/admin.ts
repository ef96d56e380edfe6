// Administration: people, rosters, devices, categories, rules and the record.
import type { createHttp } from './http'
import type { Job } from './jobs'
import type { Category, Role } from './types'

export interface Account {
  login: string
  role: Role
  role_name: string
  scope: string[]
  disabled_at: string | null
  second_factor: boolean
  password_is_initial: boolean
  oidc_subject: string | null
}
export interface Person {
  id: string
  name: string
  phone: string | null
  employment: string | null
  code: string
  roles_in_grids: { assignment_id: string; grid_code: string; role: string; is_lead: boolean }[]
  account: Account | null
  devices: number
}
export interface GroupMember {
  person_id: string
  name: string | null
  first: string
  last: string | null
}
export interface Group {
  id: string
  name: string
  code: string
  first: string
  last: string | null
  members: GroupMember[]
}
export interface Checkpoint {
  id: string
  ref: string
  name: string
  grid_code: string
  lon: number
  lat: number
  first: string
  last: string | null
}
export interface StandIn {
  id: string
  person_id: string
  name: string
  first: string
  last: string
}
export interface Assignment {
  id: string
  person_id: string
  name: string
  grid_code: string
  role: string
  role_name: string
  is_lead: boolean
  first: string
  last: string | null
  stand_ins: StandIn[]
}
export interface CalendarEntry {
  id: string
  person_id: string | null
  name: string | null
  grid_code: string | null
  kind: string
  kind_name: string
  start: string
  end: string
  note: string | null
}
export interface Device {
  id: string
  label: string
  app: string | null
  created_at: string
  revoked_at: string | null
  person_id: string | null
  name: string | null
  last_seen_at: string | null
}
export interface NewDevice {
  device_id: string
  token: string
  link: string | null
  profile: string | null
  qr_svg: string | null
}
export interface FullCategory extends Category {
  level?: string
  unit: string
  accept_minutes: number
  handle_minutes: number
  clock: string
}
export interface AuditEntry {
  seq: number
  at: string
  actor_id: string | null
  actor_name: string | null
  action: string
  action_name: string
  object: string
  detail: Record<string, unknown>
}
export interface Verification {
  checked_at: string
  links: number
  is_sound: boolean
  troubles: string[]
  anchors: number
}
export interface Import {
  id: string
  layer: string
  source_name: string
  code: string
  at: string
  counts: Record<string, number>
  notes: string[]
}
export interface Rule {
  id: string
  rule_id: string
  name: string
  region_code: string
  kind: string
  season: string
  valid_from: string | null
  last_day: string | null
  record_only: boolean
  basis: string
  scene: string
  ends_on: string
  rule: Record<string, unknown>
}
export interface RuleBody {
  region_code: string
  kind: string
  season: string
  rule: Record<string, string | number>
}
export interface Fit {
  walked: number
  unfit: { grid_code: string; rule_id: string; lacks: string[]; preset: string | null }[]
}
export interface Preview {
  worker_days: number
  looked_at: number
  days: string[]
  before: Record<string, number>
  after: Record<string, number>
  gained: number
  lost: number
  reasons: Record<string, number>
}
type Query = Record<string, string | undefined>
export interface Page<T> {
  rows: T[]
  next: string | null
}

export const createAdminApi = ({ get, post, request }: ReturnType<typeof createHttp>) => {
  const send = <T>(method: string, path: string, body: unknown): Promise<T> =>
    request(method, path, JSON.stringify(body), 'application/json')
  const page = async <T>(path: string, key: string, query: Query): Promise<Page<T>> => {
    const found = await get<Record<string, unknown>>(path, query)
    const next = found.next ?? null
    return { rows: found[key] as T[], next: next === null ? null : String(next) }
  }
  return {
    people: (query: Query) => page<Person>('/people', 'people', query),
    person: (id: string) => get<Person>(`/people/${id}`),
    addPerson: (body: object) => post<Person>('/people', body),
    changePerson: (id: string, body: object) => send<Person>('PATCH', `/people/${id}`, body),
    openAccount: (id: string, body: object) =>
      post<{ login: string; password: string | null }>(`/people/${id}/account`, body),
    changeAccount: (id: string, body: object) => send<Person>('PATCH', `/people/${id}/account`, body),
    accountEvent: (id: string, event: string) =>
      post<{ person: Person; password: string | null }>(`/people/${id}/account/events`, { event }),
    addDevice: (id: string, body: object) => post<NewDevice>(`/people/${id}/devices`, body),
    assignments: (query: Query) => page<Assignment>('/assignments', 'assignments', query),
    vacant: (date?: string) =>
      get<{ date: string; grids: { grid_code: string; name: string | null; kind: string }[] }>('/assignments/vacant', { date }),
    assign: (body: object) => post<Assignment>('/assignments', body),
    endAssignment: (id: string, last: string) => post<Assignment>(`/assignments/${id}/end`, { last }),
    groups: async (query: Query) => ({ ...(await page<Group>('/groups', 'groups', query)), next: null }),
    addGroup: (body: object) => post<Group>('/groups', body),
    joinGroup: (id: string, body: object) => post<Group>(`/groups/${id}/members`, body),
    leaveGroup: (id: string, person: string, last: string) =>
      post<Group>(`/groups/${id}/members/${person}/end`, { last }),
    endGroup: (id: string, last: string) => post<Group>(`/groups/${id}/end`, { last }),
    checkpoints: async (query: Query) => ({ ...(await page<Checkpoint>('/checkpoints', 'checkpoints', query)), next: null }),
    addCheckpoint: (body: object) => post<Checkpoint>('/checkpoints', body),
    endCheckpoint: (id: string, last: string) => post<Checkpoint>(`/checkpoints/${id}/end`, { last }),
    standIn: (id: string, body: object) => post<Assignment>(`/assignments/${id}/stand-ins`, body),
    endStandIn: (id: string, last: string) => post<Assignment>(`/stand-ins/${id}/end`, { last }),
    calendar: (query: Query) => get<{ entries: CalendarEntry[] }>('/calendar', query),
    calendarKinds: () => get<{ kind: string; name: string }[]>('/calendar/kinds'),
    addEntry: (body: object) => post<CalendarEntry>('/calendar', body),
    endEntry: (id: string, end: string) => post<CalendarEntry>(`/calendar/${id}/end`, { end }),
    dropEntry: (id: string) => request('DELETE', `/calendar/${id}`),
    devices: (query: Query) => page<Device>('/devices', 'devices', query),
    changeDevice: (id: string, body: object) => send<Device>('PATCH', `/devices/${id}`, body),
    revokeDevice: (id: string) => post<Device>(`/devices/${id}/revoke`, {}),
    categories: () => get<FullCategory[]>('/categories'),
    putCategory: (code: string, body: object) => send<FullCategory>('PUT', `/categories/${code}`, body),
    rules: () => get<{ rules: Rule[]; default: Record<string, unknown>; presets: string[] }>('/rules'),
    addRule: (body: RuleBody & { id: string; valid_from: string }) => post<{ rule: Rule; fit: Fit }>('/rules', body),
    previewRule: (body: RuleBody & { first: string; last: string }) => post<Job<Preview>>('/rules/preview', body),
    endRule: (id: string, lastDay: string) => post<Rule>(`/rules/${id}/end`, { last_day: lastDay }),
    ruleFit: () => get<Fit>('/rules/fit'),
    audit: (query: Query) => page<AuditEntry>('/audit', 'entries', query),
    auditActions: () => get<{ action: string; name: string }[]>('/audit/actions'),
    verification: () => get<Verification>('/audit/verification'),
    imports: (query: Query) => page<Import>('/imports', 'imports', query),
  }
}
