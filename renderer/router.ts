import { methods } from './features/start/methods.ts'
import { createRouter, createWebHashHistory } from 'vue-router'
import { datasetOf } from './features/datasets/dataset-link.ts'

/** The window's pages. The address is kept behind `#`, so that any server, and Electron's own protocol, serves it from one file. */
export const router = createRouter({
  history: createWebHashHistory(),
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
  routes: [
    { path: '/', name: 'start', component: () => import('./features/start/StartView.vue') },
    { path: '/studies/new', name: 'new-study', component: () => import('./features/new-study/NewStudyView.vue') },
    { path: '/studies/:studyId', name: 'study', component: () => import('./features/study/StudyView.vue'), props: true },
    { path: '/fit-points', name: 'fit-points', component: () => import('./features/fit-points/FitPointsView.vue') },
    { path: '/runs', name: 'runs', component: () => import('./features/runs/RunsView.vue') },
    { path: '/compare', name: 'compare', component: () => import('./features/compare/CompareView.vue') },
    { path: '/runs/:runId', name: 'run', component: () => import('./features/runs/RunView.vue'), props: true },
    { path: '/queue', name: 'queue', component: () => import('./features/queue/QueueView.vue') },
    { path: '/runs/:runId/branch', name: 'branch', component: () => import('./features/runs/DerivedRunView.vue'), props: (route) => ({ runId: String(route.params['runId']), at: stepOf(route.query['step']) }) },
    { path: '/reports', name: 'reports', component: () => import('./features/reports/ReportsView.vue') },
    { path: '/reports/:reportId', name: 'report', component: () => import('./features/reports/ReportView.vue'), props: true },
    { path: '/datasets', name: 'datasets', component: () => import('./features/datasets/DatasetsView.vue') },
    { path: '/datasets/look', name: 'dataset', component: () => import('./features/datasets/DatasetView.vue'), props: (route) => ({ of: datasetOf(route.query['of']) }) },
    { path: '/checkpoints', name: 'checkpoints', component: () => import('./features/checkpoints/CheckpointsView.vue') },
    { path: '/checkpoints/compare', name: 'compare-checkpoints', component: () => import('./features/checkpoints/CompareCheckpointsView.vue'), props: ({ query }) => ({ a: String(query['a'] ?? ''), b: String(query['b'] ?? '') }) },
    { path: '/decorrelate', name: 'decorrelate', component: () => import('./features/channel-decorrelation/DecorrelateView.vue'), props: (route) => ({ from: typeof route.query['from'] === 'string' ? route.query['from'] : null }) },
    { path: '/runs/:runId/copy', name: 'copy-run', component: () => import('./features/runs/DerivedRunView.vue'), props: (route) => ({ runId: String(route.params['runId']), at: 'copy' }) },
    { path: '/help/:topic?', name: 'help', component: () => import('./features/help/HelpView.vue'), props: (route) => ({ topic: methods.find((method) => method === route.params['topic']) ?? null }) },
    { path: '/:rest(.*)*', name: 'not-found', component: () => import('./features/start/NotFoundView.vue') },
  ],
})

/** A step in an address; null for none, or what is no step. */
function stepOf(query: unknown): number | null {
  const step = typeof query === 'string' && query !== '' ? Number(query) : Number.NaN
  return Number.isInteger(step) ? step : null
}
