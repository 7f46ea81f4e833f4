import type { MethodName } from '../../../main/contract/study-config.ts'

/** Which settings stand where in the form. A test sees to it that every setting of the schema stands in exactly one place. */
export interface FormGroup {
  /** A key under `newStudy.group`, or null for settings without a heading of their own. */
  readonly title: 'schedule' | 'evaluation' | 'noiseScale' | 'compute' | 'statistics' | 'regularization' | 'learningRates' | 'limits' | 'growth' | 'divergence' | 'lengths' | 'epochs' | 'realisation' | 'rollback' | 'fit' | 'coding' | 'baselines' | 'memory' | 'watching' | 'lostWorkers' | 'weights' | 'library' | 'collapse' | 'features' | 'furtherSets' | 'otherLosses' | null
  readonly paths: readonly string[]
}
export interface FormSection {
  readonly id: 'data' | 'model' | 'optimizer' | 'sweep' | 'target' | 'stages' | 'advanced' | 'comparison' | 'controller' | 'goal' | 'controllerDetails' | 'branchPolicy' | 'branchTraining' | 'quantization' | 'compression' | 'exchange' | 'exchangeDetails' | 'students' | 'choice' | 'distillation' | 'distillationDetails' | 'labels' | 'decorrelation' | 'unlabelled' | 'decorrelationDetails' | 'budget'
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

const under = (place: string, names: readonly string[]) => names.map((name) => `${place}.${name}`)

const quantization: readonly FormSection[] = [
  ...trained,
  { id: 'quantization', groups: [{ title: null, paths: [...under('quantization', ['arms', 'seeds', 'batchSize', 'epochs', 'accuracyTolerance']), 'compression.ratio', 'exchange.workers'] }] },
  {
    id: 'compression',
    groups: [
      { title: null, paths: under('compression', ['side', 'feedback', 'feedbackLow', 'feedbackHigh']) },
      { title: 'fit', paths: under('compression', ['estimator', 'degreesOfFreedom', 'zeros', 'fitEvery', 'fitSample']) },
      { title: 'coding', paths: under('compression', ['values', 'bits', 'rounding', 'positions']) },
      { title: 'baselines', paths: under('compression', ['threshold', 'stages', 'levels']) },
    ],
  },
  {
    id: 'exchange',
    groups: [
      { title: null, paths: under('exchange', ['target', 'localSteps', 'topology', 'unit', 'minTensor']) },
      { title: 'memory', paths: under('exchange', ['memory', 'windowSteps', 'momentum', 'masking', 'clipNorm', 'warmupRatios', 'startStep']) },
    ],
  },
  {
    id: 'exchangeDetails',
    isFolded: true,
    groups: [
      { title: null, paths: ['exchange.hosts'] },
      { title: 'lostWorkers', paths: under('exchange', ['whenWorkerLost', 'waitSeconds']) },
      { title: 'watching', paths: under('exchange', ['logEvery', 'checkEvery']) },
    ],
  },
  { id: 'budget', groups: [{ title: null, paths: under('quantization', ['budgetHours', 'hourlyRate']) }] },
  { id: 'advanced', isFolded: true, groups: [{ title: 'statistics', paths: under('quantization', ['confidence', 'firstSeed', 'parallelRuns']) }, ...shared] },
]

const distillation: readonly FormSection[] = [
  ...trained,
  { id: 'students', groups: [{ title: null, paths: under('students', ['ways', 'depths', 'seeds', 'batchSize', 'epochs', 'accuracyTolerance']) }] },
  {
    id: 'distillation',
    groups: [
      { title: null, paths: under('distillation', ['featureLoss', 'normalization', 'taps', 'adaptor', 'temperature']) },
      { title: 'weights', paths: under('distillation', ['featureWeight', 'logitWeight', 'frontWeight', 'rearWeight', 'warmupEpochs', 'finalFactor']) },
    ],
  },
  {
    id: 'choice',
    groups: [
      { title: null, paths: under('students', ['objective', 'minAccuracy', 'maxMemoryMiB', 'maxMegaMacs', 'maxLatencyMs', 'measureLatency']) },
      { title: 'library', paths: under('students', ['rearDepths', 'maxTrainingMemoryMiB', 'maxTrainingMegaMacs']) },
    ],
  },
  {
    id: 'distillationDetails',
    isFolded: true,
    groups: [
      { title: null, paths: under('distillation', ['mode', 'alternateSteps', 'rearEpochs', 'teacher', 'emaDecay', 'stopGradient']) },
      { title: 'collapse', paths: under('distillation', ['stopOnCollapse', 'probeExamples']) },
    ],
  },
  { id: 'budget', groups: [{ title: null, paths: under('students', ['budgetHours', 'hourlyRate']) }] },
  { id: 'advanced', isFolded: true, groups: [{ title: 'statistics', paths: under('students', ['confidence', 'firstSeed', 'parallelRuns']) }, ...shared] },
]

const decorrelation: readonly FormSection[] = [
  ...trained,
  { id: 'labels', groups: [{ title: null, paths: under('labels', ['ways', 'fractions', 'seeds', 'batchSize', 'steps']) }] },
  { id: 'unlabelled', groups: [{ title: null, paths: ['decorrelation.unlabelledSets'] }, { title: 'furtherSets', paths: ['decorrelation.labelledSets'] }] },
  {
    id: 'decorrelation',
    groups: [
      { title: null, paths: under('decorrelation', ['measure', 'penalty', 'reduction', 'pooling', 'positions']) },
      { title: 'weights', paths: under('decorrelation', ['taskWeight', 'unlabelledWeight', 'labelledWeight', 'varianceWeight', 'warmupSteps']) },
      { title: 'features', paths: under('decorrelation', ['labelledTaps', 'unlabelledTaps']) },
    ],
  },
  {
    id: 'decorrelationDetails',
    isFolded: true,
    groups: [
      { title: null, paths: under('decorrelation', ['taskLoss', 'combine', 'termClipNorm', 'centring', 'deadLimit', 'statistics', 'probeExamples']) },
      { title: 'otherLosses', paths: under('decorrelation', ['entropyWeight', 'consistencyWeight', 'noise', 'shift', 'auxiliary']) },
    ],
  },
  { id: 'budget', groups: [{ title: null, paths: under('labels', ['budgetHours', 'hourlyRate']) }] },
  { id: 'advanced', isFolded: true, groups: [{ title: 'statistics', paths: under('labels', ['confidence', 'firstSeed', 'parallelRuns']) }, ...shared] },
]

/** The form of each method's study. */
export const formSections: Readonly<Record<MethodName, readonly FormSection[]>> = { 'critical-batch-size': sweep, 'loss-gap-batch': comparison, 'gradient-quantization': quantization, 'feature-distillation': distillation, 'channel-decorrelation': decorrelation }

/** The form of a branch of a run: what may be another than at its checkpoint. */
export const branchSections: readonly FormSection[] = [
  { id: 'branchPolicy', groups: [{ title: null, paths: ['run.batchSize', 'run.batchPolicy'] }] },
  { id: 'decorrelation', groups: [{ title: null, paths: ['run.decorrelation'] }] },
  { id: 'branchTraining', groups: [{ title: null, paths: ['run.optimizer', 'run.maxExamples'] }, { title: 'schedule', paths: ['run.schedule'] }, { title: 'evaluation', paths: ['run.evaluation'] }] },
]

/** The settings of a run by itself. What it exchanges or distils stays as its record has it. */
export const copySections: readonly FormSection[] = [
  ...trained,
  { id: 'branchPolicy', groups: [{ title: null, paths: ['run.batchSize', 'run.batchPolicy'] }] },
  { id: 'decorrelation', groups: [{ title: null, paths: ['run.decorrelation'] }] },
  { id: 'advanced', groups: [{ title: null, paths: ['run.seed', 'run.maxExamples'] }, ...shared] },
]

/** Settings that have no control: the method is the page's own, the name stands at the top. */
export const elsewhere: readonly string[] = ['method', 'name', 'controller.kind']
