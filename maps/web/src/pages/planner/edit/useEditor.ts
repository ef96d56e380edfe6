// What the parts of the editor share: the plan, what is chosen, the tool in hand.
import { computed, type InjectionKey, inject, ref, shallowRef } from 'vue'
import { moveUnits } from '@/actions/moveUnits'
import { deviation, idealLoad } from '@/core/plan/measure'
import type { Plan } from '@/core/plan/model'
import type { Spot } from '@/core/plan/flat'
import type { Colouring } from '@/map/plan/canvas'
import type { Reach, ToolName } from '@/map/plan/tool'
import { i18n } from '@/i18n'
import type { DraftModel } from './useDraft'
import { useReasons } from './useReasons'

/** The word behind a number: 225 people, not 225 population. */
const wordOf = (column: string): string => {
  const key = `planner.loads.${column}`
  return i18n.global.te(key) ? i18n.global.t(key) : column
}

export interface Focus {
  at?: Spot
  grids?: readonly number[]
  units?: readonly number[]
}

export const useEditor = (draft: DraftModel) => {
  const tool = ref<ToolName>('choose')
  const colouring = ref<Colouring>('grids')
  const brush = ref({ pixels: 24, reach: 'unit' as Reach, acrossVillages: false })
  const chosenGrids = shallowRef<readonly number[]>([])
  const chosenUnits = shallowRef<readonly number[]>([])
  const stroke = shallowRef<{ units: readonly number[]; grid: number } | null>(null)
  const focus = shallowRef<Focus | null>(null)

  const choose = (grid: number | null, isMore = false) => {
    chosenUnits.value = []
    if (grid === null) chosenGrids.value = []
    else if (!isMore) chosenGrids.value = [grid]
    else if (chosenGrids.value.includes(grid)) {
      chosenGrids.value = chosenGrids.value.filter((one) => one !== grid)
    } else chosenGrids.value = [...chosenGrids.value, grid]
  }
  const chooseUnits = (units: readonly number[], isMore = false) => {
    chosenGrids.value = []
    chosenUnits.value = isMore ? [...new Set([...chosenUnits.value, ...units])] : units
  }
  /** The plan with what the hand is drawing just now. */
  const shown = computed<Plan | null>(() => {
    const plan = draft.plan.value
    if (!plan || !stroke.value) return plan
    return moveUnits(plan, stroke.value.units, stroke.value.grid)
  })
  const ideal = computed(() => (shown.value ? idealLoad(shown.value) : 0))
  const deviationOf = (grid: number) => deviation(shown.value?.grids[grid]?.load ?? 0, ideal.value)
  const gridOfCode = (code: string) =>
    shown.value?.grids.findIndex((grid) => grid.code === code) ?? -1

  return {
    ...draft,
    tool,
    colouring,
    brush,
    chosenGrids,
    chosenUnits,
    stroke,
    focus,
    choose,
    chooseUnits,
    shown,
    ideal,
    deviationOf,
    gridOfCode,
    reasons: useReasons(draft),
    tolerance: computed(() => 100 * (draft.draft.value?.tolerance ?? 0.05)),
    loadName: computed(() => wordOf(draft.draft.value?.load_name ?? '')),
    look: (at: Focus) => {
      focus.value = at
    },
  }
}

export type Editor = ReturnType<typeof useEditor>
export const EDITOR: InjectionKey<Editor> = Symbol('editor')

export const useEditorHere = (): Editor => {
  const editor = inject(EDITOR)
  if (!editor) throw new Error('no editor is provided')
  return editor
}
