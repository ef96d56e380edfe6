// Click a grid to look at it; Shift adds another one.
import type { Bench, Tool } from './tool'

export const chooseTool = (bench: Bench): Tool => ({
  cursor: 'pointer',
  pans: true,
  click: ({ at, isShift }) => {
    const unit = bench.finder().unitAt(at)
    const grid = unit === null ? -1 : bench.plan().part[unit]!
    if (unit !== null && grid < 0) bench.chooseUnits([unit], isShift)
    else bench.choose(grid < 0 ? null : grid, isShift)
  },
})
