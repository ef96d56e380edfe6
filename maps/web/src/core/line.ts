// One task at a time; who asks during a run gets the run after it, which sees their work.

export interface Line {
  join(task: () => Promise<void>): Promise<void>
  /** Resolves when nothing runs: somebody who leaves must not cut a task in two. */
  idle(): Promise<void>
}

export const createLine = (): Line => {
  let last: Promise<void> = Promise.resolve()
  let waiting: Promise<void> | null = null
  const begin = (task: () => Promise<void>) => {
    waiting = null
    return task()
  }
  return {
    join: (task) => {
      waiting ??= last = last.catch(() => undefined).then(() => begin(task))
      return waiting
    },
    idle: () => last.catch(() => undefined),
  }
}

/** What the outbox of this tab sends, on whatever page it was begun. */
export const sendingLine = createLine()
