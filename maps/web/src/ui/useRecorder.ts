// A minute of speech instead of typing: recorded on the phone, also without a network.
import { computed, onScopeDispose, ref } from 'vue'

export const LONGEST_S = 60
// Speech stays clear at this rate, and a minute stays under 250 kB.
const BITS_PER_S = 32_000
const TYPES = ['audio/webm;codecs=opus', 'audio/ogg;codecs=opus', 'audio/mp4']

const typeHere = (): string | undefined => TYPES.find((type) => MediaRecorder.isTypeSupported(type))

export const useRecorder = () => {
  const isPossible = !!navigator.mediaDevices && 'MediaRecorder' in globalThis
  const seconds = ref(0)
  const state = ref<'idle' | 'recording' | 'denied'>('idle')
  const sound = ref<Blob | null>(null)
  const url = ref('')
  let recorder: MediaRecorder | undefined
  let timer: ReturnType<typeof setInterval> | undefined

  const clear = () => {
    URL.revokeObjectURL(url.value)
    url.value = ''
    sound.value = null
    seconds.value = 0
  }
  const stop = () => {
    if (recorder?.state === 'recording') recorder.stop()
  }
  const ended = (parts: Blob[], stream: MediaStream) => () => {
    clearInterval(timer)
    stream.getTracks().forEach((track) => track.stop())
    state.value = 'idle'
    const whole = new Blob(parts, { type: (recorder?.mimeType ?? '').split(';')[0] ?? '' })
    if (!whole.size) return
    sound.value = whole
    url.value = URL.createObjectURL(whole)
  }
  const start = async () => {
    clear()
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true })
      const type = typeHere()
      recorder = new MediaRecorder(stream, { audioBitsPerSecond: BITS_PER_S, ...(type ? { mimeType: type } : {}) })
      const parts: Blob[] = []
      recorder.ondataavailable = (event) => parts.push(event.data)
      recorder.onstop = ended(parts, stream)
      recorder.start(1000)
      state.value = 'recording'
      timer = setInterval(() => {
        seconds.value += 1
        if (seconds.value >= LONGEST_S) stop()
      }, 1000)
    } catch {
      state.value = 'denied'
    }
  }
  onScopeDispose(() => {
    clearInterval(timer)
    stop()
    clear()
  })
  const left = computed(() => LONGEST_S - seconds.value)
  return { isPossible, state, seconds, left, sound, url, start, stop, clear }
}
