import type { Plan } from '@/core/plan/model'
import { moveUnits } from './moveUnits'

/** Join grids into one of them. */
export const mergeGrids = (plan: Plan, grids: readonly number[], into: number): Plan => {
  const others = new Set(grids.filter((grid) => grid !== into))
  const units: number[] = []
  plan.part.forEach((grid, unit) => others.has(grid) && units.push(unit))
  return moveUnits(plan, units, into)
}
