import type { PolicyStatus } from '../../../main/contract/batch-policy.ts'

const policyStatus = {
  'waiting-for-window': 'waits until its window is full',
  armed: 'watches for its conditions',
  'cooling-down': 'waits after a change',
  'at-max': 'is at its largest batch',
  'at-min': 'is at its smallest batch',
} satisfies Record<PolicyStatus, string>

/** What the log's events say, one sentence a kind; the rest is what goes into them. */
export const events = {
  kind: {
    workspace: { 'on-network-disk': '{path} lies on a network disk ({disk}). The log is safe there only while every process that opens it runs on this machine.' },
    dataset: { read: 'Read {data}: {train} training, {validation} validation and {test} test examples.' },
    metrics: { dropped: 'Rows that found no place in memory while the log could not write, and are missing from its curves and histograms: {rows}.' },
    log: {
      unwritable: 'The log cannot write: {error}. Training holds and goes on by itself once it can.',
      recovered: 'The log writes again after {time}; nothing was lost.',
    },
    lane: { failed: 'One run less side by side, because it could not be set up: {error}.' },
    budget: { reached: 'The study has trained for {hours} of its {allowed} and pauses. Resuming it allows another {budget}.' },
    latency: { measured: 'One example takes a student {fastest} to {slowest}, by its depth.' },
    point: { stopped: 'Batch size {size} was ended by the user.' },
    study: {
      extended: 'Extended by batch sizes {sizes}, and to up to {seeds} seeds at each.',
      finished: 'The study has finished.',
      failed: 'The study failed: {error}.',
      paused: 'The study is paused.',
      stopped: 'The study was stopped.',
      interrupted: 'Loupe was closed; the study is saved. Resume it to go on.',
    },
    run: {
      branched: 'Branches off {run} at step {step}.',
      resumed: 'Goes on from the checkpoint of step {step}.',
      interrupted: 'The process ended before the run did (status then: {status}). Resume it to go on from its last checkpoint.',
      failed: 'The run failed: {error}.',
    },
    environment: { changed: 'The run goes on under other conditions ({changes}): from here on its numbers may differ in the last digits from those of a run that was not interrupted.' },
    checkpoint: { unreadable: 'The checkpoint of step {step} does not read and is passed over: {error}.' },
    workers: { warned: 'About the workers: {warning}' },
    worker: {
      lost: 'Worker {worker} at {host} was lost at step {step}: {reason}.',
      returned: 'All {wanted} workers are there again; the run goes on from its last checkpoint.',
      'left-out': 'The run goes on with {workers} of {wanted} workers, from its last checkpoint.',
    },
    gradients: {
      saved: 'The gradients of all workers at step {step} are saved to {path} ({size}).',
      'not-saved': 'The gradients of step {step} could not be saved to {path}: {error}.',
    },
    features: { collapsed: 'The feature after block {depth} has collapsed: its variance stayed at {variance} or below for {steps} steps. What is near to a constant says nothing; keep the target constant (stop-gradient), or lower the weight of the feature loss.' },
    weights: { loaded: 'The {extractor} extractor starts with {loaded} tensors of {run} at step {step}; {left} start at random.' },
    'armijo-fallback':
      'The line search found no step size in {fallbacks} of {steps} steps ({share}) and took the fallback step. Raise the most tries, lower c, or look at the gradient: this run says little about the batch size.',
    'batch-norm-coupling':
      '{model} uses batch norm, which makes the examples of a batch depend on one another: the full gradient is taken with the running statistics, and the noise scale assumes independent examples. Prefer group norm for these measures.',
    'cut-batch-norm':
      '{model} uses batch norm, and {cut}. Each micro-batch is then normalised by its own mean and variance, so the update is not that of the whole batch; running statistics move by the mean over the micro-batches. Prefer group norm where batch sizes are to be compared.',
    'cut-dropout':
      '{model} uses dropout, and {cut}. Each micro-batch then draws its own mask: the same in distribution as for the whole batch, but not the same numbers, so runs that are realised differently part ways.',
    'gap-below-ideal': 'The smoothed {signal} is {below} below its ideal value of {ideal}, so its gap is negative. Lower the ideal value.',
    batch: {
      changed: 'Batch size {from} → {to}: {reason}. Realised as {shape} (devices × micro-batch × loops): {lever}.',
      'rolled-back': 'Back to the end of epoch {epoch} (rollback {count}), and on with batch size {to} after {from}: {reason}.',
      'realised-smaller': 'Memory ran out: the batch of {size} goes on as {shape} (devices × micro-batch × loops).',
      status: 'The batch-size controller {status}.',
      'out-of-memory': 'Memory ran out in the middle of a call: back to the end of epoch {epoch}, and on with batch size {size} in smaller micro-batches.',
      frozen: 'The batch size stays as it is until the controller is released.',
    },
  },
  extractor: { front: 'first', rear: 'second' },
  /** Instead of a kind’s own sentence, where its facts are others. */
  other: {
    extendedSizes: 'Extended by batch sizes {sizes}.',
    extendedSeeds: 'Extended to up to {seeds} seeds at each batch size.',
    extendedNothing: 'Extended by nothing new.',
    studyOrphaned: 'The process ended before the study did (status then: {status}). Resume it to go on: finished runs are kept.',
    released: 'The controller decides again.',
  },
  separator: ', ',
  change: '{name} {before} → {after}',
  cut: {
    'at-start': 'its batches are shared out over {devicesAtStart} devices from the start',
    'above-micro-batch': 'batches above {largestMicroBatch} (largest micro-batch) are cut into micro-batches',
    'over-devices': 'batches that grow are shared out over up to {devices} devices',
    'by-memory': 'batches that do not fit into memory in one piece (at most {batchSize}) are cut into micro-batches',
  },
  signal: {
    'train-loss': 'training loss',
    'validation-loss': 'validation loss',
    'train-error': 'training error',
    'validation-error': 'validation error',
    'gradient-norm': 'gradient norm',
  },
  status: policyStatus,
  /** Why the batch was realised as it was. */
  lever: {
    none: 'it fits as it is',
    grow: { devices: 'another device takes part', memory: 'there is room for larger micro-batches', loops: 'more micro-batches one after the other' },
    shrink: { devices: 'a device is given back', memory: 'in smaller micro-batches', loops: 'fewer micro-batches one after the other' },
  },
  /** Why the batch size changed, as a clause: by reading that was met, by law or by request. */
  reason: {
    request: 'asked for by the user',
    epochTable: 'the table of epochs says so after epoch {epoch}',
    epochStep: 'it changes with the epochs, and epoch {epoch} is done',
    notFinite: 'the {signal} is not finite',
    valueBelow: 'the smoothed gap of the {signal} is {value} (low enough below {threshold})',
    slopeBelow: 'the slope of the {signal} is {value} in size per million examples (flat below {threshold})',
    relativeSlopeBelow: 'the gap of the {signal} changes by {value} of itself over the window (flat below {threshold})',
    derivativeBelow: 'the n-th derivative of the {signal} is {value} in size per (million examples)ⁿ (flat below {threshold})',
    flatT: 'the slope of the {signal} is {value} standard errors from 0 (flat above {threshold})',
    gradientNormBelow: 'the norm of the weight gradient is {value} (small below {threshold})',
    divergeSigma: 'the smoothed gap of the {signal} is {value}, too many deviations of the window above its best (at most {threshold})',
    divergeRatio: 'the smoothed gap of the {signal} is {value}, too many times its best (at most {threshold})',
    divergeT: 'the {signal} rises by {value} standard errors of its slope (at most {threshold})',
    divergeGradientRatio: 'the norm of the weight gradient is {value}, too many times its median (at most {threshold})',
    cabs: 'CABS proposes {value} (learning rate {learningRate}, tr Σ {trace}, loss {gap} above its floor)',
    'norm-test': "the norm test with θ {theta} asks for {value} (tr Σ {trace}, {'|'}G{'|'}² {gradientSquared})",
    'noise-scale': "{scale} times the noise scale is {value} (tr Σ {trace}, {'|'}G{'|'}² {gradientSquared})",
  },
}
