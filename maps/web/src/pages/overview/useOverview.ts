// The data of the overview page: fixed layers once, moving ones again and again.
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { useRouter } from 'vue-router'
import { api, forgetSession } from '@/client'
import { ApiError } from '@/core/api'
import { poll } from '@/core/poll'
import { localClock } from '@/core/time'
import { useLive } from '@/ui/useLive'
import type {
  Board,
  Category,
  Grids,
  Hazards,
  Landscape,
  Regions,
  Sites,
  Territory,
} from '@/core/types'

// Who moves and what is reported comes by itself; the board follows.
const EVERY_MS = 15_000

export const useOverview = () => {
  const router = useRouter()
  const territory = shallowRef<Territory | null>(null)
  const villages = shallowRef<Regions | null>(null)
  const grids = shallowRef<Grids | null>(null)
  const sites = shallowRef<Sites | null>(null)
  const landscape = shallowRef<Landscape | null>(null)
  const categories = shallowRef<Category[]>([])
  const hazards = shallowRef<Hazards | null>(null)
  const board = shallowRef<Board | null>(null)
  const date = ref('')
  const broken = ref(false)
  const updatedAt = ref('')
  const problem = ref('')

  const guard = async (work: () => Promise<void>) => {
    try {
      await work()
      broken.value = false
      updatedAt.value = localClock(new Date().toISOString())
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) {
        forgetSession()
        await router.push('/login')
      }
      problem.value = error instanceof ApiError ? error.message : ''
      broken.value = true
    }
  }

  const loadFixed = async () => {
    territory.value = await api.territory()
    date.value ||= territory.value.date
    const [v, g, s, l, c] = await Promise.all([
      api.villages(),
      api.grids(),
      api.sites(),
      api.landscape(),
      api.categories(),
    ])
    villages.value = v
    grids.value = g
    // Exclusive areas are what exclusive grids were cut from: the grids show them.
    sites.value = { ...s, features: s.features.filter((f) => f.properties.kind !== 'exclusive_area') }
    landscape.value = l
    categories.value = c
  }

  const refresh = async () => {
    const asked = date.value
    const [h, b] = await Promise.all([api.hazards(), api.board(asked || undefined)])
    hazards.value = h
    // A slow answer for a date that was left meanwhile must not come back.
    if (!date.value) date.value = b.date
    if ((asked || b.date) === date.value) board.value = b
  }

  const readHazards = async () => {
    hazards.value = await api.hazards()
  }
  const { positions, isLive } = useLive(
    () => void guard(readHazards),
    () => void guard(refresh),
  )
  const stop = poll(
    () =>
      guard(async () => {
        await Promise.all([grids.value ? undefined : loadFixed(), refresh()])
      }),
    EVERY_MS,
  )
  onScopeDispose(stop)

  const setDate = (day: string) => {
    date.value = day
    void guard(refresh)
  }
  const categoryName = (code: string): string =>
    categories.value.find((c) => c.code === code)?.name ?? code
  const status = computed(() => ({ broken: broken.value, live: isLive.value, time: updatedAt.value }))

  return {
    territory,
    villages,
    grids,
    sites,
    landscape,
    positions,
    hazards,
    board,
    date,
    setDate,
    status,
    problem,
    categoryName,
    refresh: () => guard(refresh),
  }
}
