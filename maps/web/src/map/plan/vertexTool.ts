// Drag a corner that grids share: every unit that has it follows, on both sides.
import { handlesOf } from '@/core/plan/corners'
import type { Spot } from '@/core/plan/flat'
import { point } from './features'
import type { Bench, Pointer, Tool } from './tool'

const CATCH_PX = 12
const FINGER_PX = 26

export interface HandleLayer {
  show(vertices: readonly number[], vertexAt: (v: number) => Spot): void
  hold(vertex: number | null): void
}

export const vertexTool = (bench: Bench, layer: HandleLayer): Tool & { refresh(): void } => {
  let handles: number[] = []
  let held: number | null = null
  let isDragged = false
  const placeOf = (v: number): Spot => {
    const { vertices } = bench.plan().ground
    return [vertices[2 * v]!, vertices[2 * v + 1]!]
  }
  const refresh = () => {
    const grid = bench.chosenGrid()
    handles = grid === null ? [] : handlesOf(bench.plan(), grid)
    layer.show(handles, placeOf)
  }
  const nearest = ({ x, y, isFinger }: Pointer): number | null => {
    const away = (v: number) => {
      const p = bench.pixelsOf(placeOf(v))
      return Math.hypot(p.x - x, p.y - y)
    }
    const best = handles.reduce<number | null>((a, v) => (a === null || away(v) < away(a) ? v : a), null)
    return best !== null && away(best) <= (isFinger ? FINGER_PX : CATCH_PX) ? best : null
  }
  const drop = () => {
    held = null
    layer.hold(null)
    bench.sketch([])
  }
  const draw = (at: Spot) => {
    const { borders } = bench.plan().ground
    const ends = new Set<number>()
    for (const line of borders.flatMap((b) => b.lines)) {
      line.forEach((v, i) => {
        if (v !== held) return
        if (i > 0) ends.add(line[i - 1]!)
        if (i + 1 < line.length) ends.add(line[i + 1]!)
      })
    }
    bench.sketch([
      ...[...ends].map((end) => ({
        type: 'Feature' as const,
        geometry: { type: 'LineString' as const, coordinates: [[...placeOf(end)], [...at]] },
        properties: {},
      })),
      point(at, {}),
    ])
  }
  return {
    cursor: 'default',
    pans: true,
    refresh,
    down: (pointer) => {
      held = nearest(pointer)
      isDragged = false
      layer.hold(held)
    },
    move: (pointer, isDown) => {
      if (!isDown || held === null) return
      isDragged = true
      draw(pointer.at)
    },
    up: ({ at }) => {
      const vertex = isDragged ? held : null
      drop()
      if (vertex !== null) bench.run({ kind: 'move_vertex', vertex, lon: at[0], lat: at[1] })
    },
    click: ({ at }) => {
      const unit = bench.finder().unitAt(at)
      const grid = unit === null ? -1 : bench.plan().part[unit]!
      bench.choose(grid < 0 ? null : grid, false)
    },
    cancel: () => {
      drop()
      handles = []
      layer.show([], placeOf)
    },
  }
}
