// One's own account: password and second factor. Secrets pass through and are not kept.
import type { createHttp } from './http'
import type { Session } from './types'

export interface SecondFactor {
  state: 'on' | 'off' | 'required'
  confirmed_at: string | null
  recovery_codes_left: number
}

export interface Enrolment {
  secret: string
  uri: string
  qr_svg: string
}

export const createAccountApi = ({ get, post, request }: ReturnType<typeof createHttp>) => ({
  code: (code: string) => post<Session>('/session/code', { code }),
  password: async (old: string, fresh: string): Promise<void> =>
    void (await request('POST', '/me/password', JSON.stringify({ old, new: fresh }), 'application/json')),
  factor: () => get<SecondFactor>('/me/second-factor'),
  enrol: (password: string) => post<Enrolment>('/me/second-factor', { password }),
  confirm: (code: string) => post<{ recovery_codes: string[] }>('/me/second-factor/confirm', { code }),
  removeFactor: async (password: string, code: string): Promise<void> =>
    void (await request('POST', '/me/second-factor/remove', JSON.stringify({ password, code }), 'application/json')),
})
