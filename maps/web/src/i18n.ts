// Chinese comes with the page; English is fetched by who asks for it.
import { createI18n } from 'vue-i18n'
import zh from './locales/zh-CN.json'

export type Language = 'zh-CN' | 'en'
const KEY = 'xunge.language'

const remembered = (): Language => (localStorage.getItem(KEY) === 'en' ? 'en' : 'zh-CN')

export const i18n = createI18n({
  legacy: false,
  locale: 'zh-CN' as Language,
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zh, en: {} as typeof zh },
})

export const setLanguage = async (language: Language): Promise<void> => {
  if (language === 'en') {
    const words = await import('./locales/en.json')
    i18n.global.setLocaleMessage('en', words.default as typeof zh)
  }
  i18n.global.locale.value = language
  localStorage.setItem(KEY, language)
  document.documentElement.lang = language
}

/** Resolves when the words of this device's language are there; without them Chinese is. */
export const wordsReady: Promise<void> =
  remembered() === 'en' ? setLanguage('en').catch(() => undefined) : Promise.resolve()
