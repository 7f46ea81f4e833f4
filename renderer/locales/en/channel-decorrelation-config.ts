import type { FieldTexts } from '../field-text.ts'

const yesNo = { true: 'On', false: 'Off' }
const ways = {
  supervised: 'Supervised: the task alone',
  '3a': '3A: task, and unlabelled examples',
  '3b': '3B: task, unlabelled and labelled examples',
  '3c': '3C: task, and labelled examples',
  decov: 'DeCov: covariances, as 3B',
  vicreg: 'VICReg: covariances and deviations, as 3B',
}
const bundled = { 'fashion-mnist': 'Fashion-MNIST', 'mnist-10k': 'MNIST, 10 000 digits', digits: 'Digits, 8 × 8', 'breast-cancer': 'Breast cancer', waves: 'Waves', file: 'A file of your own' }
const place = { block: 'After a block', output: 'The model’s output' }
const path = { label: 'Path', help: 'A CSV, an NPZ, or a folder of IDX or NPY files.', automatic: 'none' }
const labelColumn = { label: 'Label column', help: 'Of a CSV.', automatic: 'the last' }
const domain = { label: 'Domain', help: 'Where the examples come from, such as a camera; shown beside what is measured on them.' }
const resize = { label: 'Resize', help: 'Brings images of another size to that of the labelled data.', choices: yesNo }
const fraction = { label: 'Share used', help: 'Of the set, as a share of one.' }
const block = { label: 'Block', help: 'Counted from the first.', automatic: 'the last' }

