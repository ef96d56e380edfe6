// What the server says happened, and what the page shows before it says so. Pure.
import { lockGrids } from '@/actions/lockGrids'
import { mergeGrids } from '@/actions/mergeGrids'
import { moveUnits } from '@/actions/moveUnits'
import type { Breach, Change, Draft, Edit, GridFigures, Summary } from './api'
import { movedVertices } from './ground'
import { type Grid, type Ground, type Plan, UNASSIGNED } from './model'

/** A plan as the server knows it. */
export interface Known {
  version: number
  plan: Plan
  /** The first of them; `breachCount` counts all. */
  breaches: readonly Breach[]
  breachCount: number
  summary: Summary
  canUndo: boolean
  canRedo: boolean
}

const gridOf = (row: GridFigures, lead: string | null): Grid => ({
  code: row.code,
  village: row.village,
  lead: row.lead ?? lead,
  locked: row.locked,
  units: row.units,
  load: row.load,
  households: row.households,
  area: row.area_m2,
  roundness: row.polsby_popper,
  pieces: row.pieces,
  walkMin: row.walk_min,
})

export const startKnown = (ground: Ground, draft: Draft): Known => {
  const columns = draft.grids
  const grids = columns.code.map((code, i) =>
    gridOf(
      {
        code,
        village: columns.village[i]!,
        load: columns.load[i]!,
        units: columns.units[i]!,
        area_m2: columns.area_m2[i]!,
        polsby_popper: columns.polsby_popper[i]!,
        pieces: columns.pieces[i]!,
        walk_min: columns.walk_min[i] ?? null,
        households: columns.households[i] ?? null,
        locked: columns.locked[i]!,
      },
      columns.lead?.[i] ?? null,
    ),
  )
  return {
    version: draft.version,
    plan: { ground, grids, part: Int32Array.from(draft.units.grid) },
    breaches: draft.breaches,
    breachCount: draft.breach_count,
    summary: draft.summary,
    canUndo: draft.can_undo,
    canRedo: draft.can_redo,
  }
}

/** The plan after a change that the server made. */
export const applyChange = (known: Known, change: Change): Known => {
  const { plan } = known
  const grids = [...plan.grids]
  const place = new Map(grids.map((grid, i) => [grid.code, i]))
  for (const row of change.grids) {
    const at = place.get(row.code) ?? grids.length
    grids[at] = gridOf(row, grids[at]?.lead ?? null)
    place.set(row.code, at)
  }
  const part = plan.part.slice()
  for (const { grid, units } of change.moved) {
    const to = grid === null ? UNASSIGNED : (place.get(grid) ?? UNASSIGNED)
    for (const unit of units) part[unit] = to
  }
  const vertices = movedVertices(plan.ground.vertices, change.vertices)
  const ground = vertices === plan.ground.vertices ? plan.ground : { ...plan.ground, vertices }
  return {
    version: change.version,
    plan: { ground, grids, part },
    // Those of the whole plan, not only of the grids that changed.
    breaches: change.breaches,
    breachCount: change.breach_count,
    summary: change.summary,
    canUndo: change.can_undo,
    canRedo: change.can_redo,
  }
}

/** What an edit will do, as far as the page can tell before the server answers. */
export const foreseen = (plan: Plan, edit: Edit): Plan => {
  const place = (code: string) => plan.grids.findIndex((grid) => grid.code === code)
  switch (edit.kind) {
    case 'move':
      return moveUnits(plan, edit.units, place(edit.to))
    case 'unassign':
      return moveUnits(plan, edit.units, UNASSIGNED)
    case 'merge':
      return mergeGrids(plan, edit.grids.map(place), place(edit.into))
    case 'lock':
    case 'unlock':
      return lockGrids(plan, edit.grids.map(place), edit.kind === 'lock')
    default:
      return plan
  }
}
