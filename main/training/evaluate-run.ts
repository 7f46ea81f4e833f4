import type { RunPredictions } from '../contract/distillation-records.ts'
import { LoupeError } from '../contract/errors.ts'
import type { MetricKey, MetricRow } from '../contract/metrics.ts'
import type { RunConfig } from '../contract/run-config.ts'
import type { Dataset } from './datasets/dataset.ts'
import { loggedPredictions } from './predictions.ts'
import { averageNoise, noiseScale } from './noise-scale.ts'
import type { NoiseEstimate } from './noise-scale.ts'
import { needsFullGradient } from './run-plan.ts'
import { meanGradient, trackGradient } from './run-state.ts'
import type { RunState } from './run-state.ts'
import type { RunVariables, Traces } from './traces.ts'

export type Values = Partial<Record<MetricKey, number>>

/** What a run looks at beside loss and accuracy at its evaluations, such as the features of a chain. */
export interface RunProbe {
  /** Values to log beside the others. @param values  Loss and accuracy of the same evaluation. */
  evaluate(state: RunState, values: Values, signal?: AbortSignal): Promise<Values>
  /** True once what it looks at says that the run may end. */
  readonly isComplete?: boolean
}

export interface EvaluationContext {
  readonly config: RunConfig
  readonly dataset: Dataset
  readonly traces: Traces
  readonly variables: RunVariables
  /** What changes the batch size, and may go by noise estimates that the config does not ask for. */
  readonly control?: { readonly needsNoise: boolean } | null
  readonly probe?: RunProbe | null
}

/**
 * Evaluates the weights as they are: losses, accuracies, and where they are wanted the full gradient, the noise scale and
 * the smoothness.
 *
 * @returns The values to log, by metric. The running means in `state` move on once all of them are there.
 * @throws LoupeError `not-finite` where the training or validation loss is NaN or infinite; the signal's reason where it
 *   is aborted, `state` being as before.
 */
export async function evaluateRun(context: EvaluationContext, state: RunState, signal?: AbortSignal): Promise<Values> {
  const { config, dataset, traces, variables } = context
  const { seed, noiseScale: noiseConfig } = config
  const { step } = state
  const train = needsFullGradient(config) ? await traces.fullGradient(config, variables)(signal) : { ...(await traces.evaluator(config, variables, 'train')(signal)), gradientSquared: null }
  requireFinite({ what: 'training loss', value: train.loss, state, config })
  const validation = dataset.validation.count > 0 ? await traces.evaluator(config, variables, 'validation')(signal) : null
  if (validation) requireFinite({ what: 'validation loss', value: validation.loss, state, config })
  const at = { seed, step, ...(signal ? { signal } : {}) }
  const estimate = noiseConfig.enabled || context.control?.needsNoise === true ? await traces.noiseProbe(config, variables)(at) : null
  const smoothness = noiseConfig.smoothnessIterations > 0 ? await (await traces.smoothnessProbe(config, variables))(at) : null

  const measured: Values = {
    'train/loss': train.loss,
    'train/accuracy': train.accuracy,
    ...(validation ? { 'validation/loss': validation.loss, 'validation/accuracy': validation.accuracy } : {}),
  }
  const more = (await context.probe?.evaluate(state, measured, signal)) ?? {}

  const { steps, callMs } = state.interval
  const values: Values = {
    ...measured,
    ...(train.gradientSquared === null ? {} : gradientValues(train.gradientSquared, { state, config })),
    ...(estimate ? noiseValues(estimate, { state, config }) : {}),
    ...(smoothness === null ? {} : { 'curvature/smoothness': smoothness }),
    ...more,
    ...(steps > 0 ? { 'time/step': callMs / steps } : {}),
  }
  state.interval = { steps: 0, callMs: 0 }
  return values
}

interface Running {
  readonly state: RunState
  readonly config: RunConfig
}

function gradientValues(squaredNorm: number, { state, config }: Running): Values {
  requireFinite({ what: 'full training gradient', value: squaredNorm, state, config })
  state.gradient = trackGradient(state.gradient, { step: state.step, squaredNorm })
  return { 'gradient/squared-norm': squaredNorm, 'gradient/squared-norm-mean': meanGradient(state.gradient), 'gradient/squared-norm-min': state.gradient.min }
}

/** Raw estimates as they are, negative ones too; the scale from their running means. */
function noiseValues(estimate: NoiseEstimate, { state, config }: Running): Values {
  state.noise = averageNoise({ average: state.noise, estimate, smoothing: config.noiseScale.smoothing })
  return { 'noise/gradient-squared': estimate.gradientSquared, 'noise/trace': estimate.trace, 'noise/scale': noiseScale(state.noise) }
}

/**
 * Evaluates the test examples, once, at the end of a run.
 *
 * @param onPredictions  Told what is predicted of each, where the config asks for it; of the validation examples where there are no test examples.
 */
export async function evaluateTest({ config, dataset, traces, variables }: EvaluationContext, onPredictions: (predictions: Omit<RunPredictions, 'step'>) => void): Promise<Values> {
  const { predictions: arePredicted, testAtEnd } = config.evaluation
  const isTested = testAtEnd && dataset.test.count > 0
  const split = isTested ? 'test' : 'validation'
  const exits = arePredicted || (isTested && config.distillation !== null) ? await traces.predictor(config, variables, split)() : []
  if (arePredicted && exits.length > 0) {
    const labels = dataset[split].labels.values
    onPredictions({ split, labels: [...labels], exits: exits.map((exit) => loggedPredictions(exit, labels, dataset.classes)) })
  }
  if (!isTested) return {}
  // The run's own exit is the first: where all were asked, its examples need not be passed again.
  const { loss, accuracy } = exits[0] ?? (await traces.evaluator(config, variables, 'test')())
  const whole = config.distillation === null ? undefined : exits.find(({ isWhole }) => isWhole)
  return { 'test/loss': loss, 'test/accuracy': accuracy, ...(whole === undefined ? {} : { 'whole/test-loss': whole.loss, 'whole/test-accuracy': whole.accuracy }) }
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
    what,
    optimizer: optimizer.kind,
  })
}
