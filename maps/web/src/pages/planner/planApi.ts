// The planner's client of the running page, and how an error is told.
import { ApiError, Unreachable } from '@/core/http'
import { createPlanApi } from '@/core/plan/client'
import { i18n } from '@/i18n'

export const planApi = createPlanApi((input, init) => fetch(input, init))

/** One sentence that says what to do: the server's own, or that it cannot be reached. */
export const sentenceOf = (error: unknown): string => {
  if (error instanceof ApiError) return error.message
  if (error instanceof Unreachable) return i18n.global.t('planner.unreachable')
  return i18n.global.t('planner.unexpected')
}
