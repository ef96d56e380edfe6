// One planner's work on a draft: edits are shown at once and sent one after the other.
// What the server answers is the truth; what still waits is drawn on top of it.
import { applyChange, foreseen, type Known } from './apply'
import type { Change, Edit } from './api'
import type { Plan } from './model'

export type Command = { edit: Edit } | { step: 'undo' | 'redo' }

/** Somebody else changed the draft first. */
export interface Clash {
  by: string
  at: string
  changes: Change[]
  after: Known
}

export interface Wire {
  send(version: number, command: Command): Promise<Change>
  since(version: number): Promise<Change[]>
  /** Whether an error says that the version is not the newest. */
  isStale(error: unknown): boolean
  /** Whether nothing is known about what the server did. */
  isLost(error: unknown): boolean
  /** Whether a change was made by whoever works here. */
  isOwn(change: Change): boolean
}

export interface Hooks {
  /** Something to draw anew. */
  shown(plan: Plan): void
  done(change: Change): void
  refused(error: unknown): void
  clash(clash: Clash): void
  /** A colleague's changes, taken over without asking: nothing of ours was waiting. */
  joined(changes: Change[]): void
}

export class DraftSession {
  waiting: readonly Command[] = []
  isLost = false
  private busy = false

  constructor(
    public known: Known,
    private readonly wire: Wire,
    private readonly hooks: Hooks,
  ) {}

  /** The plan as the planner sees it. */
  get shown(): Plan {
    return this.waiting.reduce(
      (plan, command) => ('edit' in command ? foreseen(plan, command.edit) : plan),
      this.known.plan,
    )
  }

  push(command: Command): void {
    this.waiting = [...this.waiting, command]
    this.hooks.shown(this.shown)
    void this.work()
  }

  /** Send what waits, until nothing does or something needs a person. */
  async work(): Promise<void> {
    if (this.busy) return
    this.busy = true
    try {
      for (let next = this.waiting[0]; next; next = this.waiting[0]) {
        const change = await this.wire.send(this.known.version, next)
        this.isLost = false
        this.take(change)
        this.waiting = this.waiting.slice(1)
        this.hooks.shown(this.shown)
        this.hooks.done(change)
      }
    } catch (error) {
      await this.fail(error)
    } finally {
      this.busy = false
    }
  }

  /** See what colleagues did, when nothing of ours is under way. */
  async look(): Promise<void> {
    if (this.busy || this.waiting.length) {
      await this.work()
      return
    }
    const { version } = this.known
    const changes = await this.wire.since(version).catch(() => [])
    if (!changes.length || this.busy || this.known.version !== version) return
    changes.forEach((change) => this.take(change))
    this.hooks.shown(this.shown)
    this.hooks.joined(changes)
  }

  /** After a clash: go on from theirs, with or without what waited here. */
  settle(clash: Clash, keepOurs: boolean): void {
    this.known = clash.after
    if (!keepOurs) this.waiting = []
    this.hooks.shown(this.shown)
    void this.work()
  }

  /** The answer was lost, not the edit: the server has it already. */
  private found(changes: readonly Change[]): void {
    this.isLost = false
    changes.forEach((change) => this.take(change))
    this.waiting = this.waiting.slice(1)
    this.hooks.shown(this.shown)
    setTimeout(() => void this.work())
  }

  private take(change: Change): void {
    this.known = applyChange(this.known, change)
  }

  private async fail(error: unknown): Promise<void> {
    if (this.wire.isLost(error)) {
      this.isLost = true
      this.hooks.shown(this.shown)
    } else if (this.wire.isStale(error)) {
      const changes = await this.wire.since(this.known.version).catch(() => [])
      if (this.isLost && changes.length && changes.every(this.wire.isOwn)) return this.found(changes)
      const last = changes.at(-1)
      const after = changes.reduce(applyChange, this.known)
      if (last) this.hooks.clash({ by: last.by, at: last.at, changes, after })
    } else {
      // What came after a refused edit was drawn on top of it.
      this.waiting = []
      this.hooks.shown(this.shown)
      this.hooks.refused(error)
    }
  }
}
