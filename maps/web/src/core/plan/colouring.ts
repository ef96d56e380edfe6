// Colours for grids in which no two neighbours agree, and which stay when little changes.
import type { Ground, Plan } from './model'

/**
 * The colour of each grid, 0 to `count` - 1. A grid keeps the colour it had unless a
 * neighbour has the same; where no colour is free it takes the one fewest neighbours have.
 */
export const colourGrids = (plan: Plan, count: number, before: Int8Array | null): Int8Array => {
  const near = gridNeighbours(plan)
  const colours = new Int8Array(plan.grids.length).fill(-1)
  if (before) colours.set(before.subarray(0, colours.length))
  // Those with most neighbours choose first: the others find a colour more easily.
  const order = [...near.keys()].sort((a, b) => near[b]!.size - near[a]!.size || a - b)
  for (const grid of order) {
    const used = new Int32Array(count)
    for (const other of near[grid]!) {
      const colour = colours[other]!
      if (colour >= 0) used[colour]!++
    }
    const own = colours[grid]!
    if (own < 0 || used[own]! > 0) colours[grid] = fewest(used, grid)
  }
  return colours
}

// Begin the search elsewhere for each grid, so that all colours are used alike.
const fewest = (used: Int32Array, grid: number): number => {
  let best = grid % used.length
  for (let i = 1; i < used.length; i++) {
    const colour = (grid + i) % used.length
    if (used[colour]! < used[best]!) best = colour
  }
  return best
}

/** The grids that touch each grid. */
export const gridNeighbours = ({ ground, part, grids }: Plan): Set<number>[] => {
  const near = grids.map(() => new Set<number>())
  eachContact(ground, (u, v) => {
    const [a, b] = [part[u]!, part[v]!]
    if (a !== b && a >= 0 && b >= 0) near[a]!.add(b)
  })
  return near
}

const eachContact = (ground: Ground, tell: (u: number, v: number) => void): void => {
  for (let u = 0; u + 1 < ground.first.length; u++) {
    for (let j = ground.first[u]!; j < ground.first[u + 1]!; j++) tell(u, ground.near[j]!)
  }
}
