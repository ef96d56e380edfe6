import { measured } from '@/core/plan/measure'
import { type Plan, UNASSIGNED } from '@/core/plan/model'

/** Put units into a grid, or into none; what is in a locked grid stays. */
export const moveUnits = (plan: Plan, units: Iterable<number>, to: number): Plan => {
  if (plan.grids[to]?.locked) return plan
  const moving = [...new Set(units)].filter(
    (u) => plan.part[u] !== to && !plan.grids[plan.part[u]!]?.locked,
  )
  if (!moving.length) return plan
  const touched = new Set([to, ...moving.map((u) => plan.part[u]!)])
  touched.delete(UNASSIGNED)
  const part = plan.part.slice()
  for (const unit of moving) part[unit] = to
  return measured({ ...plan, part }, touched)
}
