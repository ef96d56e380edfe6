// A list that comes in parts: asked anew when its question changes, more on demand.
import { ref, shallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Page } from '@/core/admin'
import { ApiError } from '@/core/http'

export const useRows = <T>(load: (after: string | undefined) => Promise<Page<T>>) => {
  const { t } = useI18n()
  const rows = shallowRef<T[]>([])
  const next = ref<string | null>(null)
  const isRead = ref(false)
  const problem = ref('')
  let asked = 0

  const read = async (after?: string) => {
    const mine = ++asked
    problem.value = ''
    try {
      const page = await load(after)
      // A slow answer to a question that was left must not come back.
      if (mine !== asked) return
      rows.value = after ? [...rows.value, ...page.rows] : page.rows
      next.value = page.next
    } catch (error) {
      if (mine === asked) problem.value = error instanceof ApiError ? error.message : t('common.unreachable')
    } finally {
      isRead.value = true
    }
  }
  const more = () => (next.value === null ? undefined : read(next.value))
  return { rows, next, isRead, problem, read: () => read(), more }
}
