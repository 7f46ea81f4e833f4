/** The pages that the window's bar, its shortcuts and the palette lead to, in the order of the bar. */
export const pages = [
  { id: 'start', to: '/', keys: ['g', 's'] },
  { id: 'newStudy', to: '/studies/new', keys: ['n'] },
  { id: 'runs', to: '/runs', keys: ['g', 'r'] },
  { id: 'compare', to: '/compare', keys: ['g', 'c'] },
  { id: 'queue', to: '/queue', keys: ['g', 'q'] },
  { id: 'reports', to: '/reports', keys: ['g', 'p'] },
  { id: 'datasets', to: '/datasets', keys: ['g', 'd'] },
  { id: 'checkpoints', to: '/checkpoints', keys: ['g', 'k'] },
  { id: 'help', to: '/help', keys: ['g', 'h'] },
] as const
