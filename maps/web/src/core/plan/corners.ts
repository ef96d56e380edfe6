// Which corners of a grid may be moved by hand.
import type { Plan } from './model'

/**
 * Vertices on the borders of a grid with others of its village. Those on a village line
 * or on the outline stay: they are not the planner's to move.
 */
export const handlesOf = ({ ground, part }: Plan, grid: number): number[] => {
  const fixed = new Set<number>()
  const free = new Set<number>()
  const { village } = ground.units
  for (const { a, b, lines } of ground.borders) {
    const isFixed = b < 0 || village[a] !== village[b]
    const isOwn = b >= 0 && part[a] !== part[b] && (part[a] === grid || part[b] === grid)
    if (!isFixed && !isOwn) continue
    for (const v of lines.flat()) (isFixed ? fixed : free).add(v)
  }
  return [...free].filter((v) => !fixed.has(v))
}
