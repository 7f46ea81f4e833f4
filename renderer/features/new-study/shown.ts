import { valueAt } from '../../schema-form/draft.ts'
import type { Draft } from '../../schema-form/draft.ts'

type Rule = (draft: unknown) => boolean

const hasArm = (...names: readonly string[]): Rule => (draft) => {
  const chosen = valueAt(draft, 'comparison.arms')
  return Array.isArray(chosen) && names.some((name) => chosen.includes(name))
}
/** Whether any of the compressors is among the ways, with its memory or without. */
const sends = (...beginnings: readonly string[]): Rule => (draft) => {
  const chosen = valueAt(draft, 'quantization.arms')
  return Array.isArray(chosen) && chosen.some((arm) => beginnings.some((beginning) => String(arm).startsWith(beginning)))
}
const endsIn = (ending: string): Rule => (draft) => {
  const chosen = valueAt(draft, 'quantization.arms')
  return Array.isArray(chosen) && chosen.some((arm) => String(arm).endsWith(ending))
}
const both = (...all: readonly Rule[]): Rule => (draft) => all.every((rule) => rule(draft))
const is = (path: string, ...values: readonly unknown[]): Rule => (draft) => values.includes(valueAt(draft, path))
/** Whether the path of the user's own data may be that of a table, or of a folder of images, by its end. */
const isOwnTable: Rule = (draft) => valueAt(draft, 'run.dataset.name') === 'file' && /^$|\.(csv|tsv|parquet|pq)(\.gz)?$/i.test(String(valueAt(draft, 'run.dataset.path') ?? ''))
const isOwnFolder: Rule = (draft) => valueAt(draft, 'run.dataset.name') === 'file' && !/^$|\.(csv|tsv|parquet|pq|npz)(\.gz)?$/i.test(String(valueAt(draft, 'run.dataset.path') ?? ''))
const keeps = sends('fitted-', 'top-k', 'random-k', 'threshold', 'sidco')
/** Whether any of the ways to train a student is among those compared. */
const trains = (...ways: readonly string[]): Rule => (draft) => {
  const chosen = valueAt(draft, 'students.ways')
  return Array.isArray(chosen) && ways.some((way) => chosen.includes(way))
}
/** Whether any of the ways to train on few labels is among those compared. */
const decorrelates = (...ways: readonly string[]): Rule => (draft) => {
  const chosen = valueAt(draft, 'labels.ways')
  return Array.isArray(chosen) && ways.some((way) => chosen.includes(way))
}
const onUnlabelled = decorrelates('3a', '3b', 'decov', 'vicreg')
const onLabelled = decorrelates('3b', '3c', 'decov', 'vicreg')
const above0 = (path: string): Rule => (draft) => Number(valueAt(draft, path)) > 0
const hasLibrary: Rule = (draft) => {
  const rears = valueAt(draft, 'students.rearDepths')
  return Array.isArray(rears) && rears.length > 0
}
/** Some settings mean something only beside another one. */
const rules: Readonly<Record<string, Rule>> = {
  'run.dataset.path': (draft) => valueAt(draft, 'run.dataset.name') === 'file',
  'run.dataset.labelColumn': isOwnTable,
  'run.dataset.featureColumns': isOwnTable,
  ...Object.fromEntries(['imageHeight', 'imageWidth', 'imageFit', 'imageColor'].map((name) => [`run.dataset.${name}`, isOwnFolder])),
  'run.dataset.badRows': is('run.dataset.name', 'file'),
  'sweep.tuningGrid': (draft) => valueAt(draft, 'sweep.learningRateRule') === 'tuned',
  'sweep.referenceBatchSize': (draft) => ['linear', 'sqrt'].includes(String(valueAt(draft, 'sweep.learningRateRule'))),
  'sweep.previousStudy': (draft) => valueAt(draft, 'sweep.stage') !== 'small',
  'comparison.doublingEpochs': hasArm('epoch-doubling', 'rate-decay'),
  'comparison.theta': hasArm('norm-test'),
  'comparison.smoothing': hasArm('cabs', 'norm-test', 'noise-scale'),
  'compression.ratio': sends('fitted-', 'top-k', 'random-k', 'sidco'),
  ...Object.fromEntries(['side', 'feedback', 'estimator', 'zeros', 'fitEvery', 'fitSample'].map((name) => [`compression.${name}`, sends('fitted-')])),
  'compression.feedbackLow': both(sends('fitted-'), is('compression.feedback', true)),
  'compression.feedbackHigh': both(sends('fitted-'), is('compression.feedback', true)),
  'compression.degreesOfFreedom': sends('fitted-student-t', 'fitted-auto'),
  'compression.values': keeps,
  'compression.positions': keeps,
  'compression.bits': both(keeps, is('compression.values', 'uniform')),
  'compression.rounding': both(keeps, is('compression.values', 'uniform')),
  'compression.threshold': sends('threshold'),
  'compression.stages': sends('sidco'),
  'compression.levels': sends('qsgd'),
  'distillation.alternateSteps': is('distillation.mode', 'alternate'),
  'distillation.rearEpochs': is('distillation.mode', 'two-phase'),
  'distillation.emaDecay': is('distillation.teacher', 'ema'),
  'distillation.featureLoss': trains('distilled', 'distilled-soft-targets', 'self-distillation', 'pretrained', 'frozen-rear', 'second-round'),
  'distillation.featureWeight': trains('distilled', 'distilled-soft-targets', 'self-distillation', 'pretrained', 'frozen-rear', 'second-round'),
  'distillation.logitWeight': trains('soft-targets', 'distilled-soft-targets', 'self-distillation'),
  'distillation.temperature': trains('soft-targets', 'distilled-soft-targets', 'self-distillation'),
  'students.rearDepths': trains('distilled', 'soft-targets', 'distilled-soft-targets'),
  'students.maxTrainingMemoryMiB': hasLibrary,
  'students.maxTrainingMegaMacs': hasLibrary,
  ...Object.fromEntries(['unlabelledWeight', 'unlabelledTaps', 'entropyWeight', 'consistencyWeight', 'statistics'].map((name) => [`decorrelation.${name}`, onUnlabelled])),
  ...Object.fromEntries(['labelledWeight', 'labelledTaps'].map((name) => [`decorrelation.${name}`, onLabelled])),
  ...Object.fromEntries(['measure', 'penalty', 'reduction'].map((name) => [`decorrelation.${name}`, decorrelates('3a', '3b', '3c')])),
  ...Object.fromEntries(['noise', 'shift'].map((name) => [`decorrelation.${name}`, both(onUnlabelled, above0('decorrelation.consistencyWeight'))])),
  'decorrelation.positions': is('decorrelation.pooling', 'subset'),
  'decorrelation.termClipNorm': is('decorrelation.combine', 'separate'),
  'run.decorrelation.positions': is('run.decorrelation.pooling', 'subset'),
  'run.decorrelation.termClipNorm': is('run.decorrelation.combine', 'separate'),
  ...Object.fromEntries(['noise', 'shift'].map((name) => [`run.decorrelation.${name}`, above0('run.decorrelation.consistencyWeight')])),
  'exchange.localSteps': (draft) => valueAt(draft, 'exchange.target') === 'weight-delta' || endsIn('-deltas')(draft),
  'exchange.windowSteps': is('exchange.memory', 'window'),
  // What weight deltas have no use for stays in sight where it is set, for then it is refused.
  'exchange.momentum': (draft) => valueAt(draft, 'exchange.target') === 'gradient' || valueAt(draft, 'exchange.momentum') !== 'receiver',
  'exchange.clipNorm': (draft) => valueAt(draft, 'exchange.target') === 'gradient' || valueAt(draft, 'exchange.clipNorm') !== null,
  'exchange.masking': is('exchange.momentum', 'worker'),
}

