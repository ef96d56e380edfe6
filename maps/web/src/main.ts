import { createApp } from 'vue'
import App from './App.vue'
import { i18n, wordsReady } from './i18n'
import { router } from './router'
import './theme'
import './title'
import './ui/base.css'

void wordsReady.then(() => createApp(App).use(i18n).use(router).mount('#app'))

// Only a built page has a service worker; where the address is not safe there is none.
if (import.meta.env.PROD && 'serviceWorker' in navigator) {
  addEventListener('load', () => void navigator.serviceWorker.register('/sw.js').catch(() => undefined))
}
