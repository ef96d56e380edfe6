import type { Plan } from '@/core/plan/model'

/** Keep grids as they are, or let edits change them again. */
export const lockGrids = (plan: Plan, chosen: Iterable<number>, locked: boolean): Plan => {
  const grids = [...plan.grids]
  for (const grid of chosen) grids[grid] = { ...grids[grid]!, locked }
  return { ...plan, grids }
}
