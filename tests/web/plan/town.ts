// A made-up town for tests: unit squares in a row of columns, two villages.
import type { Change, Draft, Land } from '@/core/plan/api'
import { startKnown } from '@/core/plan/apply'
import { makeGround } from '@/core/plan/ground'

const WEST = 111_000_000_0
const SOUTH = 34_000_000_0
const STEP = 10_000

/** `columns` x `rows` squares; the left half is village 0. */
export const landOf = (columns: number, rows: number): Land => {
  const corner = (i: number, j: number) => i * (rows + 1) + j
  const places = Array.from({ length: columns + 1 }, (_, i) =>
    Array.from({ length: rows + 1 }, (_, j) => [WEST + i * STEP, SOUTH + j * STEP]),
  ).flat()
  const vertices = places.flatMap((p, n) => [p[0]! - (places[n - 1]?.[0] ?? 0), p[1]! - (places[n - 1]?.[1] ?? 0)])
  const unit = (i: number, j: number) => i * rows + j
  const polygons: number[][][][] = []
  const edges: Land['edges'] = { a: [], b: [], border_m: [] }
  for (let i = 0; i < columns; i++) {
    for (let j = 0; j < rows; j++) {
      polygons.push([[[corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1), corner(i, j)]]])
      for (const [di, dj] of [[1, 0], [0, 1]] as const) {
        if (i + di < columns && j + dj < rows) {
          edges.a.push(unit(i, j))
          edges.b.push(unit(i + di, j + dj))
          edges.border_m.push(100)
        }
      }
    }
  }
  return { vertices, polygons, edges, exclusive: { type: 'FeatureCollection', features: [] } }
}

/** Each column is a grid; units have one more load than the unit before. */
export const draftOf = (columns: number, rows: number): Draft => {
  const n = columns * rows
  const columnOf = (u: number) => Math.floor(u / rows)
  const villageOf = (column: number) => (column < columns / 2 ? 0 : 1)
  const units = Array.from({ length: n }, (_, u) => u)
  const grids = Array.from({ length: columns }, (_, g) => g)
  const loadOf = (g: number) => units.filter((u) => columnOf(u) === g).reduce((s, u) => s + u + 1, 0)
  return {
    plan: { id: 'p', name: '', state: 'draft' } as Draft['plan'],
    version: 1,
    may_edit: true,
    can_undo: false,
    can_redo: false,
    tolerance: 0.05,
    ideal: 0,
    load_name: '人口',
    villages: [{ code: '1', name: '上村' }, { code: '2', name: '下村' }],
    units: {
      id: units.map((u) => `U${u}`),
      name: units.map((u) => `${u}组`),
      village: units.map((u) => villageOf(columnOf(u))),
      load: units.map((u) => u + 1),
      households: units.map(() => 10),
      area_m2: units.map(() => 10_000),
      grid: units.map(columnOf),
    },
    grids: {
      code: grids.map((g) => `G${g}`),
      village: grids.map(villageOf),
      load: grids.map(loadOf),
      units: grids.map(() => rows),
      area_m2: grids.map(() => 10_000 * rows),
      polsby_popper: grids.map(() => 0.7),
      pieces: grids.map(() => 1),
      walk_min: grids.map(() => 20),
      households: grids.map(() => 10 * rows),
      locked: grids.map(() => false),
    },
    moved_vertices: [],
    breaches: [],
    breach_count: 0,
    loose: 0,
    summary: { grids: columns, ideal: 0, max_deviation_pct: 0, worst_grid: '', outside: 0, mean_deviation_pct: 0 },
  }
}

export const knownOf = (columns: number, rows: number) => {
  const draft = draftOf(columns, rows)
  return startKnown(makeGround(landOf(columns, rows), draft), draft)
}

/** What the server answers to a move, with the touched grids' new numbers left to the test. */
export const changeOf = (version: number, more: Partial<Change> = {}): Change => ({
  version,
  kind: 'move',
  by: '规划员甲',
  at: '2026-05-20T01:00:00Z',
  can_undo: true,
  can_redo: false,
  moved: [],
  grids: [],
  vertices: [],
  breaches: [],
  breach_count: 0,
  loose: 0,
  summary: draftOf(2, 1).summary,
  ...more,
})
