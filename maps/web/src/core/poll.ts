// Ask again and again, one question at a time, and never faster than answers come.

export const poll = (task: () => Promise<void>, everyMs: number): (() => void) => {
  let stopped = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const round = async () => {
    try {
      await task()
    } finally {
      if (!stopped) timer = setTimeout(round, everyMs)
    }
  }
  void round()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
