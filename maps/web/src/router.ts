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
    { path: '/login', name: 'login', component: () => import('./pages/login/LoginPage.vue'), meta: { title: 'login.submit' } },
    { path: '/', name: 'overview', component: () => import('./pages/overview/OverviewPage.vue'), meta: { title: 'nav.overview' } },
    {
      path: '/admin',
      component: () => import('./pages/admin/AdminPage.vue'),
      children: [
        { path: '', component: () => import('./pages/admin/PeoplePage.vue'), meta: { title: 'admin.people.title' } },
        { path: 'regions', component: () => import('./pages/admin/RegionsPage.vue'), meta: { title: 'admin.regions.title' } },
        { path: 'roster', component: () => import('./pages/admin/RosterPage.vue'), meta: { title: 'admin.roster.title' } },
        { path: 'groups', component: () => import('./pages/admin/GroupsPage.vue'), meta: { title: 'admin.groups.title' } },
        { path: 'checkpoints', component: () => import('./pages/admin/CheckpointsPage.vue'), meta: { title: 'admin.checkpoints.title' } },
        { path: 'calendar', component: () => import('./pages/admin/CalendarPage.vue'), meta: { title: 'admin.calendar.title' } },
        { path: 'devices', component: () => import('./pages/admin/DevicesPage.vue'), meta: { title: 'admin.devices.title' } },
        { path: 'categories', component: () => import('./pages/admin/CategoriesPage.vue'), meta: { title: 'admin.categories.title' } },
        { path: 'rules', component: () => import('./pages/admin/RulesPage.vue'), meta: { title: 'admin.rules.title' } },
        { path: 'audit', component: () => import('./pages/admin/AuditPage.vue'), meta: { title: 'admin.audit.title' } },
        { path: 'imports', component: () => import('./pages/admin/ImportsPage.vue'), meta: { title: 'admin.imports.title' } },
      ],
    },
    { path: '/account', component: () => import('./pages/account/AccountPage.vue'), meta: { title: 'account.title' } },
    { path: '/sheets', component: () => import('./pages/sheets/SheetsPage.vue'), meta: { title: 'nav.sheets' } },
    { path: '/planner', component: () => import('./pages/planner/PlansPage.vue'), meta: { title: 'planner.title' } },
    { path: '/planner/compare', component: () => import('./pages/planner/compare/ComparePage.vue'), meta: { title: 'planner.compare.title' } },
    { path: '/planner/:id', component: () => import('./pages/planner/EditorPage.vue'), meta: { title: 'planner.title' } },
    { path: '/replay', component: () => import('./pages/replay/ReplayPage.vue'), meta: { title: 'board.replay' } },
    {
      path: '/worker',
      component: () => import('./pages/worker/WorkerPage.vue'),
      children: [
        { path: '', component: () => import('./pages/worker/HomeTab.vue'), meta: { title: 'worker.today' } },
        { path: 'report', component: () => import('./pages/worker/ReportTab.vue'), meta: { title: 'worker.title' } },
        { path: 'outbox', component: () => import('./pages/worker/OutboxTab.vue'), meta: { title: 'worker.outbox.title' } },
        { path: 'task/:id', component: () => import('./pages/worker/TaskTab.vue'), meta: { title: 'worker.tasks.title' } },
        { path: 'record', component: () => import('./pages/worker/RecordTab.vue'), meta: { title: 'worker.record.title' } },
        { path: 'setup', component: () => import('./pages/worker/SetupTab.vue'), meta: { title: 'worker.setup.title' } },
        { path: 'guide', component: () => import('./pages/worker/GuideTab.vue'), meta: { title: 'worker.guide.title' } },
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
