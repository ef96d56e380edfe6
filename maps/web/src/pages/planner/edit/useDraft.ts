// A draft on this page: read it, send edits one after the other, hear of colleagues.
import { computed, onScopeDispose, ref, shallowRef } from 'vue'
import { session as me } from '@/client'
import { ApiError, Unreachable } from '@/core/http'
import { startKnown, type Known } from '@/core/plan/apply'
import type { Change, Draft, Edit, Land, PlanRow } from '@/core/plan/api'
import { makeGround } from '@/core/plan/ground'
import type { Plan } from '@/core/plan/model'
import { type Clash, type Command, DraftSession, type Wire } from '@/core/plan/session'
import { planApi, sentenceOf } from '../planApi'

const LOOK_EVERY_MS = 6000

const wireOf = (id: string): Wire => ({
  send: (version, command) =>
    'edit' in command
      ? planApi.edit(id, version, command.edit)
      : planApi[command.step](id, version),
  since: async (version) => (await planApi.since(id, version)).changes,
  isStale: (error) => error instanceof ApiError && error.code === 'stale_version',
  isLost: (error) => error instanceof Unreachable,
  isOwn: (change) => change.by === me.value?.name,
})

export interface Told {
  refused(sentence: string): void
  done(change: Change): void
  joined(changes: Change[]): void
}

export const useDraft = (id: string, told: Told) => {
  const row = shallowRef<PlanRow | null>(null)
  const draft = shallowRef<Draft | null>(null)
  const land = shallowRef<Land | null>(null)
  const plan = shallowRef<Plan | null>(null)
  const known = shallowRef<Known | null>(null)
  const clash = shallowRef<Clash | null>(null)
  const saving = ref<'saved' | 'saving' | 'lost'>('saved')
  const waiting = ref(0)
  const problem = ref('')
  let session: DraftSession | null = null

  const show = (shown: Plan) => {
    plan.value = shown
    known.value = session?.known ?? null
    waiting.value = session?.waiting.length ?? 0
    saving.value = session?.isLost ? 'lost' : waiting.value ? 'saving' : 'saved'
  }
  const load = async () => {
    try {
      const [ground, found] = await Promise.all([land.value ?? planApi.land(id), planApi.draft(id)])
      land.value = ground
      draft.value = found
      row.value = found.plan
      session = new DraftSession(startKnown(makeGround(ground, found), found), wireOf(id), {
        shown: show,
        done: told.done,
        joined: told.joined,
        clash: (found) => {
          clash.value = found
        },
        refused: (error) => {
          told.refused(sentenceOf(error))
          if (error instanceof ApiError && error.code === 'not_editable') void load()
        },
      })
      show(session.shown)
      problem.value = ''
    } catch (error) {
      problem.value = sentenceOf(error)
    }
  }
  const push = (command: Command) => {
    if (draft.value?.may_edit && !clash.value) session?.push(command)
  }
  const timer = setInterval(() => {
    if (!clash.value && !document.hidden) void session?.look()
  }, LOOK_EVERY_MS)
  const beforeLeaving = (event: BeforeUnloadEvent) => {
    if (waiting.value) event.preventDefault()
  }
  addEventListener('beforeunload', beforeLeaving)
  onScopeDispose(() => {
    clearInterval(timer)
    removeEventListener('beforeunload', beforeLeaving)
  })

  return {
    row,
    draft,
    land,
    plan,
    known,
    clash,
    saving,
    problem,
    load,
    run: (edit: Edit) => push({ edit }),
    undo: () => push({ step: 'undo' }),
    redo: () => push({ step: 'redo' }),
    canUndo: computed(() => !!known.value?.canUndo || waiting.value > 0),
    canRedo: computed(() => !!known.value?.canRedo && waiting.value === 0),
    mayEdit: computed(() => !!draft.value?.may_edit),
    settle: (keepOurs: boolean) => {
      const found = clash.value
      clash.value = null
      if (found) session?.settle(found, keepOurs)
    },
    /** A change that came another way, such as an imported assignment. */
    reload: load,
  }
}

export type DraftModel = ReturnType<typeof useDraft>
