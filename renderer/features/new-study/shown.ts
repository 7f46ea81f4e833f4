import { valueAt } from '../../schema-form/draft.ts'
import type { Draft } from '../../schema-form/draft.ts'

type Rule = (draft: Draft) => boolean

const arms = (draft: Draft) => valueAt(draft, 'comparison.arms')
const hasArm = (...names: readonly string[]): Rule => (draft) => {
  const chosen = arms(draft)
  return Array.isArray(chosen) && names.some((name) => chosen.includes(name))
}
const driver = (...names: readonly string[]): Rule => (draft) => names.includes(String(valueAt(draft, 'controller.driver')))

/** Some settings mean something only beside another one. */
const rules: Readonly<Record<string, Rule>> = {
  'run.dataset.path': (draft) => valueAt(draft, 'run.dataset.name') === 'file',
  'run.dataset.labelColumn': (draft) => valueAt(draft, 'run.dataset.name') === 'file',
  'sweep.tuningGrid': (draft) => valueAt(draft, 'sweep.learningRateRule') === 'tuned',
  'sweep.referenceBatchSize': (draft) => ['linear', 'sqrt'].includes(String(valueAt(draft, 'sweep.learningRateRule'))),
  'sweep.previousStudy': (draft) => valueAt(draft, 'sweep.stage') !== 'small',
  'comparison.doublingEpochs': hasArm('epoch-doubling', 'rate-decay'),
  'comparison.theta': hasArm('norm-test'),
  'comparison.smoothing': hasArm('cabs', 'norm-test', 'noise-scale'),
  'controller.epochStep': driver('epoch', 'both'),
  'controller.epochTable': driver('epoch', 'both'),
  'controller.combine': (draft) => {
    const signals = valueAt(draft, 'controller.signals')
    return Array.isArray(signals) && signals.length > 1
  },
}

/** Whether a setting is to be shown beside the others as they stand. */
export function isShown(path: string, draft: Draft): boolean {
  return rules[path]?.(draft) ?? true
}
