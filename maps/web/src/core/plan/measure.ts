// The sums of a grid, made from its units alone: what an edit has to do anew.
import type { Grid, Ground, Plan } from './model'

export const membersOf = (part: Int32Array, grid: number): number[] => {
  const members: number[] = []
  for (let u = 0; u < part.length; u++) if (part[u] === grid) members.push(u)
  return members
}

// As `maps.village_facts` reckons it: the shortest way past doors that lie anywhere.
const WAY = 0.7124
const WALK_M_PER_MIN = 70

/** A grid as it is with these units. */
export const measure = (plan: Plan, grid: number, members: readonly number[]): Grid => {
  const { ground, part } = plan
  const { units } = ground
  let [load, households, area, outline] = [0, 0, 0, 0]
  for (const u of members) {
    load += units.load[u]!
    households += units.households[u]!
    area += units.area[u]!
    outline += ground.outer[u]!
    for (let j = ground.first[u]!; j < ground.first[u + 1]!; j++) {
      if (part[ground.near[j]!] !== grid) outline += ground.shared[j]!
    }
  }
  return {
    ...plan.grids[grid]!,
    units: members.length,
    load,
    households: Number.isNaN(households) ? null : households,
    area,
    roundness: outline ? (4 * Math.PI * area) / outline ** 2 : 0,
    pieces: piecesOf(ground, members).length,
    walkMin: (WAY * Math.sqrt(members.length * area)) / WALK_M_PER_MIN,
  }
}

/** The connected pieces of some units, each in the order it was met. */
export const piecesOf = (ground: Ground, members: readonly number[]): number[][] => {
  const left = new Set(members)
  const pieces: number[][] = []
  for (const start of members) {
    if (!left.delete(start)) continue
    const piece = [start]
    for (let i = 0; i < piece.length; i++) {
      const u = piece[i]!
      for (let j = ground.first[u]!; j < ground.first[u + 1]!; j++) {
        const v = ground.near[j]!
        if (left.delete(v)) piece.push(v)
      }
    }
    pieces.push(piece)
  }
  return pieces
}

/** A plan with some grids measured anew. */
export const measured = (plan: Plan, touched: Iterable<number>): Plan => {
  const members = new Map<number, number[]>([...touched].map((g) => [g, []]))
  plan.part.forEach((grid, unit) => members.get(grid)?.push(unit))
  const grids = [...plan.grids]
  for (const [grid, units] of members) grids[grid] = measure(plan, grid, units)
  return { ...plan, grids }
}

/** Load of an average grid. */
export const idealLoad = (plan: Plan): number => {
  let [load, count] = [0, 0]
  for (const grid of plan.grids) {
    if (!grid.units) continue
    load += grid.load
    count++
  }
  return count ? load / count : 0
}

/** How far a load is off the average, percent. */
export const deviation = (load: number, ideal: number): number =>
  ideal ? 100 * (load / ideal - 1) : 0