/** Of a group in a list, by what else it holds: its name in the list's path, and when it means something. */
const itemRules: Readonly<Record<string, (item: unknown) => boolean>> = {
  path: is('name', 'file'),
  labelColumn: is('name', 'file'),
  block: is('place', 'block'),
  data: is('kind', 'decoder'),
}

/** Whether a setting of a group in a list is to be shown beside the others of that group. */
export function isItemShown(name: string, item: unknown): boolean {
  return itemRules[name]?.(item) ?? true
}

/** Where the settings of a loss-gap controller may stand: of a study, or of a run. */
const controllerPlaces = ['controller', 'run.batchPolicy']
const controllerRules: Readonly<Record<string, (controller: unknown) => boolean>> = {
  epochStep: (controller) => valueAt(controller, 'driver') !== 'gap',
  epochTable: (controller) => valueAt(controller, 'driver') !== 'gap',
  combine: (controller) => {
    const signals = valueAt(controller, 'signals')
    return Array.isArray(signals) && signals.length > 1
  },
}

/** Whether a setting is to be shown beside the others as they stand. */
export function isShown(path: string, draft: Draft): boolean {
  for (const place of controllerPlaces) {
    const rule = path.startsWith(`${place}.`) ? controllerRules[path.slice(place.length + 1)] : undefined
    if (rule !== undefined) return rule(valueAt(draft, place))
  }
  return rules[path]?.(draft) ?? true
}
