// Click a line across a grid, double click to end it: the grid is split along it.
import type { Spot } from '@/core/plan/flat'
import type { Bench, Tool } from './tool'

export const lineTool = (bench: Bench): Tool => {
  let line: Spot[] = []
  const draw = (more: Spot[] = []) => {
    const coordinates = [...line, ...more].map((p) => [...p])
    bench.sketch(
      coordinates.length > 1
        ? [{ type: 'Feature', geometry: { type: 'LineString', coordinates }, properties: {} }]
        : [],
    )
  }
  const clear = () => {
    line = []
    draw()
  }
  return {
    cursor: 'crosshair',
    pans: false,
    click: ({ at }) => {
      const before = line.at(-1)
      if (before && before[0] === at[0] && before[1] === at[1]) return
      line.push(at)
      draw()
    },
    move: ({ at }) => line.length && draw([at]),
    finish: () => {
      const drawn = line
      clear()
      if (drawn.length < 2) return bench.hint('lineShort')
      const grid = bench.chosenGrid() ?? gridUnder(bench, drawn)
      if (grid === null) return bench.hint('lineNowhere')
      bench.run({
        kind: 'split_line',
        grid: bench.plan().grids[grid]!.code,
        line: drawn.map(([x, y]) => [x, y]),
      })
    },
    cancel: clear,
  }
}

/** The grid that most of a line lies in. */
const gridUnder = (bench: Bench, line: readonly Spot[]): number | null => {
  const count = new Map<number, number>()
  line.slice(1).forEach((b, i) => {
    const a = line[i]!
    for (const t of [0.1, 0.3, 0.5, 0.7, 0.9]) {
      const unit = bench.finder().unitAt([a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])])
      const grid = unit === null ? -1 : bench.plan().part[unit]!
      if (grid >= 0) count.set(grid, (count.get(grid) ?? 0) + 1)
    }
  })
  return [...count].sort((a, b) => b[1] - a[1])[0]?.[0] ?? null
}
