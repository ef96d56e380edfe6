import { byUrgency, dueAt, isOverdue, needsHandler, needsReason, stageOf } from '@/core/hazards'
import zh from '@/locales/zh-CN.json'
import type { HazardProperties } from '@/core/types'

const now = new Date('2026-05-20T12:00:00Z')
const hazard = (more: Partial<HazardProperties>): HazardProperties => ({
  id: 'a',
  state: 'handling',
  category: 'fire',
  level: 'general',
  text: '',
  grid_code: null,
  reported_at: '2026-05-20T00:00:00Z',
  version: 1,
  ...more,
})

test('every state that has a name belongs to a stage', () => {
  const done = ['closed', 'called_back', 'rated', 'archived', 'rejected']
  for (const state of Object.keys(zh.states)) {
    expect(stageOf(state) === 'done').toBe(done.includes(state))
  }
})

test('the clock that runs is the one of the present step', () => {
  const both = { accept_due_at: '2026-05-20T01:00:00Z', handle_due_at: '2026-05-21T00:00:00Z' }
  expect(dueAt(hazard({ state: 'reported', ...both }))).toBe(both.accept_due_at)
  expect(dueAt(hazard({ state: 'handling', ...both }))).toBe(both.handle_due_at)
})

test('what is handled or done is never overdue', () => {
  const late = { handle_due_at: '2026-05-20T11:59:59Z' }
  expect(isOverdue(hazard({ state: 'handling', ...late }), now)).toBe(true)
  expect(isOverdue(hazard({ state: 'handled', ...late }), now)).toBe(false)
  expect(isOverdue(hazard({ state: 'closed', ...late }), now)).toBe(false)
})

test('overdue comes before major, major before old, done last', () => {
  const queue = [
    hazard({ id: 'done', state: 'closed', level: 'major' }),
    hazard({ id: 'young', reported_at: '2026-05-20T10:00:00Z' }),
    hazard({ id: 'old' }),
    hazard({ id: 'major', level: 'major', reported_at: '2026-05-20T11:00:00Z' }),
    hazard({ id: 'late', handle_due_at: '2026-05-20T11:00:00Z' }),
  ]
  expect(byUrgency(queue, now).map((h) => h.id)).toEqual(['late', 'major', 'old', 'young', 'done'])
})

test('a refusal needs a reason and a dispatch needs somebody', () => {
  expect(needsReason('reject')).toBe(true)
  expect(needsReason('accept')).toBe(false)
  expect(needsHandler('dispatch')).toBe(true)
})
