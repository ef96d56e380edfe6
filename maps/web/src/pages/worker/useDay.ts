// The worker's own day: rounds, what is missing, and whether positions arrive.
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { api, session } from '@/client'
import { roundsOfDay } from '@/core/board'
import { isInWindow, lightOf } from '@/core/light'
import { poll } from '@/core/poll'
import { askOrRemember } from '@/core/remember'
import { localDay } from '@/core/time'
import type { Board, PatrolDay, Progress } from '@/core/types'
import type { Tracker } from '@/ui/useTracker'
import { useNow } from '@/ui/useNow'

const EVERY_MS = 60_000

export const useDay = (tracker: Tracker) => {
  const me = session.value?.person_id ?? ''
  const now = useNow()
  const board = shallowRef<Board | null>(null)
  const patrols = shallowRef<PatrolDay | null>(null)
  const progress = shallowRef<Progress | null>(null)
  const serverMs = ref<number | null>(null)
  const today = computed(() => localDay(now.value))

  const read = async () => {
    const found = await askOrRemember(`board.${me}`, () => api.board())
    board.value = found?.date === today.value ? found : null
    const judged = await askOrRemember(`patrols.${me}`, () => api.patrols(today.value, me))
    patrols.value = judged?.patrols.find((day) => day.date === today.value) ?? null
    // What is missing is only true while it is fresh.
    progress.value = await api.progress().catch(() => null)
    const positions = await api.latest().catch(() => null)
    const mine = positions?.features.find((f) => f.properties.person_id === me)
    if (mine) serverMs.value = Date.parse(mine.properties.t)
  }
  onScopeDispose(poll(read, EVERY_MS))

  const rounds = computed(() =>
    board.value ? roundsOfDay(board.value, patrols.value, progress.value?.patrols ?? [], now.value) : [],
  )
  const newestMs = computed(() => {
    const known = [serverMs.value, tracker.newest.value].filter((t) => t !== null)
    return known.length ? Math.max(...known) : null
  })
  const light = computed(() => {
    const isOnDuty = board.value ? isInWindow(today.value, board.value.windows, now.value) : false
    return lightOf(newestMs.value, isOnDuty, now.value)
  })
  return { board, patrols, rounds, progress, light, newestMs, now }
}
