// The data of the overview page: fixed layers once, moving ones again and again.
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { useRouter } from 'vue-router'
import { api, forgetSession } from '@/client'
import { ApiError } from '@/core/api'
import { newest } from '@/core/newest'
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

// Exclusive areas are what exclusive grids were cut from: the grids show them.
const withoutAreas = (found: Sites): Sites => ({
  ...found,
  features: found.features.filter((f) => f.properties.kind !== 'exclusive_area'),
})

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

  // Each is shown as it comes: none waits for another.
  const put = async <T>(to: { value: T }, asked: Promise<T>) => {
    to.value = await asked
  }
  const readTerritory = async () => {
    territory.value = await api.territory()
    date.value ||= territory.value.date
  }
  const loadNames = () => Promise.all([readTerritory(), put(categories, api.categories())])
  const loadShapes = () =>
    Promise.all([
      put<Grids | null>(grids, api.grids()),
      put<Regions | null>(villages, api.villages()),
      put<Landscape | null>(landscape, api.landscape()),
      put<Sites | null>(sites, api.sites().then(withoutAreas)),
    ])

  const takeHazards = newest<Hazards>((found) => (hazards.value = found))
  const takeBoard = newest<Board>((found) => {
    date.value ||= found.date
    // A slow answer for a date that was left meanwhile must not come back.
    if (found.date === date.value) board.value = found
  })
  const readHazards = () => takeHazards(() => api.hazards())
  const readBoard = () => takeBoard(() => api.board(date.value || undefined))
  const refresh = async () => void (await Promise.all([readBoard(), readHazards()]))
  const { positions, isLive } = useLive(
    () => void guard(readHazards),
    () => void guard(refresh),
  )
  const isWhole = () => !!(grids.value && villages.value && sites.value && landscape.value)
  const stop = poll(
    () =>
      guard(async () => {
        // What is to be read goes before what is to be drawn: the map's code is on its way.
        await Promise.all([refresh(), categories.value.length ? undefined : loadNames()])
        if (!isWhole()) await loadShapes()
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
