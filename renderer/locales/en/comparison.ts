/** What comparisons of arms have in common. */
export const comparison = {
  table: { title: 'Ways compared', arm: 'Way', runs: 'Runs', best: 'best', failed: '{count} failed', empty: 'No run has ended yet.' },
  curves: 'Curves of all ways',
  curvesHelp: 'Mean over the seeds, with the range of the seeds as a band.',
  seed: 'seed {seed}',
}
