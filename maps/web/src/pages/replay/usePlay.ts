// A clock that runs as fast as asked: true time is 1, and a jump is a jump.
import { onScopeDispose, ref } from 'vue'
import type { Gap } from '@/core/replay'

export const usePlay = (span: () => Gap | null) => {
  const at = ref(0)
  const speed = ref(15)
  const isPlaying = ref(false)
  let before = 0
  let frame = 0

  const tick = (stamp: number) => {
    const end = span()?.to ?? 0
    // Fifteen pictures a second are smooth enough, and leave the map time to draw.
    if (stamp - before >= 66) {
      at.value = Math.min(end, at.value + (stamp - before) * speed.value)
      before = stamp
    }
    if (at.value >= end) isPlaying.value = false
    else frame = requestAnimationFrame(tick)
  }
  const pause = () => {
    cancelAnimationFrame(frame)
    isPlaying.value = false
  }
  const play = () => {
    const whole = span()
    if (!whole || isPlaying.value) return
    if (at.value >= whole.to) at.value = whole.from
    isPlaying.value = true
    before = performance.now()
    frame = requestAnimationFrame(tick)
  }
  const jump = (t: number) => (at.value = t)
  onScopeDispose(pause)
  return { at, speed, isPlaying, play, pause, jump }
}
