// The pages that a role may find in the header, in the order in which it needs them.
import type { Role } from './types'

export interface NavPlace {
  path: string
  key: string
  roles: readonly Role[]
}

const DESK: readonly Role[] = ['admin', 'planner', 'supervisor', 'duty_desk', 'handler', 'auditor']

export const NAV: readonly NavPlace[] = [
  { path: '/', key: 'overview', roles: DESK },
  { path: '/planner', key: 'planner', roles: ['admin', 'planner', 'auditor'] },
  { path: '/sheets', key: 'sheets', roles: ['admin', 'supervisor', 'duty_desk', 'auditor'] },
  { path: '/admin', key: 'admin', roles: ['admin', 'supervisor', 'auditor'] },
  { path: '/worker', key: 'worker', roles: ['admin', 'supervisor', 'duty_desk', 'handler'] },
]

export const placesOf = (role: Role): NavPlace[] => NAV.filter((place) => place.roles.includes(role))
