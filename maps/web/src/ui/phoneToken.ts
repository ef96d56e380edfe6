// The secret by which this phone may add positions for one person, and nothing else.
import { api } from '@/client'

const keyOf = (owner: string) => `xunge.phone.${owner}`

export const phoneToken = async (owner: string): Promise<string> => {
  const known = localStorage.getItem(keyOf(owner))
  if (known) return known
  const { token } = await api.enrolPhone()
  localStorage.setItem(keyOf(owner), token)
  return token
}

export const forgetPhoneToken = (owner: string): void => localStorage.removeItem(keyOf(owner))
