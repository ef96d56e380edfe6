import { inject, type InjectionKey } from 'vue'
import type { useDay } from './useDay'

export type Day = ReturnType<typeof useDay>
export const DAY: InjectionKey<Day> = Symbol('day')

export const useOwnDay = (): Day => {
  const day = inject(DAY)
  if (!day) throw new Error('no day above this component')
  return day
}
