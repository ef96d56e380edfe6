// Remarks on a plan, some of them at a place.
import { shallowRef } from 'vue'
import type { Comment } from '@/core/plan/api'
import type { Spot } from '@/core/plan/flat'
import { ElMessage } from '@/ui/elements'
import { planApi, sentenceOf } from '../planApi'

export const useComments = (plan: string) => {
  const list = shallowRef<Comment[]>([])
  const load = async () => {
    list.value = await planApi.comments(plan).catch(() => [])
  }
  const tell = async (work: Promise<unknown>): Promise<boolean> => {
    try {
      await work
      await load()
      return true
    } catch (error) {
      ElMessage.error(sentenceOf(error))
      return false
    }
  }
  return {
    list,
    load,
    add: (text: string, at: Spot | null, grid: string | null) =>
      tell(
        planApi.comment(plan, {
          id: crypto.randomUUID(),
          text,
          ...(at ? { lon: at[0], lat: at[1] } : {}),
          ...(grid ? { grid } : {}),
        }),
      ),
    resolve: (id: string) => tell(planApi.resolve(plan, id)),
  }
}

export type Comments = ReturnType<typeof useComments>
