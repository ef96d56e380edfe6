import { lockGrids } from '@/actions/lockGrids'
import { mergeGrids } from '@/actions/mergeGrids'
import { moveUnits } from '@/actions/moveUnits'
import { applyChange, foreseen } from '@/core/plan/apply'
import { colourGrids, gridNeighbours } from '@/core/plan/colouring'
import { handlesOf } from '@/core/plan/corners'
import { createFinder } from '@/core/plan/finder'
import { deviation, idealLoad, piecesOf } from '@/core/plan/measure'
import { UNASSIGNED } from '@/core/plan/model'
import { changeOf, knownOf } from './town'

const { plan } = knownOf(4, 3)

test('a border is told once, and the outline is what only one unit has', () => {
  const inner = plan.ground.borders.filter((b) => b.b >= 0)
  expect(inner).toHaveLength(3 * 3 + 4 * 2)
  expect(inner.every((b) => b.a < b.b)).toBe(true)
  const sides = plan.ground.borders.filter((b) => b.b < 0).flatMap((b) => b.lines)
  expect(sides.reduce((n, line) => n + line.length - 1, 0)).toBe(2 * (4 + 3))
})

test('a move measures both grids anew and leaves the plan before as it was', () => {
  const after = moveUnits(plan, [0], 1)
  expect([...after.part].slice(0, 6)).toEqual([1, 0, 0, 1, 1, 1])
  expect(after.grids[0]).toMatchObject({ units: 2, load: 5, households: 20 })
  // The server would say the same: 0.7124 sqrt(2 x 20,000 m²) at 70 m a minute.
  expect(after.grids[0]!.walkMin).toBeCloseTo(2.035, 3)
  expect(after.grids[1]).toMatchObject({ units: 4, load: 16, pieces: 1 })
  expect(plan.part[0]).toBe(0)
  expect(after.grids[2]).toBe(plan.grids[2])
})

test('a grid in two places is told to be in pieces', () => {
  const after = moveUnits(plan, [1], 1)
  expect(after.grids[0]!.pieces).toBe(2)
  expect(piecesOf(plan.ground, [0, 2])).toEqual([[0], [2]])
})

test('what is in a locked grid stays, and nothing goes into one', () => {
  const held = lockGrids(plan, [0], true)
  expect(moveUnits(held, [0], 1)).toBe(held)
  expect(moveUnits(held, [3], 0)).toBe(held)
  expect(lockGrids(held, [0], false).grids[0]!.locked).toBe(false)
})

test('a merged grid keeps its place without units, and the average rises', () => {
  const before = idealLoad(plan)
  const after = mergeGrids(plan, [0, 1], 0)
  expect(after.grids[1]!.units).toBe(0)
  expect(idealLoad(after)).toBeCloseTo((before * 4) / 3)
  expect(deviation(110, 100)).toBeCloseTo(10)
})

test('units may be taken out of every grid', () => {
  const after = foreseen(plan, { kind: 'unassign', units: [0, 1] })
  expect([...after.part].slice(0, 3)).toEqual([UNASSIGNED, UNASSIGNED, 0])
  expect(after.grids[0]!.units).toBe(1)
})

test('no two neighbours have one colour, and colours stay when little changes', () => {
  const first = colourGrids(plan, 8, null)
  const after = moveUnits(plan, [0], 1)
  const second = colourGrids(after, 8, first)
  gridNeighbours(after).forEach((near, grid) => {
    for (const other of near) expect(second[other]).not.toBe(second[grid])
  })
  expect([...second]).toEqual([...first])
})

test('a place finds its unit, a brush all it touches, a lasso what lies inside', () => {
  const finder = createFinder(plan.ground)
  expect(finder.unitAt([111.0005, 34.0005])).toBe(0)
  expect(finder.unitAt([110, 34])).toBeNull()
  expect(finder.unitsNear([111.0009, 34.0005], 20)).toEqual([0, 3])
  const ring = [[110.9, 33.9], [111.0018, 33.9], [111.0018, 34.0011], [110.9, 34.0011]]
  expect(finder.unitsInside(ring)).toEqual([0, 3])
})

test('corners on a village line or on the outline are not to be moved', () => {
  // The border of columns 0 and 1 lies inside village 0, that of 1 and 2 is a village line.
  expect(handlesOf(plan, 0)).toEqual([5, 6])
  expect(handlesOf(plan, 1)).toEqual([5, 6])
})

test('a change of the server moves units, numbers, corners and breaches', () => {
  const broken = (grid: string) => ({ kind: 'broken_grid' as const, grid, units: [], lon: 0, lat: 0, area_m2: 0 })
  const known = { ...knownOf(4, 3), breaches: [broken('G0'), broken('G3')], breachCount: 2 }
  const row = { village: 0, load: 1, units: 1, area_m2: 1, polsby_popper: 1, pieces: 1, walk_min: 3, households: 4, locked: false }
  const after = applyChange(
    known,
    changeOf(2, {
      moved: [{ grid: 'G9', units: [0] }, { grid: null, units: [1] }],
      grids: [{ ...row, code: 'G0' }, { ...row, code: 'G9' }],
      vertices: [[5, 111.5, 34.5]],
      breaches: [broken('G3'), broken('G9')],
      breach_count: 205,
    }),
  )
  expect(after.version).toBe(2)
  expect(after.plan.grids[4]).toMatchObject({ code: 'G9', walkMin: 3 })
  expect([...after.plan.part].slice(0, 3)).toEqual([4, UNASSIGNED, 0])
  expect(after.plan.ground.vertices[10]).toBe(111.5)
  expect(known.plan.ground.vertices[10]).not.toBe(111.5)
  expect(after.breaches.map((b) => b.grid)).toEqual(['G3', 'G9'])
  expect(after.breachCount).toBe(205)
})