/** Settings of a comparison of ways to train on few labels, and of what decorrelates their channels. */
export const channelDecorrelationConfig: FieldTexts = {
  'labels.ways': { label: 'Ways compared', help: 'Each is trained with every share of the labels and every seed; supervised training is what the others are held against.', choices: ways },
  'labels.fractions': { label: 'Shares of the labels', help: 'Of the training examples, whose labels are used; as shares of one.' },
  'labels.seeds': { label: 'Seeds', help: 'Runs of each way and share; at least 2 for an interval.', unit: 'runs' },
  'labels.firstSeed': { label: 'First seed', help: 'The runs of a way take this one and those after it.' },
  'labels.batchSize': { label: 'Batch size', help: 'Labelled examples per step.', unit: 'examples' },
  'labels.steps': { label: 'Steps', help: 'Of every run, however many labels it has.', unit: 'steps' },
  'labels.confidence': { label: 'Confidence', help: 'Of the intervals.' },
  'labels.budgetHours': { label: 'Budget', help: 'The comparison pauses when it has used them.', unit: 'hours', automatic: 'no limit' },
  'labels.hourlyRate': { label: 'Price of an hour', help: 'In your currency; for the forecast.', unit: 'per hour' },
  'labels.parallelRuns': { label: 'Runs side by side', help: '0 chooses by model and machine.', unit: 'runs' },

  'decorrelation.taskWeight': { label: 'Second loss: task', help: 'Weight of the task loss on labelled examples.' },
  'decorrelation.unlabelledWeight': { label: 'Third loss: unlabelled', help: 'Weight of the correlation between channels on unlabelled examples, in the ways that have it.' },
  'decorrelation.labelledWeight': { label: 'Fourth loss: labelled', help: 'Weight of the correlation between channels on labelled examples, in the ways that have it.' },
  'decorrelation.taskLoss': { label: 'Task loss', help: 'Distance of the output from the labels.', choices: { 'cross-entropy': 'Cross-entropy', 'squared-error': 'Squared error', correlation: '1 − their correlation over the classes' } },
  'decorrelation.measure': { label: 'Measure', help: 'How two channels vary together. A covariance also falls as channels shrink.', choices: { correlation: 'Correlation', covariance: 'Covariance' } },
  'decorrelation.penalty': { label: 'Penalty', help: 'Of each pair of channels.', choices: { squared: 'Squared', absolute: 'Absolute', 'smooth-absolute': 'Absolute, smooth at 0' } },
  'decorrelation.reduction': { label: 'Over all pairs', help: 'A sum grows with the square of the channels, and needs other weights.', choices: { mean: 'Mean', sum: 'Sum, as in the source', channel: 'Sum over the channels, as in VICReg' } },
  'decorrelation.varianceWeight': { label: 'Deviation hinge', help: 'Weight of what holds each channel’s deviation above 1, as in VICReg.' },
  'decorrelation.labelledTaps': { label: 'Features of labelled examples', help: 'Whose channels are compared.' },
  'decorrelation.labelledTaps.place': { label: 'Place', help: 'In the model.', choices: place },
  'decorrelation.labelledTaps.block': block,
  'decorrelation.labelledTaps.weight': { label: 'Weight', help: 'Of this feature among the others.' },
  'decorrelation.unlabelledTaps': { label: 'Features of unlabelled examples', help: 'Whose channels are compared.' },
  'decorrelation.unlabelledTaps.place': { label: 'Place', help: 'In the model.', choices: place },
  'decorrelation.unlabelledTaps.block': block,
  'decorrelation.unlabelledTaps.weight': { label: 'Weight', help: 'Of this feature among the others.' },
  'decorrelation.pooling': {
    label: 'Pooling',
    help: 'What one sample of a channel is.',
    choices: { average: 'Its mean over an example’s positions', maximum: 'Its maximum over them', positions: 'Its value at each position', subset: 'Its value at some positions', flatten: 'Each position a channel of its own' },
  },
  'decorrelation.positions': { label: 'Positions', help: 'Drawn of each example at every step.', unit: 'positions' },
  'decorrelation.centring': { label: 'Centring', help: 'Around one mean, what sets the data sets apart looks like a correlation.', choices: { stream: 'Each data set around its own mean', pooled: 'All around one mean' } },
  'decorrelation.deadLimit': { label: 'Dead channels', help: 'Left out below this share of the mean deviation.' },
  'decorrelation.labelledSets': { label: 'Further labelled sets', help: 'Of the same classes.' },
  'decorrelation.labelledSets.name': { label: 'Data set', help: 'One that comes with Loupe, or your own.', choices: bundled },
  'decorrelation.labelledSets.path': path,
  'decorrelation.labelledSets.labelColumn': labelColumn,
  'decorrelation.labelledSets.fraction': fraction,
  'decorrelation.labelledSets.batchSize': { label: 'Batch size', help: 'Of this set in each step, beside the run’s own.', unit: 'examples' },
  'decorrelation.labelledSets.domain': domain,
  'decorrelation.labelledSets.resize': resize,
  'decorrelation.unlabelledSets': { label: 'Unlabelled sets', help: 'Examples whose labels are not looked at.' },
  'decorrelation.unlabelledSets.name': { label: 'Data set', help: 'One that comes with Loupe, or your own.', choices: { training: 'The training examples, without their labels', ...bundled } },
  'decorrelation.unlabelledSets.path': path,
  'decorrelation.unlabelledSets.labelColumn': { label: 'Label column', help: 'Of a CSV: a column that is no input.', automatic: 'the last' },
  'decorrelation.unlabelledSets.fraction': fraction,
  'decorrelation.unlabelledSets.batchSize': { label: 'Batch size', help: 'Of this set in each step.', unit: 'examples' },
  'decorrelation.unlabelledSets.domain': domain,
  'decorrelation.unlabelledSets.resize': resize,
  'decorrelation.auxiliary': { label: 'Further networks', help: 'Read a feature and are trained beside the model; they are not part of it.' },
  'decorrelation.auxiliary.kind': { label: 'Network', help: 'A classifier is compared with the labels, a decoder with the input.', choices: { classifier: 'Classifier', decoder: 'Decoder' } },
  'decorrelation.auxiliary.place': { label: 'Reads', help: 'The feature at this place.', choices: place },
  'decorrelation.auxiliary.block': block,
  'decorrelation.auxiliary.hidden': { label: 'Hidden units', help: 'Of one layer; 0 for none.', unit: 'units' },
  'decorrelation.auxiliary.data': { label: 'Learns on', help: 'A decoder needs no labels.', choices: { labelled: 'Labelled examples', unlabelled: 'Unlabelled examples', both: 'Both' } },
  'decorrelation.auxiliary.weight': { label: 'Weight', help: 'Of its loss.' },
  'decorrelation.entropyWeight': { label: 'Entropy', help: 'Weight of the entropy of what is predicted of unlabelled examples.' },
  'decorrelation.consistencyWeight': { label: 'Consistency', help: 'Weight of the distance between predictions of two disturbed copies of an unlabelled example.' },
  'decorrelation.noise': { label: 'Noise of a copy', help: 'In deviations.' },
  'decorrelation.shift': { label: 'Shift of a copy', help: 'At most; of images.', unit: 'pixels' },
  'decorrelation.combine': { label: 'Backward passes', help: 'The gradients are the same, but for a norm to which each is cut.', choices: { 'weighted-sum': 'One, of the weighted sum', separate: 'One of each term' } },
  'decorrelation.termClipNorm': { label: 'Norm of each term', help: 'To which its weighted gradient is cut.', automatic: 'not cut', nullIs: 'off' },
  'decorrelation.statistics': { label: 'Batch norm', help: 'Whose examples move its running statistics.', choices: { labelled: 'Labelled ones', all: 'All' } },
  'decorrelation.warmupSteps': { label: 'Warm-up', help: 'Over which the weights of the third and fourth loss rise from 0.', unit: 'steps' },
  'decorrelation.probeExamples': { label: 'Probe', help: 'Examples of each data set on which channels are looked at, at each evaluation.', unit: 'examples' },
  'run.seed': { label: 'Seed', help: 'Of the initial weights, the order of the examples and dropout.' },
  'run.decorrelation': { label: 'Decorrelation', help: 'Trains the channels of features to repeat each other less.', automatic: 'The run decorrelates nothing.' },
  'run.decorrelation.labelFraction': { label: 'Share of the labels', help: 'Of the training examples, whose labels are used.' },
  'run.decorrelation.taskThreshold': { label: 'Threshold of the task loss', help: 'At or below it this loss is done; the run ends where all given thresholds are reached.', automatic: 'none', nullIs: 'off' },
  'run.decorrelation.unlabelledThreshold': { label: 'Threshold of the third loss', help: 'At or below it this loss is done.', automatic: 'none', nullIs: 'off' },
  'run.decorrelation.labelledThreshold': { label: 'Threshold of the fourth loss', help: 'At or below it this loss is done.', automatic: 'none', nullIs: 'off' },
}
