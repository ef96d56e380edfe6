import type { Role } from '@/core/types'

/** Roles of accounts, and of duties in a grid. */
export const ROLES: readonly Role[] = ['admin', 'planner', 'supervisor', 'duty_desk', 'handler', 'worker', 'auditor']
export const DUTIES = ['worker', 'leader', 'chief_leader', 'instructor', 'micro_leader', 'police'] as const
export const APPS = ['traccar', 'owntracks', 'gpslogger', 'xunge-web'] as const

/** Area codes as somebody types them: by commas, spaces or Chinese signs. */
export const codesIn = (text: string): string[] => text.split(/[\s,，、;；]+/).filter(Boolean)
