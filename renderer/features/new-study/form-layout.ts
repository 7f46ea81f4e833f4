/** Which settings stand where in the form. A test sees to it that every setting of the schema stands in exactly one place. */
export interface FormGroup {
  /** A key under `newStudy.group`, or null for settings without a heading of their own. */
  readonly title: 'schedule' | 'evaluation' | 'noiseScale' | 'compute' | 'statistics' | 'regularization' | 'learningRates' | null
  readonly paths: readonly string[]
}
export interface FormSection {
  readonly id: 'data' | 'model' | 'optimizer' | 'sweep' | 'target' | 'stages' | 'advanced'
  readonly groups: readonly FormGroup[]
  readonly isFolded?: true
}

export const formSections: readonly FormSection[] = [
  { id: 'data', groups: [{ title: null, paths: ['run.dataset'] }] },
  { id: 'model', groups: [{ title: null, paths: ['run.model'] }] },
  { id: 'optimizer', groups: [{ title: null, paths: ['run.optimizer'] }] },
  {
    id: 'sweep',
    groups: [
      { title: null, paths: ['sweep.batchSizes', 'sweep.minSeeds', 'sweep.maxSeeds', 'sweep.currentBatchSize'] },
      { title: 'learningRates', paths: ['sweep.learningRateRule', 'sweep.tuningGrid', 'sweep.referenceBatchSize'] },
    ],
  },
  { id: 'target', groups: [{ title: null, paths: ['sweep.target', 'sweep.maxExamples'] }] },
  { id: 'stages', groups: [{ title: null, paths: ['sweep.stage', 'sweep.previousStudy', 'sweep.gateIntervalRatio', 'sweep.gateSaving', 'sweep.budgetHours', 'sweep.hourlyRate'] }] },
  {
    id: 'advanced',
    isFolded: true,
    groups: [
      { title: 'statistics', paths: ['sweep.seedPrecision', 'sweep.firstSeed', 'sweep.bootstrap', 'sweep.confidence', 'sweep.fitFrom', 'sweep.fitTo', 'sweep.stopHopeless', 'sweep.estimateFirst', 'sweep.parallelRuns'] },
      { title: 'schedule', paths: ['run.schedule'] },
      { title: 'evaluation', paths: ['run.evaluation'] },
      { title: 'noiseScale', paths: ['run.noiseScale'] },
      { title: 'regularization', paths: ['run.labelSmoothing', 'run.checkpointEveryExamples'] },
      { title: 'compute', paths: ['run.compute'] },
    ],
  },
]

/** Settings that have no control: the method is the page's own, the name stands at the top. */
export const elsewhere: readonly string[] = ['method', 'name']
