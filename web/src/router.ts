import { nextTick } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import { api, data, refusalOf } from './api/client'
import { session } from './api/session'
import { lost, trouble } from './api/trouble'

// Addresses carry opaque IDs and codes only, never a name or a number of a person.
export const router = createRouter({
  history: createWebHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/login', name: 'login', component: () => import('./screens/login/login.vue'), meta: { open: true } },
    { path: '/', name: 'home', component: () => import('./screens/home/home.vue') },
    { path: '/inbox', name: 'inbox', component: () => import('./screens/inbox/inbox.vue') },
    { path: '/notices', name: 'notices', component: () => import('./screens/inbox/notices.vue') },
    { path: '/filing', name: 'filing', component: () => import('./screens/filing/filing.vue'), meta: { school: true } },
    { path: '/cases', name: 'mine', component: () => import('./screens/cases/mine.vue') },
    { path: '/cases/search', name: 'cases', component: () => import('./screens/cases/search.vue') },
    { path: '/cases/:id', name: 'case', component: () => import('./screens/cases/case.vue'), props: true },
    { path: '/cases/:id/correct', name: 'correct', component: () => import('./screens/cases/correct.vue'), props: true },
    { path: '/cases/:id/print', name: 'print', component: () => import('./screens/cases/print.vue'), props: true, meta: { bare: true } },
    { path: '/late', name: 'late', component: () => import('./screens/cases/late.vue') },
    { path: '/paper-files', name: 'paper-files', component: () => import('./screens/cases/paper-files.vue') },
    { path: '/suspensions', name: 'expiring', component: () => import('./screens/records/expiring.vue') },
    { path: '/departures', name: 'departures', component: () => import('./screens/records/departures.vue') },
    { path: '/problems', name: 'problems', component: () => import('./screens/problems/problems.vue') },
    { path: '/records', name: 'records', component: () => import('./screens/records/records.vue') },
    { path: '/records/cards', name: 'cards', component: () => import('./screens/records/cards.vue'), meta: { bare: true } },
    { path: '/records/:id', name: 'record', component: () => import('./screens/records/record.vue'), props: true },
    { path: '/records/:id/file', name: 'file-about', component: () => import('./screens/records/file.vue'), props: true },
    { path: '/rosters', name: 'rosters', component: () => import('./screens/rosters/rosters.vue') },
    { path: '/rosters/:id', name: 'roster', component: () => import('./screens/rosters/roster.vue'), props: true },
    { path: '/update', name: 'update', component: () => import('./screens/update/update.vue') },
    { path: '/year/plans', name: 'plans', component: () => import('./screens/year/plans.vue') },
    { path: '/year/graduation', name: 'graduation', component: () => import('./screens/year/graduation.vue') },
    { path: '/year/enrolment', name: 'enrolment', component: () => import('./screens/year/enrolment.vue') },
    { path: '/year/placing', name: 'placing', component: () => import('./screens/year/placing.vue'), meta: { school: true } },
    { path: '/year/check-in', name: 'check-in', component: () => import('./screens/year/check-in.vue') },
    { path: '/year/turns', name: 'turns', component: () => import('./screens/year/turns.vue') },
    { path: '/year/turns/:id', name: 'turn', component: () => import('./screens/year/turn.vue'), props: true },
    { path: '/year/certificates', name: 'certificates', component: () => import('./screens/year/certificates.vue') },
    { path: '/year/terms', name: 'terms', component: () => import('./screens/year/school-years.vue') },
    { path: '/year/received', name: 'received', component: () => import('./screens/year/received.vue') },
    { path: '/year/file', name: 'file-case', component: () => import('./screens/year/file-case.vue') },
    { path: '/year/batch', name: 'batch', component: () => import('./screens/year/batch-transfer.vue') },
    { path: '/figures', name: 'figures', component: () => import('./screens/figures/figures.vue'), props: (to) => ({ id: to.query.id }) },
    { path: '/accounts', name: 'accounts', component: () => import('./screens/keeping/accounts.vue') },
    { path: '/accounts/:id', name: 'account', component: () => import('./screens/keeping/account.vue'), props: true },
    { path: '/proxies', name: 'proxies', component: () => import('./screens/keeping/proxies.vue') },
    { path: '/offices', name: 'offices', component: () => import('./screens/keeping/offices.vue') },
    { path: '/classes', name: 'classes', component: () => import('./screens/keeping/classes.vue') },
    { path: '/policy', name: 'policy', component: () => import('./screens/policy/policy.vue') },
    { path: '/gateways', name: 'gateways', component: () => import('./screens/gateways/gateways.vue') },
    { path: '/gateways/:id', name: 'gateway', component: () => import('./screens/gateways/gateway.vue'), props: true },
    { path: '/audit', name: 'audit', component: () => import('./screens/watch/audit.vue') },
    { path: '/operations', name: 'operations', component: () => import('./screens/watch/operations.vue') },
    { path: '/me', name: 'me', component: () => import('./screens/me/me.vue') },
    { path: '/password', name: 'password', component: () => import('./screens/login/password-page.vue') },
    { path: '/:rest(.*)*', name: 'missing', component: () => import('./screens/missing.vue') },
  ],
})

// Nobody sees a screen before the server has said who is there, and nobody works with a
// password that must be changed first.
router.beforeEach(async (to) => {
  if (!session.me && !to.meta.open) {
    try {
      session.began(await data(api.GET('/v1/me')))
    } catch (cause) {
      const refusal = refusalOf(cause)
      if (refusal.status === 401) {
        return { name: 'login', query: to.fullPath === '/' ? {} : { to: to.fullPath } }
      }
      trouble.value = { refusal, to: to.fullPath }
      return false
    }
  }
  if (session.me?.password_due && to.name !== 'password' && !to.meta.open) {
    return { name: 'password' }
  }
  // The form files for the pupils of the own school.
  if (to.meta.school && !session.atSchool()) return { name: 'home' }
  return true
})

// A screen that cannot be loaded says why and how to go on.
router.onError((_cause, to) => void lost(to.fullPath))

// A screen reader hears the heading of the new screen, as after the load of a page. A filter or a
// draft that comes into the address of the same screen leaves the focus where it is.
router.afterEach(async (to, from, failure) => {
  if (failure) return
  trouble.value = null
  if (from.matched.length > 0 && to.path !== from.path) {
    await nextTick()
    document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true })
  }
})
