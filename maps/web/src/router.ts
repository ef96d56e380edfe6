import { createRouter, createWebHistory } from 'vue-router'
import { loadSession } from './client'
import type { Role } from './core/types'

const HOMES: Partial<Record<Role, string>> = { worker: '/worker', planner: '/planner' }

export const homeOf = (role: Role): string => HOMES[role] ?? '/'

const fetchPage = (page: unknown) =>
  typeof page === 'function' ? (page as () => Promise<unknown>)().catch(() => undefined) : undefined

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/login', name: 'login', component: () => import('./pages/login/LoginPage.vue') },
    { path: '/', name: 'overview', component: () => import('./pages/overview/OverviewPage.vue') },
    {
      path: '/admin',
      component: () => import('./pages/admin/AdminPage.vue'),
      children: [
        { path: '', component: () => import('./pages/admin/PeoplePage.vue') },
        { path: 'regions', component: () => import('./pages/admin/RegionsPage.vue') },
        { path: 'roster', component: () => import('./pages/admin/RosterPage.vue') },
        { path: 'groups', component: () => import('./pages/admin/GroupsPage.vue') },
        { path: 'calendar', component: () => import('./pages/admin/CalendarPage.vue') },
        { path: 'devices', component: () => import('./pages/admin/DevicesPage.vue') },
        { path: 'categories', component: () => import('./pages/admin/CategoriesPage.vue') },
        { path: 'rules', component: () => import('./pages/admin/RulesPage.vue') },
        { path: 'audit', component: () => import('./pages/admin/AuditPage.vue') },
        { path: 'imports', component: () => import('./pages/admin/ImportsPage.vue') },
      ],
    },
    { path: '/account', component: () => import('./pages/account/AccountPage.vue') },
    { path: '/sheets', component: () => import('./pages/sheets/SheetsPage.vue') },
    { path: '/planner', component: () => import('./pages/planner/PlansPage.vue') },
    { path: '/planner/compare', component: () => import('./pages/planner/compare/ComparePage.vue') },
    { path: '/planner/:id', component: () => import('./pages/planner/EditorPage.vue') },
    { path: '/replay', component: () => import('./pages/replay/ReplayPage.vue') },
    {
      path: '/worker',
      component: () => import('./pages/worker/WorkerPage.vue'),
      children: [
        { path: '', component: () => import('./pages/worker/HomeTab.vue') },
        { path: 'report', component: () => import('./pages/worker/ReportTab.vue') },
        { path: 'outbox', component: () => import('./pages/worker/OutboxTab.vue') },
        { path: 'task/:id', component: () => import('./pages/worker/TaskTab.vue') },
        { path: 'record', component: () => import('./pages/worker/RecordTab.vue') },
        { path: 'setup', component: () => import('./pages/worker/SetupTab.vue') },
        { path: 'guide', component: () => import('./pages/worker/GuideTab.vue') },
      ],
    },
    { path: '/:rest(.*)*', redirect: '/' },
  ],
})

router.beforeEach(async (to) => {
  // The page is fetched while the server says who is signed in.
  for (const { components } of to.matched) void fetchPage(components?.default)
  if (to.name === 'login') return true
  const who = await loadSession()
  if (!who) return { name: 'login', query: to.fullPath === '/' ? {} : { to: to.fullPath } }
  // An installed page opens at the root: each role has its own first page.
  return to.name === 'overview' && who.role === 'worker' ? '/worker' : true
})
