// The live stream of a page; where it cannot be had, positions are asked for instead.
import { onScopeDispose, ref, shallowRef } from 'vue'
import { api } from '@/client'
import { type Known, type LiveMessage, positionsOf, takeLive } from '@/core/live'
import type { Positions } from '@/core/types'

const AGAIN_MS = 15_000

export const useLive = (onCases: () => void, onEnded: () => void) => {
  const positions = shallowRef<Positions | null>(null)
  const isLive = ref(false)
  const known: Known = new Map()
  let source: EventSource | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let isGone = false

  const take = (event: MessageEvent<string>) => {
    const message = JSON.parse(event.data) as LiveMessage
    isLive.value = true
    if (message.people.length || message.whole) positions.value = positionsOf(takeLive(known, message))
    if (message.cases && !message.whole) onCases()
  }
  const open = () => {
    source = new EventSource(api.liveUrl)
    source.addEventListener('live', take)
    source.onerror = () => {
      isLive.value = false
      // A stream that broke off comes back by itself; one that was refused does not.
      if (source?.readyState === EventSource.CLOSED) void insteadOf()
    }
  }
  const insteadOf = async () => {
    const found = await api.latest().catch(() => null)
    if (isGone) return
    if (found) positions.value = found
    else onEnded()
    timer = setTimeout(open, AGAIN_MS)
  }
  open()
  onScopeDispose(() => {
    isGone = true
    source?.close()
    clearTimeout(timer)
  })
  return { positions, isLive }
}
