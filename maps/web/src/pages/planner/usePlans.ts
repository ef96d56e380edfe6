// The list of plans and the places that may be planned.
import { onScopeDispose, ref, shallowRef } from 'vue'
import { api } from '@/client'
import { newest } from '@/core/newest'
import type { PlanRow } from '@/core/plan/api'
import type { Territory } from '@/core/types'
import { planApi, sentenceOf } from './planApi'

export const usePlans = () => {
  const plans = shallowRef<PlanRow[] | null>(null)
  const territory = shallowRef<Territory | null>(null)
  const problem = ref('')
  let isGone = false
  onScopeDispose(() => {
    isGone = true
  })

  const read = newest<PlanRow[]>((found) => {
    if (isGone) return
    plans.value = found
    problem.value = ''
  })
  const load = async () => {
    try {
      territory.value ??= await api.territory()
      await read(() => planApi.plans())
    } catch (error) {
      problem.value = sentenceOf(error)
    }
  }
  const nameOf = (code: string): string => {
    const { county, towns } = territory.value ?? { county: null, towns: [] }
    if (county?.code === code) return county.name
    return towns.find((town) => town.code === code)?.name ?? code
  }
  return { plans, territory, problem, load, nameOf }
}
