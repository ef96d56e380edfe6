// Every page has a title of its own: tabs are told apart, and a reader hears where it is.
import { watchEffect } from 'vue'
import { i18n } from './i18n'
import { router } from './router'

watchEffect(() => {
  const { t } = i18n.global
  const { title } = router.currentRoute.value.meta
  document.title = title ? `${t(String(title))} · ${t('app.name')}` : t('app.name')
})
