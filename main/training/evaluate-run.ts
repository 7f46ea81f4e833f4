import { LoupeError } from '../contract/errors.ts'
import type { MetricKey, MetricRow } from '../contract/metrics.ts'
import type { RunConfig } from '../contract/run-config.ts'
import type { Dataset } from './datasets/dataset.ts'
import { averageNoise, noiseScale } from './noise-scale.ts'
import { needsFullGradient } from './run-plan.ts'
import { meanGradient, trackGradient } from './run-state.ts'
import type { RunState } from './run-state.ts'
import type { RunVariables, Traces } from './traces.ts'

export type Values = Partial<Record<MetricKey, number>>

export interface EvaluationContext {
  readonly config: RunConfig
  readonly dataset: Dataset
  readonly traces: Traces
  readonly variables: RunVariables
}

/**
 * Evaluates the weights as they are: losses, accuracies, and where they are wanted the full gradient and the noise scale.
 *
 * @returns The values to log, by metric. The running means in `state` move on.
 * @throws LoupeError `not-finite` where the training or validation loss is NaN or infinite.
 */
export async function evaluateRun(context: EvaluationContext, state: RunState): Promise<Values> {
  const { config, dataset, traces, variables } = context
  const values: Values = {}
  if (needsFullGradient(config)) {
    const { loss, accuracy, gradientSquared } = await traces.fullGradient(config, variables)()
    requireFinite({ what: 'training loss', value: loss, state, config })
    requireFinite({ what: 'full training gradient', value: gradientSquared, state, config })
    state.gradient = trackGradient(state.gradient, { step: state.step, squaredNorm: gradientSquared })
    Object.assign(values, {
      'train/loss': loss,
      'train/accuracy': accuracy,
      'gradient/squared-norm': gradientSquared,
      'gradient/squared-norm-mean': meanGradient(state.gradient),
      'gradient/squared-norm-min': state.gradient.min,
    } satisfies Values)
  } else {
    const { loss, accuracy } = await traces.evaluator(config, variables, 'train')()
    requireFinite({ what: 'training loss', value: loss, state, config })
    Object.assign(values, { 'train/loss': loss, 'train/accuracy': accuracy } satisfies Values)
  }
  if (dataset.validation.count > 0) {
    const { loss, accuracy } = await traces.evaluator(config, variables, 'validation')()
    requireFinite({ what: 'validation loss', value: loss, state, config })
    Object.assign(values, { 'validation/loss': loss, 'validation/accuracy': accuracy } satisfies Values)
  }
  if (config.noiseScale.enabled) Object.assign(values, await probeNoise(context, state))
  if (config.noiseScale.smoothnessIterations > 0) {
    const probe = await traces.smoothnessProbe(config, variables)
    values['curvature/smoothness'] = await probe({ seed: config.seed, step: state.step })
  }
  if (state.interval.steps > 0) values['time/step'] = state.interval.callMs / state.interval.steps
  state.interval = { steps: 0, callMs: 0 }
  return values
}

/** Raw estimates as they are, negative ones too; the scale from their running means. */
async function probeNoise({ config, traces, variables }: EvaluationContext, state: RunState): Promise<Values> {
  const estimate = await traces.noiseProbe(config, variables)({ seed: config.seed, step: state.step })
  state.noise = averageNoise({ average: state.noise, estimate, smoothing: config.noiseScale.smoothing })
  return { 'noise/gradient-squared': estimate.gradientSquared, 'noise/trace': estimate.trace, 'noise/scale': noiseScale(state.noise) }
}

/** Evaluates the test examples, once, at the end of a run. */
export async function evaluateTest({ config, dataset, traces, variables }: EvaluationContext): Promise<Values> {
  if (!config.evaluation.testAtEnd || dataset.test.count === 0) return {}
  const { loss, accuracy } = await traces.evaluator(config, variables, 'test')()
  return { 'test/loss': loss, 'test/accuracy': accuracy }
}

/** The values as rows of the log. Those that are not finite are left out: the log holds numbers. */
export function metricRows(values: Values, { step, examples, wallMs }: { readonly step: number; readonly examples: number; readonly wallMs: number }): MetricRow[] {
  const rows: MetricRow[] = []
  for (const [key, value] of Object.entries(values) as [MetricKey, number][]) { // its keys are metric keys
    if (Number.isFinite(value)) rows.push({ key, step, examples, wallMs, value })
  }
  return rows
}

/** The value that a run's target is compared with, out of an evaluation's. */
export function criterionValue(criterion: NonNullable<RunConfig['target']>['criterion'], values: Values): number {
  const key = criterionMetrics[criterion]
  const value = values[key]
  if (value !== undefined) return value
  throw new LoupeError('internal', `The target's criterion ${criterion} was not evaluated: ${key} is missing.`, { criterion })
}

const criterionMetrics = {
  'gradient-mean': 'gradient/squared-norm-mean',
  'gradient-last': 'gradient/squared-norm',
  'gradient-min': 'gradient/squared-norm-min',
  'train-loss': 'train/loss',
  'validation-loss': 'validation/loss',
  'validation-accuracy': 'validation/accuracy',
} as const satisfies Record<NonNullable<RunConfig['target']>['criterion'], MetricKey>

/** @throws LoupeError `not-finite` that names the step and says what to do. */
export function requireFinite({ what, value, state, config }: { readonly what: string; readonly value: number; readonly state: Pick<RunState, 'step' | 'examples'>; readonly config: RunConfig }): void {
  if (Number.isFinite(value)) return
  const { optimizer } = config
  const advice = optimizer.kind === 'armijo' ? `Lower maxStep (now ${optimizer.maxStep})` : `Lower the learning rate (now ${optimizer.learningRate})`
  throw new LoupeError('not-finite', `The ${what} became ${value} at step ${state.step}, after ${state.examples} examples. ${advice}, add a warm-up, or look for values in the data that are not numbers.`, {
    step: state.step,
    examples: state.examples,
    value: String(value),
    optimizer: optimizer.kind,
  })
}
