// The theme of the running page; the document carries it as a class, maps listen.
import { ref, watch } from 'vue'
import { keepTheme, keptTheme, type Theme, themeNow } from './core/theme'

const darkWish = matchMedia('(prefers-color-scheme: dark)')
export const theme = ref<Theme>(themeNow(keptTheme(), darkWish.matches))

watch(theme, (now) => document.documentElement.classList.toggle('dark', now === 'dark'), {
  immediate: true,
  flush: 'sync',
})
darkWish.addEventListener('change', () => (theme.value = themeNow(keptTheme(), darkWish.matches)))

export const switchTheme = (): void => {
  theme.value = theme.value === 'dark' ? 'light' : 'dark'
  keepTheme(theme.value)
}
