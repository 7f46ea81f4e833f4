import type { FormSection } from '../new-study/form-layout.ts'

const under = (names: readonly string[]) => names.map((name) => `run.decorrelation.${name}`)

/** Which settings of a single run stand where. Weights and thresholds of the losses, and the features, have controls of their own. */
export const decorrelateSections: { readonly model: FormSection; readonly data: FormSection; readonly unlabelled: FormSection; readonly others: readonly FormSection[] } = {
  model: { id: 'model', groups: [{ title: null, paths: ['run.model'] }] },
  data: { id: 'data', groups: [{ title: null, paths: ['run.dataset', 'run.batchSize', 'run.decorrelation.labelFraction'] }, { title: 'furtherSets', paths: ['run.decorrelation.labelledSets'] }] },
  unlabelled: { id: 'unlabelled', groups: [{ title: null, paths: ['run.decorrelation.unlabelledSets'] }] },
  others: [
    { id: 'optimizer', groups: [{ title: null, paths: ['run.optimizer', 'run.maxExamples', 'run.seed'] }] },
    { id: 'decorrelation', groups: [{ title: null, paths: under(['measure', 'penalty', 'reduction', 'pooling', 'positions', 'warmupSteps', 'varianceWeight']) }] },
    {
      id: 'decorrelationDetails',
      isFolded: true,
      groups: [
        { title: null, paths: under(['taskLoss', 'combine', 'termClipNorm', 'centring', 'deadLimit', 'statistics', 'probeExamples']) },
        { title: 'features', paths: under(['labelledTaps', 'unlabelledTaps']) },
        { title: 'otherLosses', paths: under(['entropyWeight', 'consistencyWeight', 'noise', 'shift', 'auxiliary']) },
      ],
    },
    { id: 'advanced', isFolded: true, groups: [{ title: 'schedule', paths: ['run.schedule'] }, { title: 'evaluation', paths: ['run.evaluation'] }, { title: 'regularization', paths: ['run.labelSmoothing', 'run.checkpointEveryExamples'] }, { title: 'compute', paths: ['run.compute'] }] },
  ],
}
