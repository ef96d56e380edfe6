import { createI18n } from 'vue-i18n'
import en from './locales/en.json'
import zh from './locales/zh-CN.json'

export type Language = 'zh-CN' | 'en'
const KEY = 'xunge.language'

const remembered = (): Language => (localStorage.getItem(KEY) === 'en' ? 'en' : 'zh-CN')

export const i18n = createI18n({
  legacy: false,
  locale: remembered(),
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zh, en },
})

export const setLanguage = (language: Language): void => {
  i18n.global.locale.value = language
  localStorage.setItem(KEY, language)
  document.documentElement.lang = language
}
document.documentElement.lang = remembered()
