import type { MethodName } from '../../../main/contract/study-config.ts'

/** Which settings stand where in the form. A test sees to it that every setting of the schema stands in exactly one place. */
export interface FormGroup {
  /** A key under `newStudy.group`, or null for settings without a heading of their own. */
  readonly title: 'fit' | 'coding' | 'baselines' | 'memory' | 'watching' | 'lostWorkers' | 'schedule' | 'evaluation' | 'noiseScale' | 'compute' | 'statistics' | 'regularization' | 'learningRates' | 'limits' | 'growth' | 'divergence' | 'lengths' | 'epochs' | 'realisation' | 'rollback' | null
  readonly paths: readonly string[]
}
export interface FormSection {
  readonly id: 'data' | 'model' | 'optimizer' | 'sweep' | 'target' | 'stages' | 'advanced' | 'comparison' | 'controller' | 'goal' | 'controllerDetails' | 'quantization' | 'exchange' | 'compression' | 'budget' | 'branchPolicy' | 'branchTraining'
  readonly groups: readonly FormGroup[]
  readonly isFolded?: true
}

const trained: readonly FormSection[] = [
  { id: 'data', groups: [{ title: null, paths: ['run.dataset'] }] },
  { id: 'model', groups: [{ title: null, paths: ['run.model'] }] },
  { id: 'optimizer', groups: [{ title: null, paths: ['run.optimizer'] }] },
]
const shared: readonly FormGroup[] = [
  { title: 'schedule', paths: ['run.schedule'] },
  { title: 'evaluation', paths: ['run.evaluation'] },
  { title: 'noiseScale', paths: ['run.noiseScale'] },
  { title: 'regularization', paths: ['run.labelSmoothing', 'run.checkpointEveryExamples'] },
  { title: 'compute', paths: ['run.compute'] },
]

const sweep: readonly FormSection[] = [
  ...trained,
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
      ...shared,
    ],
  },
]

const controller = (names: readonly string[]) => names.map((name) => `controller.${name}`)

const comparison: readonly FormSection[] = [
  ...trained,
  { id: 'comparison', groups: [{ title: null, paths: ['comparison.arms', 'comparison.seeds', 'comparison.smallBatch', 'comparison.largeBatch', 'comparison.epochs', 'comparison.warmupEpochs', 'comparison.doublingEpochs', 'comparison.theta', 'comparison.smoothing'] }] },
  {
    id: 'controller',
    groups: [
      { title: null, paths: controller(['driver', 'signals', 'combine']) },
      { title: 'limits', paths: controller(['batchMin', 'batchMax', 'growFactor', 'growBy', 'shrinkFactor', 'learningRateRule']) },
      { title: 'growth', paths: controller(['growWhen', 'flatT', 'relativeSlopeBelow', 'slopeBelow', 'valueBelow', 'derivativeBelow', 'derivativeOrder', 'gradientNormBelow']) },
      { title: 'divergence', paths: controller(['divergeSigma', 'divergeRatio', 'divergeT', 'divergeGradientRatio', 'onDivergence']) },
      { title: 'epochs', paths: controller(['epochStep', 'epochTable']) },
    ],
  },
  {
    id: 'controllerDetails',
    isFolded: true,
    groups: [
      { title: 'lengths', paths: controller(['windowExamples', 'halfLifeExamples', 'cooldownExamples', 'minChange', 'granularity', 'noiseCorrection', 'idealValue']) },
      { title: 'rollback', paths: controller(['checkpointsKept', 'maxRollbacks']) },
      { title: 'realisation', paths: controller(['realisation']) },
    ],
  },
  { id: 'goal', groups: [{ title: null, paths: ['comparison.target', 'comparison.accuracyTolerance', 'comparison.currentArm', 'comparison.budgetHours', 'comparison.hourlyRate'] }] },
  { id: 'advanced', isFolded: true, groups: [{ title: 'statistics', paths: ['comparison.confidence', 'comparison.firstSeed', 'comparison.parallelRuns'] }, ...shared] },
]

const at = (group: string) => (names: readonly string[]) => names.map((name) => `${group}.${name}`)
const [quantized, exchanged, compressed] = [at('quantization'), at('exchange'), at('compression')]

const quantization: readonly FormSection[] = [
  ...trained,
  { id: 'quantization', groups: [{ title: null, paths: [...quantized(['arms', 'seeds', 'batchSize', 'epochs', 'accuracyTolerance']), 'compression.ratio', 'exchange.workers'] }] },
  {
    id: 'exchange',
    groups: [
      { title: null, paths: exchanged(['topology', 'unit', 'minTensor', 'hosts', 'clipNorm']) },
      { title: 'memory', paths: exchanged(['memory', 'windowSteps', 'momentum', 'masking', 'warmupRatios', 'startStep']) },
      { title: 'watching', paths: exchanged(['logEvery', 'checkEvery']) },
      { title: 'lostWorkers', paths: exchanged(['whenWorkerLost', 'waitSeconds']) },
    ],
  },
  {
    id: 'compression',
    groups: [
      { title: 'fit', paths: compressed(['side', 'estimator', 'degreesOfFreedom', 'zeros', 'fitEvery', 'fitSample', 'feedback', 'feedbackLow', 'feedbackHigh']) },
      { title: 'coding', paths: compressed(['values', 'bits', 'rounding', 'positions']) },
      { title: 'baselines', paths: compressed(['threshold', 'stages', 'levels']) },
    ],
  },
  { id: 'budget', groups: [{ title: null, paths: quantized(['budgetHours', 'hourlyRate']) }] },
  { id: 'advanced', isFolded: true, groups: [{ title: 'statistics', paths: quantized(['confidence', 'firstSeed', 'parallelRuns']) }, ...shared] },
]

/** The form of each method's study. */
export const formSections: Readonly<Record<MethodName, readonly FormSection[]>> = { 'critical-batch-size': sweep, 'loss-gap-batch': comparison, 'gradient-quantization': quantization }

/** The form of a branch of a run: what may be another than at its checkpoint. */
export const branchSections: readonly FormSection[] = [
  { id: 'branchPolicy', groups: [{ title: null, paths: ['run.batchSize', 'run.batchPolicy'] }] },
  { id: 'branchTraining', groups: [{ title: null, paths: ['run.optimizer', 'run.maxExamples'] }, { title: 'schedule', paths: ['run.schedule'] }, { title: 'evaluation', paths: ['run.evaluation'] }] },
]

/** Settings that have no control: the method is the page's own, the name stands at the top. */
export const elsewhere: readonly string[] = ['method', 'name', 'controller.kind']
