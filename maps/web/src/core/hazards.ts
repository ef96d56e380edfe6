// What a page needs to know of a case: its stage, its clock, what an action asks for.
import type { HazardProperties } from './types'

export type Stage = 'open' | 'working' | 'checking' | 'done'
export const STAGES: readonly Stage[] = ['open', 'working', 'checking', 'done']

const STAGE_OF: Record<string, Stage> = {
  reported: 'open',
  accepted: 'open',
  filed: 'open',
  returned: 'open',
  reopened: 'open',
  rework: 'open',
  dispatched: 'working',
  handling: 'working',
  extension: 'working',
  suspended: 'working',
  self_handled: 'checking',
  handled: 'checking',
  verifying: 'checking',
  closed: 'done',
  called_back: 'done',
  rated: 'done',
  archived: 'done',
  rejected: 'done',
}

export const stageOf = (state: string): Stage => STAGE_OF[state] ?? 'open'

const WITH_REASON = new Set(['reject', 'return', 'rework', 'extend', 'suspend', 'reopen'])

export const needsReason = (event: string): boolean => WITH_REASON.has(event)
/** Steps that a check at the place can prove. */
export const needsPlace = (event: string): boolean => event === 'verify' || event === 'close'
export const needsHandler = (event: string): boolean => event === 'dispatch'

/** The clock that runs now, or null when the case is done or has none. */
export const dueAt = (hazard: HazardProperties): string | null => {
  const stage = stageOf(hazard.state)
  if (stage === 'done' || stage === 'checking') return null
  if (hazard.state === 'reported') return hazard.accept_due_at ?? hazard.handle_due_at ?? null
  return hazard.handle_due_at ?? null
}

export const isOverdue = (hazard: HazardProperties, now: Date): boolean => {
  const due = dueAt(hazard)
  return due !== null && new Date(due) < now
}

/** Calls for help first, then what is overdue, then major, then the oldest. */
export const byUrgency = (hazards: readonly HazardProperties[], now: Date): HazardProperties[] =>
  [...hazards].sort(
    (a, b) =>
      Number(stageOf(a.state) === 'done') - Number(stageOf(b.state) === 'done') ||
      Number(isHelpCall(b)) - Number(isHelpCall(a)) ||
      Number(isOverdue(b, now)) - Number(isOverdue(a, now)) ||
      Number(b.level === 'major') - Number(a.level === 'major') ||
      a.reported_at.localeCompare(b.reported_at),
  )

/** Somebody asks for help at once: such a case stands above all others. */
export const isHelpCall = (hazard: Pick<HazardProperties, 'category' | 'state'>): boolean =>
  hazard.category.startsWith('emergency') && stageOf(hazard.state) !== 'done'
