// Positions while the page is in sight. A page cannot see with the screen off: the
// tracker says since when it has seen nothing instead of pretending.
import { inject, type InjectionKey, onScopeDispose, provide, ref } from 'vue'
import { session } from '@/client'
import type { Fix } from '@/core/types'
import type { Outbox } from './useOutbox'

const ON = 'xunge.tracking'
const LAST = 'xunge.lastFix'
const EVERY_MS = 10_000

interface Last {
  owner: string
  t: number
  lon: number
  lat: number
}

/** The newest position that this phone recorded for a person. */
export const lastFixOf = (owner: string): Last | null => {
  const last = JSON.parse(localStorage.getItem(LAST) ?? 'null') as Last | null
  return last?.owner === owner ? last : null
}

const createTracker = (outbox: Outbox) => {
  const owner = session.value?.person_id ?? ''
  const isOn = ref(false)
  const refused = ref('')
  const newest = ref<number | null>(lastFixOf(owner)?.t ?? null)
  let watch: number | undefined
  let lock: WakeLockSentinel | undefined

  const take = ({ coords, timestamp }: GeolocationPosition) => {
    refused.value = ''
    if (newest.value !== null && timestamp - newest.value < EVERY_MS) return
    const fix: Fix = {
      t: Math.round(timestamp),
      lon: coords.longitude,
      lat: coords.latitude,
      accuracy: coords.accuracy,
      speed_mps: coords.speed,
      heading: coords.heading,
      altitude: coords.altitude,
    }
    newest.value = fix.t
    localStorage.setItem(LAST, JSON.stringify({ owner, t: fix.t, lon: fix.lon, lat: fix.lat }))
    void outbox.keepPosition(owner, fix)
  }
  // Only a page in sight may hold the screen on; the lock ends when it is hidden.
  const holdScreen = async () => {
    if (!isOn.value || document.visibilityState !== 'visible') return
    lock = await navigator.wakeLock?.request('screen').catch(() => undefined)
  }
  const halt = () => {
    if (watch !== undefined) navigator.geolocation.clearWatch(watch)
    watch = undefined
    void lock?.release()
    lock = undefined
    isOn.value = false
  }
  const start = () => {
    if (!owner || watch !== undefined) return
    if (!navigator.geolocation) {
      refused.value = 'unsupported'
      return
    }
    watch = navigator.geolocation.watchPosition(
      take,
      (error) => (refused.value = error.code === error.PERMISSION_DENIED ? 'denied' : 'unavailable'),
      { enableHighAccuracy: true, maximumAge: 5000, timeout: 30_000 },
    )
    isOn.value = true
    localStorage.setItem(ON, owner)
    void holdScreen()
  }
  const stop = () => {
    halt()
    localStorage.removeItem(ON)
    void outbox.send()
  }

  document.addEventListener('visibilitychange', holdScreen)
  onScopeDispose(() => {
    document.removeEventListener('visibilitychange', holdScreen)
    halt()
  })
  // A reload goes on where the person was; another person's switch is not theirs.
  if (localStorage.getItem(ON) === owner) start()
  return { isOn, refused, newest, start, stop }
}

export type Tracker = ReturnType<typeof createTracker>
const KEY: InjectionKey<Tracker> = Symbol('tracker')

export const provideTracker = (outbox: Outbox): Tracker => {
  const tracker = createTracker(outbox)
  provide(KEY, tracker)
  return tracker
}

export const useTracker = (): Tracker => {
  const tracker = inject(KEY)
  if (!tracker) throw new Error('no tracker above this component')
  return tracker
}
