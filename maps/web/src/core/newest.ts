// Answers come in any order: one that was asked for earlier never replaces a later one.

/** Return a function that asks, and hands the answer on unless a later one is there. */
export const newest = <T>(take: (answer: T) => void) => {
  let asked = 0
  let taken = 0
  return async (ask: () => Promise<T>): Promise<void> => {
    const mine = ++asked
    const answer = await ask()
    if (mine < taken) return
    taken = mine
    take(answer)
  }
}
