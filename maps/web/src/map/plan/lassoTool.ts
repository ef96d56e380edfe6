// Draw around units to choose them; what to do with them is asked beside the map.
import type { Bench, Tool } from './tool'

const MIN_POINTS = 3

export const lassoTool = (bench: Bench): Tool => {
  let ring: number[][] = []
  const clear = () => {
    ring = []
    bench.sketch([])
  }
  return {
    cursor: 'crosshair',
    pans: false,
    down: ({ at }) => {
      ring = [[...at]]
    },
    move: ({ at }, isDown) => {
      if (!isDown || !ring.length) return
      ring.push([...at])
      if (ring.length >= MIN_POINTS) {
        const geometry = { type: 'Polygon' as const, coordinates: [[...ring, ring[0]!]] }
        bench.sketch([{ type: 'Feature', geometry, properties: {} }])
      }
    },
    up: ({ at, isShift }) => {
      const drawn = ring
      clear()
      if (drawn.length >= MIN_POINTS) return bench.chooseUnits(bench.finder().unitsInside(drawn), isShift)
      const unit = bench.finder().unitAt(at)
      bench.chooseUnits(unit === null ? [] : [unit], isShift)
    },
    cancel: clear,
  }
}
