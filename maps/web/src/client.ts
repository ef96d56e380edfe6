// The one API client of the running page, and who is signed in.
import { shallowRef } from 'vue'
import { createAccountApi } from './core/account'
import { createAdminApi } from './core/admin'
import { ApiError, createApi } from './core/api'
import { createHttp } from './core/http'
import { createJobsApi } from './core/jobs'
import { createSheetsApi } from './core/sheets'
import type { Session } from './core/types'

const send: typeof fetch = (input, init) => fetch(input, init)
export const api = createApi(send)
const http = createHttp(send, '/api/v1')
export const sheets = createSheetsApi(http)
export const account = createAccountApi(http)
export const admin = createAdminApi(http)
export const jobsApi = createJobsApi(http)

const isIn = (who: Session): boolean => (who.step ?? 'done') === 'done'

export const session = shallowRef<Session | null>(null)

const REMEMBERED = 'xunge.session'

/**
 * Ask the server once who is signed in; null when nobody is. Without a network the last
 * one signed in on this device counts: only the server gives rights, but a report in the
 * outbox needs its owner.
 */
export const loadSession = async (): Promise<Session | null> => {
  if (session.value) return session.value
  try {
    const who = await api.session()
    // Half signed in is not in: the log-in page asks for the rest.
    if (!isIn(who)) return null
    session.value = who
    localStorage.setItem(REMEMBERED, JSON.stringify(session.value))
  } catch (error) {
    if (error instanceof ApiError) localStorage.removeItem(REMEMBERED)
    else session.value = JSON.parse(localStorage.getItem(REMEMBERED) ?? 'null')
  }
  return session.value
}

export const forgetSession = (): void => {
  session.value = null
  localStorage.removeItem(REMEMBERED)
}
