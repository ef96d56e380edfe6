// A county calls its rounds as it likes; who reads English gets words for the usual ones.
import { useI18n } from 'vue-i18n'
import type { Board } from '@/core/types'

export const useWindowName = () => {
  const { t, te, locale } = useI18n()
  return (windows: Board['windows'] | undefined, code: string): string => {
    const key = `windows.${code}`
    if (locale.value !== 'zh-CN' && te(key)) return t(key)
    return windows?.find((w) => w.window === code)?.name ?? code
  }
}
