import type { DecorrelationConfig } from '../../contract/decorrelation-config.ts'
import { LoupeError } from '../../contract/errors.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import type { Dataset } from '../datasets/dataset.ts'
import { createStack } from '../models/index.ts'
import { labelledCount } from './streams.ts'
import { channelsUnder } from './tap-samples.ts'
import { createTappedModel, tapName } from './tapped-model.ts'
import type { Tap } from './tapped-model.ts'

/** A matrix of more channels than this takes longer than the network. */
const MOST_CHANNELS = 4096
/** Of fewer samples every correlation is noise. */
const LEAST_EXAMPLES = 3

/**
 * Refuses a run that cannot decorrelate as its config says.
 *
 * Losses between channels are not sums over examples: of micro-batches or workers their gradients do not add up to that of the whole batch. Pooled
 * moments would give it ({@link poolMoments}, {@link lossShare}), at the price of a second pass over every part; runs that cut their batches up are
 * refused instead.
 *
 * @throws LoupeError `invalid-input` or `shape-mismatch`.
 */
export function checkDecorrelation(config: Pick<RunConfig, 'decorrelation' | 'distillation' | 'model' | 'optimizer' | 'exchange' | 'batchPolicy' | 'batchSize' | 'noiseScale'>, { shape, classes, train }: { readonly shape: Dataset['shape']; readonly classes: number; readonly train: { readonly count: number } }): void {
  const { decorrelation } = config
  if (decorrelation === null) return
  checkCompany(config)
  checkWeights(decorrelation)
  const labelled = labelledCount({ decorrelation }, train.count)
  if (config.batchSize > labelled) refuse(`The batch size ${config.batchSize} is above the ${labelled} labelled examples that a labelFraction of ${decorrelation.labelFraction} leaves. Lower the batch size or raise labelFraction.`, { batchSize: config.batchSize, labelled })
  if (decorrelation.labelledWeight > 0 && config.batchSize < LEAST_EXAMPLES) {
    refuse(`A correlation between channels needs ${LEAST_EXAMPLES} examples or more, and the batch has ${config.batchSize}. Raise batchSize, or set labelledWeight to 0.`, { batchSize: config.batchSize, least: LEAST_EXAMPLES })
  }
  const tapped = createTappedModel(createStack(config.model, shape, classes), decorrelation)
  for (const tap of tapped.taps) checkChannels(tap, decorrelation)
}

function checkCompany({ distillation, exchange, batchPolicy, optimizer, noiseScale }: Parameters<typeof checkDecorrelation>[0]): void {
  if (distillation !== null) refuse('A run distils or decorrelates, not both yet. Set distillation or decorrelation to null.', { distillation: true })
  if (exchange !== null) refuse('A loss between channels is not the sum of those of the workers\' shares, so workers that exchange gradients do not decorrelate. Set exchange to null, or decorrelation to null.', { exchange: true })
  if (batchPolicy !== null) refuse('A loss between channels is not the sum of those of micro-batches, and a batch policy may cut its batches up. Set batchPolicy to null, or decorrelation to null.', { batchPolicy: batchPolicy.kind })
  if (optimizer.kind === 'armijo') refuse('An Armijo line search judges one loss, and a run that decorrelates has several. Choose another optimizer.', { optimizer: optimizer.kind })
  if (noiseScale.enabled || noiseScale.smoothnessIterations > 0) refuse('The noise scale and the smoothness are those of the task loss alone, and a run that decorrelates has several. Set noiseScale.enabled to false and noiseScale.smoothnessIterations to 0.', { noiseScale: true })
}

function checkWeights(config: DecorrelationConfig): void {
  const { taskWeight, unlabelledWeight, labelledWeight, varianceWeight, entropyWeight, consistencyWeight, auxiliary, unlabelledSets, combine, termClipNorm } = config
  const trainsAux = auxiliary.some(({ weight }) => weight > 0)
  if ([taskWeight, unlabelledWeight, labelledWeight, entropyWeight, consistencyWeight].every((weight) => weight === 0) && !trainsAux) {
    refuse('The weights of all losses are 0, so nothing would be learnt. Raise taskWeight, unlabelledWeight or labelledWeight.', { taskWeight, unlabelledWeight, labelledWeight })
  }
  if (varianceWeight > 0 && unlabelledWeight === 0 && labelledWeight === 0) refuse('varianceWeight holds the deviations of decorrelated channels, and none are decorrelated. Raise unlabelledWeight or labelledWeight, or set varianceWeight to 0.', { varianceWeight })
  if (unlabelledSets.length === 0) {
    const needing = ([['unlabelledWeight', unlabelledWeight], ['entropyWeight', entropyWeight], ['consistencyWeight', consistencyWeight]] as const).find(([, weight]) => weight > 0)?.[0] ?? (auxiliary.some(({ data, weight }) => data !== 'labelled' && weight > 0) ? 'a network on unlabelled data' : null)
    if (needing !== null) refuse(`${needing} needs unlabelled examples (figures 3A and 3B of the source), and unlabelledSets is empty. Add a set, "training" for the run's own examples without their labels, or set the weight to 0 (figure 3C).`, { needing })
  }
  const odd = auxiliary.find(({ kind, data }) => kind === 'classifier' && data !== 'labelled')
  if (odd !== undefined) refuse(`A classifier beside the model needs labels, and its data are "${odd.data}". Set data to "labelled", or choose a decoder.`, { data: odd.data })
  if (termClipNorm !== null && combine !== 'separate') refuse('termClipNorm cuts the gradient of each term, and with combine "weighted-sum" there is one gradient. Set combine to "separate", or termClipNorm to null.', { termClipNorm, combine })
}

function checkChannels(tap: Tap, config: DecorrelationConfig): void {
  const channels = channelsUnder(config, tap.shape)
  const where = tapName(tap)
  if (channels < 2) throw new LoupeError('shape-mismatch', `The feature of ${where} has ${channels} ${channels === 1 ? 'channel' : 'channels'}, and decorrelation compares them in pairs. Choose another block, or a wider one.`, { block: tap.block, channels })
  if (channels <= MOST_CHANNELS) return
  throw new LoupeError('shape-mismatch', `With the pooling "${config.pooling}" the feature of ${where} has ${channels} channels, and their matrix is limited to ${MOST_CHANNELS}. Choose the pooling "average", or a narrower block.`, { block: tap.block, channels, most: MOST_CHANNELS })
}

function refuse(message: string, facts: Readonly<Record<string, unknown>>): never {
  throw new LoupeError('invalid-input', message, facts)
}
