import type { FieldTexts } from '../field-text.ts'

const yesNo = { true: 'On', false: 'Off' }
const off = { automatic: 'off', nullIs: 'off' } as const
const fitted = { 'fitted-normal': 'Fitted, normal', 'fitted-laplace': 'Fitted, Laplace', 'fitted-cauchy': 'Fitted, Cauchy', 'fitted-student-t': 'Fitted, Student-t', 'fitted-auto': 'Fitted, the likeliest' }
const without = (arms: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(arms).map(([name, label]) => [`${name}-no-memory`, `${label}, no memory`]))
const chosen = { 'top-k': 'Top-k', 'random-k': 'Random-k' }
const arms = { dense: 'Dense: everything', ...fitted, ...chosen, threshold: 'Fixed threshold', sidco: 'SIDCo', qsgd: 'QSGD', terngrad: 'TernGrad', 'one-bit': '1-bit', ...without(fitted), ...without(chosen) }

/** Settings of the comparison of quantized gradients, and of the exchange that it is about. */
export const quantizationConfig: FieldTexts = {
  'quantization.arms': { label: 'Ways compared', help: 'Each is trained with every seed. Dense is what the others are held against.', choices: arms },
  'quantization.seeds': { label: 'Seeds', help: 'Runs of each way; at least 2 for an interval.', unit: 'runs' },
  'quantization.firstSeed': { label: 'First seed', help: 'The runs of a way take this one and those after it.' },
  'quantization.batchSize': { label: 'Batch size', help: 'Of a step, all workers together.', unit: 'examples' },
  'quantization.epochs': { label: 'Epochs', help: 'Of every run.', unit: 'epochs' },
  'quantization.confidence': { label: 'Confidence', help: 'Of the intervals.' },
  'quantization.accuracyTolerance': { label: 'Accuracy that may be lost', help: 'By a way against dense, as a share of one.' },
  'quantization.budgetHours': { label: 'Budget', help: 'The comparison pauses when it has used them.', unit: 'hours', automatic: 'no limit' },
  'quantization.hourlyRate': { label: 'Price of an hour', help: 'In your currency; for the forecast.', unit: 'per hour' },
  'quantization.parallelRuns': { label: 'Runs side by side', help: '0 chooses by model and machine.', unit: 'runs' },

  'exchange.workers': { label: 'Workers', help: 'Each trains on its share of every batch.', unit: 'workers' },
  'exchange.hosts': { label: 'Addresses of workers', help: 'host:port of a `loupe worker` for each, separated by commas; empty for replicas on this machine.' },
  'exchange.topology': { label: 'Topology', help: 'Who adds the messages up.', choices: { 'all-gather': 'Everybody gets every message', server: 'The first worker adds up and sends the sum' } },
  'exchange.unit': { label: 'Fitted together', help: 'The values that share a fit and a threshold.', choices: { tensor: 'Each tensor', layer: 'Each layer', model: 'The whole model' } },
  'exchange.minTensor': { label: 'Sent whole below', help: 'Smaller tensors, such as biases, are not compressed.', unit: 'elements' },
  'exchange.memory': { label: 'Memory', help: 'Of the ways that have one: what becomes of what is not sent.', choices: { residual: 'Stays for later steps', window: 'All is summed up and sent every so many steps' } },
  'exchange.windowSteps': { label: 'Window', help: 'Gradients summed up before they are sent.', unit: 'steps' },
  'exchange.momentum': { label: 'Momentum', help: 'Where the optimizer’s momentum is kept.', choices: { receiver: 'After the exchange', worker: 'At each worker, before it (momentum correction)' } },
  'exchange.masking': { label: 'Mask the momentum', help: 'A worker forgets its momentum where its value was sent.', choices: yesNo },
  'exchange.clipNorm': { label: 'Clip gradients to', help: 'The longest gradient of all workers together; each clips to this over √workers before the memory.', ...off },
  'exchange.warmupRatios': { label: 'Warm-up of the ratio', help: 'Kept in the first epochs, one an epoch, before the ratio holds.' },
  'exchange.startStep': { label: 'Dense until', help: 'Steps that are sent whole before compression begins.', unit: 'steps' },
  'exchange.checkEvery': { label: 'Compare replicas every', help: 'They must be the same to the bit.', unit: 'steps' },
  'exchange.logEvery': { label: 'Log histograms every', help: 'Of gradients, values and errors, for every worker and unit: about a kilobyte each.', unit: 'steps' },
  'exchange.whenWorkerLost': { label: 'When a worker is gone', help: 'What the run does about it.', choices: { wait: 'Wait for it', 'go-on': 'Train on without it' } },
  'exchange.waitSeconds': { label: 'Wait at most', help: 'For a call, and for a lost worker, before the run pauses.', unit: 's' },

  'compression.ratio': { label: 'Ratio', help: 'Of the values of each unit that is to be sent; 1 sends all.' },
  'compression.side': { label: 'Side', help: 'On which values at or beyond the threshold are sent.', choices: { both: 'Both', upper: 'Upper', lower: 'Lower' } },
  'compression.estimator': { label: 'Estimator', help: 'Of the constants of the distribution.', choices: { likelihood: 'Maximum likelihood', quick: 'Quantiles and moments' } },
  'compression.degreesOfFreedom': { label: 'Degrees of freedom', help: 'Of Student-t.', automatic: 'fitted' },
  'compression.zeros': { label: 'Exact zeros', help: 'A share of their own beside the distribution, or values like others.', choices: { mixture: 'A share of their own', ignore: 'Values like others' } },
  'compression.fitEvery': { label: 'Fit every', help: 'Between two fits the last thresholds hold.', unit: 'steps' },
  'compression.fitSample': { label: 'Share in the fit', help: 'Of the values, drawn at random.' },
  'compression.feedback': { label: 'Correct the threshold', help: 'By what the last steps sent.', choices: yesNo },
  'compression.feedbackLow': { label: 'Lower it below', help: 'Sent over asked. The warning of a misfit goes by it, too.' },
  'compression.feedbackHigh': { label: 'Raise it above', help: 'Sent over asked. The warning of a misfit goes by it, too.' },
  'compression.values': { label: 'Values', help: 'How a value that is sent is written.', choices: { float32: 'In full', float16: 'In half', sign: 'Its sign, with one magnitude a side', uniform: 'On a grid of few bits' } },
  'compression.bits': { label: 'Bits', help: 'Of a value on the grid, its sign included.', unit: 'bits' },
  'compression.rounding': { label: 'Rounding', help: 'On the grid; at random it is right in the mean.', choices: { nearest: 'To the nearest', stochastic: 'At random' } },
  'compression.positions': { label: 'Positions', help: 'How it is written where the values stand.', choices: { auto: 'The smaller of the two', index: '32-bit indices', bitmap: 'A bit for each element' } },
  'compression.threshold': { label: 'Fixed threshold', help: 'Magnitudes at or above it are sent.' },
  'compression.stages': { label: 'Stages of SIDCo', help: 'Fits of an exponential, each to what lies beyond the one before.' },
  'compression.levels': { label: 'Levels of QSGD', help: 'Of a magnitude, rounded at random between two.' },
}
