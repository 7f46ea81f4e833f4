import type { NewImportedRun } from './imported-runs.ts'

/** A run of MLflow that was made up, for tests: a loss of 12 steps that halves each step, and an accuracy of 3. */
export function madeImport(change: Partial<NewImportedRun> & { readonly sourceId?: string } = {}): NewImportedRun {
  const { sourceId = 'abc', ...rest } = change
  const curve = (values: readonly number[]) => ({
    steps: Float64Array.from(values.keys()),
    examples: new Float64Array(values.length),
    wallMs: Float64Array.from(values.keys(), (step) => step * 500),
    values: Float64Array.from(values),
  })
  return {
    name: 'baseline',
    source: { tool: 'mlflow', path: '/data/mlflow.db', id: sourceId, group: 'digits', status: 'FINISHED' },
    status: 'finished',
    startedAt: 1_700_000_000_000,
    finishedAt: 1_700_000_060_000,
    note: '',
    params: { lr: 0.1, optimizer: 'adam', 'weight decay': 0.01 },
    labels: { team: 'vision' },
    metrics: new Map([
      ['val_loss', curve(Array.from({ length: 12 }, (_, step) => 2 ** -step))],
      ['validation/accuracy', curve([0.5, 0.75, 0.625])],
    ]),
    renamed: { 'validation/accuracy': 'val_acc' },
    steps: 11,
    wallMs: 5500,
    omissions: [{ kind: 'images', count: 2, where: '' }],
    content: `content of ${sourceId}`,
    ...rest,
  }
}
