/**
 * Every quantity that a run logs: its key in the log, its unit and what it means.
 *
 * A metric is a number at a step, with the examples seen and the wall time. Metrics `per: 'step'` are logged for every step, those `per: 'change'` at
 * a run's first step and at each step where the value is another: it holds until the next row, or the run's last step. The others are logged at each
 * evaluation, or once. The window's labels come from the locale files, under `metric.<key>`.
 */
export const metrics = {
  'train/batch-loss': { unit: 'nats', per: 'step', description: 'mean loss of the step’s own batch, before its update' },
  'train/loss': { unit: 'nats', per: 'evaluation', description: 'mean loss over the training examples' },
  'train/accuracy': { unit: 'fraction', per: 'evaluation', description: 'share of training examples classified right' },
  'validation/loss': { unit: 'nats', per: 'evaluation', description: 'mean loss over the validation examples' },
  'validation/accuracy': { unit: 'fraction', per: 'evaluation', description: 'share of validation examples classified right' },
  'test/loss': { unit: 'nats', per: 'run', description: 'mean loss over the test examples, once, at the end' },
  'test/accuracy': { unit: 'fraction', per: 'run', description: 'share of test examples classified right, once, at the end' },
  'gradient/squared-norm': { unit: '(nats per parameter unit)²', per: 'evaluation', description: '|∇f|² of the full training loss' },
  'gradient/squared-norm-mean': { unit: '(nats per parameter unit)²', per: 'evaluation', description: 'mean of |∇f|² over the evaluations so far, weighted by steps' },
  'gradient/squared-norm-min': { unit: '(nats per parameter unit)²', per: 'evaluation', description: 'smallest |∇f|² so far' },
  'noise/gradient-squared': { unit: '(nats per parameter unit)²', per: 'evaluation', description: 'unbiased estimate of |G|²; may be negative' },
  'noise/trace': { unit: '(nats per parameter unit)²', per: 'evaluation', description: 'unbiased estimate of tr Σ, the per-example gradient variance' },
  'noise/scale': { unit: 'examples', per: 'evaluation', description: 'gradient noise scale tr Σ / |G|², each averaged apart' },
  'curvature/smoothness': { unit: 'nats per (parameter unit)²', per: 'evaluation', description: 'smoothness L: largest curvature of the training loss, by power iteration' },
  'step/learning-rate': { unit: '1', per: 'change', description: 'step size in force from this step on' },
  'armijo/step-size': { unit: '1', per: 'step', description: 'step size that the line search accepted' },
  'armijo/tries': { unit: 'evaluations', per: 'step', description: 'forward evaluations that the line search took' },
  'armijo/fallback': { unit: '0 or 1', per: 'step', description: '1 where no try was accepted and the fallback step was taken' },
  'controller/gap': { unit: 'signal’s unit', per: 'step', description: 'smoothed gap between the watched signal and its ideal value' },
  'controller/slope': { unit: 'signal’s unit per million examples', per: 'step', description: 'slope of the gap over the window' },
  'controller/slope-t': { unit: '1', per: 'step', description: 'slope of the gap over its standard error' },
  'controller/derivative': { unit: 'signal’s unit per (million examples)^n', per: 'step', description: 'n-th derivative of the gap over the window' },
  'controller/gradient-norm': { unit: 'nats per parameter unit', per: 'step', description: 'smoothed norm of the step’s gradient' },
  'controller/wanted-batch': { unit: 'examples', per: 'step', description: 'batch size that the policy’s formula asks for, before limits and rounding' },
  'controller/training-noise': { unit: 'examples', per: 'step', description: 'scale of the noise of training: learning rate times training examples over batch size, over 1 − momentum' },
  'batch/size': { unit: 'examples', per: 'step', description: 'batch size in force from this step on, in a run whose batch size changes' },
  'batch/micro': { unit: 'examples', per: 'step', description: 'largest micro-batch on one device' },
  'batch/loops': { unit: 'loops', per: 'step', description: 'micro-batches one after the other on each device' },
  'batch/replicas': { unit: 'devices', per: 'step', description: 'devices that share a batch' },
  'batch/bytes-free': { unit: 'bytes', per: 'step', description: 'memory left on the device that has least, by trial steps' },
  'exchange/bytes-up': { unit: 'bytes', per: 'step', description: 'that a worker sends, encoded; mean over the workers' },
  'exchange/bytes-down': { unit: 'bytes', per: 'step', description: 'that a worker receives, encoded; mean over the workers' },
  'exchange/asked-ratio': { unit: 'fraction', per: 'step', description: 'share of the compressed values that was to be sent, at exchanges' },
  'exchange/kept-ratio': { unit: 'fraction', per: 'step', description: 'share of the compressed values that was sent; mean over the workers, at exchanges' },
  'exchange/memory-norm': { unit: 'unit of the values', per: 'step', description: 'norm of what is kept for later steps: of gradients in nats per parameter unit, of weight deltas in parameter units; mean over the workers, at logged steps' },
  'exchange/relative-error': { unit: '1', per: 'step', description: '|sent − values| / |values|; mean over the workers, at logged steps' },
  'exchange/cosine': { unit: '1', per: 'step', description: 'cosine between what is sent and the gradient or weight delta; mean over the workers, at logged steps' },
  'exchange/compute-ms': { unit: 'ms', per: 'step', description: 'of losses and gradients, one worker after another; at logged steps' },
  'exchange/fit-ms': { unit: 'ms', per: 'step', description: 'of fits and thresholds; at logged steps' },
  'exchange/encode-ms': { unit: 'ms', per: 'step', description: 'of selecting and encoding; at logged steps' },
  'exchange/transfer-ms': { unit: 'ms', per: 'step', description: 'of sending, receiving and adding up; at logged steps' },
  'exchange/update-ms': { unit: 'ms', per: 'step', description: 'of the optimizer on every replica, or of each worker by itself; at logged steps' },
  'distillation/front-loss': { unit: 'nats', per: 'step', description: 'task loss of the students, before the update' },
  'distillation/rear-loss': { unit: 'nats', per: 'step', description: 'task loss of the whole chain, before the update' },
  'distillation/feature-loss': { unit: '1', per: 'step', description: 'distance between the compared features, before its weight' },
  'distillation/logit-loss': { unit: 'nats', per: 'step', description: 'distance to the soft targets, times temperature², before its weight' },
  'distillation/cka': { unit: '1', per: 'evaluation', description: 'linear CKA between the student’s feature and the second extractor’s, on the probe’s examples' },
  'distillation/cosine': { unit: '1', per: 'evaluation', description: 'mean cosine between the student’s feature and the second extractor’s' },
  'distillation/front-variance': { unit: '1', per: 'evaluation', description: 'variance of the student’s feature over the probe’s examples, mean over its dimensions' },
  'distillation/rear-variance': { unit: '1', per: 'evaluation', description: 'variance of the second extractor’s feature over the probe’s examples, mean over its dimensions' },
  'distillation/front-rank': { unit: '1', per: 'evaluation', description: 'effective rank of the student’s feature' },
  'distillation/rear-rank': { unit: '1', per: 'evaluation', description: 'effective rank of the second extractor’s feature' },
  'whole/validation-loss': { unit: 'nats', per: 'evaluation', description: 'mean loss of the whole chain over the validation examples' },
  'whole/validation-accuracy': { unit: 'fraction', per: 'evaluation', description: 'share of validation examples that the whole chain classifies right' },
  'whole/test-loss': { unit: 'nats', per: 'run', description: 'mean loss of the whole chain over the test examples, once, at the end' },
  'whole/test-accuracy': { unit: 'fraction', per: 'run', description: 'share of test examples that the whole chain classifies right, once, at the end' },
  'decorrelation/task-loss': { unit: '1', per: 'step', description: 'second loss: of the outputs on labelled examples, before its weight and before the update' },
  'decorrelation/unlabelled-loss': { unit: '1', per: 'step', description: 'third loss: correlation between channels on unlabelled examples, before its weight' },
  'decorrelation/labelled-loss': { unit: '1', per: 'step', description: 'fourth loss: correlation between channels on labelled examples, before its weight' },
  'decorrelation/variance-loss': { unit: '1', per: 'step', description: 'hinge that holds deviations of channels above 1, before its weight' },
  'decorrelation/auxiliary-loss': { unit: '1', per: 'step', description: 'losses of the networks beside the model, under their weights' },
  'decorrelation/entropy-loss': { unit: 'nats', per: 'step', description: 'entropy of what is predicted of unlabelled examples, before its weight' },
  'decorrelation/consistency-loss': { unit: '1', per: 'step', description: 'distance between predictions of two disturbed copies, before its weight' },
  'decorrelation/total-loss': { unit: '1', per: 'step', description: 'all terms under the weights in force: what the step lowers' },
  'decorrelation/mean-correlation': { unit: '1', per: 'evaluation', description: 'mean |ρ| between live channels of the first feature, on validation examples' },
  'decorrelation/unlabelled-mean-correlation': { unit: '1', per: 'evaluation', description: 'mean |ρ| between live channels of the first feature, on examples of the first unlabelled set' },
  'decorrelation/effective-rank': { unit: '1', per: 'evaluation', description: 'effective rank of the correlations of the first feature, on validation examples' },
  'decorrelation/dead-channels': { unit: 'channels', per: 'evaluation', description: 'channels of the first feature that do not vary, on validation examples' },
  'decorrelation/mean-deviation': { unit: '1', per: 'evaluation', description: 'mean standard deviation of the first feature’s channels, on validation examples' },
  'time/step': { unit: 'ms', per: 'evaluation', description: 'mean wall time of a step since the last evaluation, evaluation excluded' },
} as const satisfies Record<string, { unit: string; per: 'step' | 'change' | 'evaluation' | 'run'; description: string }>

export type MetricKey = keyof typeof metrics

/** Whether a key is one of Loupe's; imported runs have metrics of any name. */
export function isMetricKey(key: string): key is MetricKey {
  return Object.hasOwn(metrics, key)
}

/** One logged value. */
export interface MetricRow {
  readonly key: MetricKey
  readonly step: number
  /** Training examples seen, all steps together. */
  readonly examples: number
  /** Milliseconds since the run began, pauses excluded. */
  readonly wallMs: number
  readonly value: number
}
