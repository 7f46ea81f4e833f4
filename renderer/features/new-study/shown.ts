import { valueAt } from '../../schema-form/draft.ts'
import type { Draft } from '../../schema-form/draft.ts'

type Rule = (draft: Draft) => boolean

const arms = (draft: Draft) => valueAt(draft, 'comparison.arms')
const isOfValues =
  (...codes: readonly string[]): Rule =>
  (draft) =>
    codes.includes(String(valueAt(draft, 'compression.values')))
const quantizedArms =
  (...beginnings: readonly string[]): Rule =>
  (draft) => {
    const chosen = valueAt(draft, 'quantization.arms')
    return Array.isArray(chosen) && chosen.some((arm) => beginnings.some((beginning) => String(arm).startsWith(beginning)))
  }
const hasArm = (...names: readonly string[]): Rule => (draft) => {
  const chosen = arms(draft)
  return Array.isArray(chosen) && names.some((name) => chosen.includes(name))
}
/** Some settings mean something only beside another one. */
const rules: Readonly<Record<string, Rule>> = {
  'run.dataset.path': (draft) => valueAt(draft, 'run.dataset.name') === 'file',
  'run.dataset.labelColumn': (draft) => valueAt(draft, 'run.dataset.name') === 'file',
  'sweep.tuningGrid': (draft) => valueAt(draft, 'sweep.learningRateRule') === 'tuned',
  'sweep.referenceBatchSize': (draft) => ['linear', 'sqrt'].includes(String(valueAt(draft, 'sweep.learningRateRule'))),
  'sweep.previousStudy': (draft) => valueAt(draft, 'sweep.stage') !== 'small',
  'comparison.doublingEpochs': hasArm('epoch-doubling', 'rate-decay'),
  'comparison.theta': hasArm('norm-test'),
  'compression.bits': isOfValues('uniform'),
  'compression.rounding': isOfValues('uniform'),
  'compression.degreesOfFreedom': quantizedArms('fitted-student-t', 'fitted-auto'),
  'compression.feedbackLow': (draft) => valueAt(draft, 'compression.feedback') === true,
  'compression.feedbackHigh': (draft) => valueAt(draft, 'compression.feedback') === true,
  'compression.threshold': quantizedArms('threshold'),
  'compression.stages': quantizedArms('sidco'),
  'compression.levels': quantizedArms('qsgd'),
  'exchange.windowSteps': (draft) => valueAt(draft, 'exchange.memory') === 'window',
  'exchange.masking': (draft) => valueAt(draft, 'exchange.momentum') === 'worker',
  'comparison.smoothing': hasArm('cabs', 'norm-test', 'noise-scale'),
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
