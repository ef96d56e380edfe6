import { createRouter, createWebHistory } from 'vue-router'
import { loadSession } from './client'
import type { Role } from './core/types'

export const homeOf = (role: Role): string => (role === 'worker' ? '/worker' : '/')

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/login', name: 'login', component: () => import('./pages/login/LoginPage.vue') },
    { path: '/', name: 'overview', component: () => import('./pages/overview/OverviewPage.vue') },
    { path: '/worker', name: 'worker', component: () => import('./pages/worker/WorkerPage.vue') },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})

router.beforeEach(async (to) => {
  if (to.name === 'login') return true
  const who = await loadSession()
  return who ? true : { name: 'login', query: to.fullPath === '/' ? {} : { to: to.fullPath } }
})
