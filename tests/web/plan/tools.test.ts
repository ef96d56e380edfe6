import { lockGrids } from '@/actions/lockGrids'
import type { Edit } from '@/core/plan/api'
import { createFinder } from '@/core/plan/finder'
import type { Plan } from '@/core/plan/model'
import { brushTool } from '@/map/plan/brushTool'
import { lassoTool } from '@/map/plan/lassoTool'
import { lineTool } from '@/map/plan/lineTool'
import { vertexTool } from '@/map/plan/vertexTool'
import type { Bench, Pointer, Reach } from '@/map/plan/tool'
import { knownOf } from './town'

// The middle of the square in a column and a row; a pixel is a metre here.
const at = (column: number, row: number, isShift = false): Pointer => ({
  at: [111.0005 + column * 0.001, 34.0005 + row * 0.001],
  x: column * 92,
  y: row * 111,
  isShift,
})

const benchOf = (plan: Plan, reach: Reach = 'unit', acrossVillages = false) => {
  const seen = { edits: [] as Edit[], hints: [] as string[], chosen: null as number | null, units: [] as number[] }
  const finder = createFinder(plan.ground)
  const bench: Bench = {
    plan: () => plan,
    finder: () => finder,
    chosenGrid: () => seen.chosen,
    brush: () => ({ pixels: 8, reach, acrossVillages }),
    metresPerPixel: () => 1,
    pixelsOf: () => ({ x: 0, y: 0 }),
    mayEdit: () => true,
    choose: (grid) => (seen.chosen = grid),
    chooseUnits: (units) => (seen.units = [...units]),
    stroke: () => undefined,
    sketch: () => undefined,
    run: (edit) => seen.edits.push(edit),
    hint: (key) => seen.hints.push(key),
  }
  return { bench, seen }
}
const { plan } = knownOf(4, 3)

const draw = (tool: ReturnType<typeof brushTool>, path: Pointer[]) => {
  tool.down!(path[0]!)
  path.forEach((pointer) => tool.move!(pointer, true))
  tool.up!(path.at(-1)!)
}

test('what the brush touches joins the grid where it began', () => {
  const { bench, seen } = benchOf(plan)
  draw(brushTool(bench), [at(0, 0), at(1, 0), at(1, 1)])
  expect(seen.edits).toEqual([{ kind: 'move', units: [3, 4], to: 'G0' }])
  expect(seen.chosen).toBe(0)
})

test('with Shift the chosen grid takes it, wherever the stroke begins', () => {
  const { bench, seen } = benchOf(plan)
  seen.chosen = 0
  draw(brushTool(bench), [at(1, 1, true), at(1, 2)])
  expect(seen.edits).toEqual([{ kind: 'move', units: [4, 5], to: 'G0' }])
})

test('a quick move skips nothing', () => {
  const { bench, seen } = benchOf(plan)
  draw(brushTool(bench), [at(0, 0), at(0, 1), at(1, 2)])
  expect(seen.edits).toMatchObject([{ units: expect.arrayContaining([5]) }])
})

test('the brush stops at the village line and at a locked grid, and says so', () => {
  const held = benchOf(lockGrids(plan, [1], true))
  draw(brushTool(held.bench), [at(0, 0), at(1, 0)])
  expect([held.seen.edits, new Set(held.seen.hints)]).toEqual([[], new Set(['lockedStays'])])
  const line = benchOf(plan)
  draw(brushTool(line.bench), [at(1, 0), at(2, 0)])
  expect([line.seen.edits, new Set(line.seen.hints)]).toEqual([[], new Set(['otherVillage'])])
  const across = benchOf(plan, 'unit', true)
  draw(brushTool(across.bench), [at(1, 0), at(2, 0)])
  expect(across.seen.edits).toHaveLength(1)
})

test('a whole village may come along', () => {
  const { bench, seen } = benchOf(plan, 'village')
  draw(brushTool(bench), [at(0, 0), at(1, 0)])
  expect(seen.edits).toEqual([{ kind: 'move', units: [3, 4, 5], to: 'G0' }])
})

test('the whole settlement comes along, and nothing of its neighbours', () => {
  const { units } = plan.ground
  const settlement = units.settlement.slice()
  // The second column is two settlements: units 3 and 4, and unit 5.
  settlement[4] = settlement[3]!
  const split = { ...plan, ground: { ...plan.ground, units: { ...units, settlement } } }
  const { bench, seen } = benchOf(split, 'settlement')
  draw(brushTool(bench), [at(0, 0), at(1, 0)])
  expect(seen.edits).toEqual([{ kind: 'move', units: [3, 4], to: 'G0' }])
})

test('a corner moves when it is dragged, and stays when it is only tapped', () => {
  const { bench, seen } = benchOf(plan)
  seen.chosen = 0
  const tool = vertexTool(bench, { show: () => undefined, hold: () => undefined })
  tool.refresh()
  // Every corner is drawn at the first pixel here: the first handle is caught.
  const here = { ...at(0, 0), x: 0, y: 0 }
  tool.down!(here)
  tool.up!(here)
  expect(seen.edits).toEqual([])
  tool.down!({ ...here, x: 20, isFinger: true })
  tool.move!(at(1, 1), true)
  tool.up!(at(1, 1))
  expect(seen.edits).toMatchObject([{ kind: 'move_vertex', lon: at(1, 1).at[0], lat: at(1, 1).at[1] }])
  tool.down!({ ...here, x: 20 })
  tool.move!(at(1, 1), true)
  tool.up!(at(1, 1))
  expect(seen.edits).toHaveLength(1)
})

test('a lasso chooses what lies inside, a click one unit', () => {
  const { bench, seen } = benchOf(plan)
  const tool = lassoTool(bench)
  tool.down!({ ...at(0, 0), at: [110.9, 33.9] })
  for (const p of [[111.0018, 33.9], [111.0018, 34.0011], [110.9, 34.0011]] as const) {
    tool.move!({ ...at(0, 0), at: p }, true)
  }
  tool.up!(at(0, 0))
  expect(seen.units).toEqual([0, 3])
  tool.down!(at(2, 2))
  tool.up!(at(2, 2))
  expect(seen.units).toEqual([8])
})

test('a line splits the grid that most of it lies in, unless one is chosen', () => {
  const { bench, seen } = benchOf(plan)
  const tool = lineTool(bench)
  tool.click!({ ...at(2, 0), at: [111.0021, 34.001] })
  tool.click!({ ...at(2, 0), at: [111.0029, 34.001] })
  tool.finish!()
  expect(seen.edits).toMatchObject([{ kind: 'split_line', grid: 'G2' }])
  tool.click!(at(0, 0))
  tool.finish!()
  expect(seen.hints).toEqual(['lineShort'])
})
