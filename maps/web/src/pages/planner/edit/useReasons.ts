// Why grids are outside the tolerance: asked of the server, kept until the next edit.
import { computed, shallowRef } from 'vue'
import type { Reason, Reasons } from '@/core/plan/api'
import { useAct } from '@/ui/useAct'
import { planApi } from '../planApi'
import type { DraftModel } from './useDraft'

export const useReasons = (draft: DraftModel) => {
  const found = shallowRef<{ asked: number; answer: Reasons } | null>(null)
  const { busy, problem, act } = useAct()
  const version = computed(() => draft.known.value?.version ?? 0)
  const isAnswered = computed(
    () => found.value?.asked === version.value && draft.saving.value === 'saved',
  )
  return {
    isAsking: busy,
    problem,
    isAnswered,
    /** Whether the server has the answer without dividing anything anew. */
    isReady: computed(() => draft.row.value?.settled_version === version.value),
    of: (code: string): Reason | undefined =>
      isAnswered.value && found.value?.answer.version === version.value
        ? found.value.answer.grids.find((reason) => reason.grid === code)
        : undefined,
    ask: () =>
      act(async () => {
        const asked = version.value
        found.value = { asked, answer: await planApi.reasons(draft.row.value!.id) }
      }),
  }
}
