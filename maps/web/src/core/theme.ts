// Light or dark: what the person chose on this device, else what the device prefers.
export type Theme = 'light' | 'dark'
const KEY = 'xunge.theme'

export const themeNow = (kept: string | null, prefersDark: boolean): Theme => {
  if (kept === 'light' || kept === 'dark') return kept
  return prefersDark ? 'dark' : 'light'
}

export const keptTheme = (): string | null => localStorage.getItem(KEY)
export const keepTheme = (theme: Theme): void => localStorage.setItem(KEY, theme)
