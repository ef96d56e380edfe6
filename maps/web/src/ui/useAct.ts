// One act at a time with its trouble in words: what every form of a page needs.
import { ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { ApiError } from '@/core/http'

export const useAct = () => {
  const { t } = useI18n()
  const busy = ref(false)
  const problem = ref('')
  /** Run it; false, with `problem` said, if it did not go through. */
  const act = async (work: () => Promise<unknown>): Promise<boolean> => {
    if (busy.value) return false
    busy.value = true
    problem.value = ''
    try {
      await work()
      return true
    } catch (error) {
      problem.value = error instanceof ApiError ? error.message : t('common.unreachable')
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, problem, act }
}
