import { onScopeDispose, ref } from 'vue'

/** The present, for clocks and ages on a page; moves on every ten seconds. */
export const useNow = () => {
  const now = ref(new Date())
  const timer = setInterval(() => (now.value = new Date()), 10_000)
  onScopeDispose(() => clearInterval(timer))
  return now
}
