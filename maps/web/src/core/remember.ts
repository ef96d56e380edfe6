// The last answer of the server, kept for days without a network; plain data per person.

export const remembered = <T>(key: string): T | null =>
  JSON.parse(localStorage.getItem(`xunge.last.${key}`) ?? 'null') as T | null

/** Ask, and keep the answer; without one give the last that was kept. */
export const askOrRemember = async <T>(key: string, ask: () => Promise<T>): Promise<T | null> => {
  try {
    const answer = await ask()
    localStorage.setItem(`xunge.last.${key}`, JSON.stringify(answer))
    return answer
  } catch {
    return remembered<T>(key)
  }
}
