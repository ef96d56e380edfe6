// What buttons and keys do with what is chosen.
import type { Editor } from './useEditor'

export const useDeeds = (editor: Editor) => {
  const codeOf = (grid: number) => editor.plan.value!.grids[grid]!.code
  const chosen = () => editor.chosenGrids.value
  const last = () => chosen().at(-1) ?? null

  return {
    toggleLock: () => {
      const grids = chosen().map(codeOf)
      const grid = last()
      if (grid === null) return
      editor.run({ kind: editor.plan.value!.grids[grid]!.locked ? 'unlock' : 'lock', grids })
    },
    rebalance: () => {
      const grid = last()
      if (grid !== null) editor.run({ kind: 'rebalance', grid: codeOf(grid) })
    },
    splitEven: () => {
      const grid = last()
      if (grid !== null) editor.run({ kind: 'split_even', grid: codeOf(grid) })
    },
    repair: () => editor.run({ kind: 'repair' }),
    /** The first that was chosen keeps its name. */
    merge: () => {
      const [into, ...others] = chosen()
      if (into === undefined || !others.length) return
      editor.run({ kind: 'merge', grids: chosen().map(codeOf), into: codeOf(into) })
      editor.choose(into)
    },
    moveTo: (grid: number) => {
      editor.run({ kind: 'move', units: [...editor.chosenUnits.value], to: codeOf(grid) })
      editor.choose(grid)
    },
    makeGrid: () => editor.run({ kind: 'new_grid', units: [...editor.chosenUnits.value] }),
    takeOut: () => editor.run({ kind: 'unassign', units: [...editor.chosenUnits.value] }),
  }
}
