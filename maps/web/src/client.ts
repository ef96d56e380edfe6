// The one API client of the running page, and who is signed in.
import { shallowRef } from 'vue'
import { ApiError, createApi } from './core/api'
import type { Session } from './core/types'

export const api = createApi((input, init) => fetch(input, init))

export const session = shallowRef<Session | null>(null)

/** Ask the server once who is signed in; null when nobody is. */
export const loadSession = async (): Promise<Session | null> => {
  if (session.value) return session.value
  try {
    session.value = await api.session()
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error
  }
  return session.value
}
