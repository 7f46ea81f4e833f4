import { bundledDatasets } from './dataset-config.ts'
import { z } from './zod.ts'

const weight = z.number().min(0).max(1e6)
const fraction = z.number().gt(0).max(1)
/** Correlations of two samples are 1 or −1 whatever they are. */
const streamBatch = z.int().min(3).max(65536)
const domain = z.string().max(60).default('').describe('domain; where the examples come from, such as a camera or a hospital; shown beside what is measured on them')
const resize = z.boolean().default(false).describe('yes or no; bring images of another size to that of the labelled data by linear interpolation, instead of refusing them')

/** A feature whose channels are compared. */
export const channelTap = z.strictObject({
  place: z.enum(['block', 'output']).default('block').describe('place; after a block of the model, or its output (the logits)'),
  block: z.int().min(1).nullable().default(null).describe('block; counted from the first, null for the last (only with "block")'),
  weight: weight.default(1).describe('weight; of this feature among the others'),
})
export type ChannelTap = z.output<typeof channelTap>

/** Further labelled examples, beside the run’s own data set: of the same classes. */
export const labelledSet = z
  .strictObject({
    name: z.enum([...bundledDatasets, 'file']).default('mnist-10k').describe('data set; a bundled one, or "file" with path'),
    path: z.string().min(1).nullable().default(null).describe('path; your own data (only with name "file")'),
    labelColumn: z.string().min(1).nullable().default(null).describe('CSV column; the column that holds the label, null for the last'),
    fraction: fraction.default(1).describe('fraction; of the set that is used'),
    batchSize: streamBatch.default(64).describe('examples; of this set in each step, beside the run’s batch'),
    domain,
    resize,
  })
  .check(pathGoesWithFile)
export type LabelledSet = z.output<typeof labelledSet>

/** Examples whose labels are not looked at. */
export const unlabelledSet = z
  .strictObject({
    name: z.enum(['training', ...bundledDatasets, 'file']).default('training').describe('data set; "training" is the run’s own training examples without their labels, those that are not used with labels among them'),
    path: z.string().min(1).nullable().default(null).describe('path; your own data (only with name "file")'),
    labelColumn: z.string().min(1).nullable().default(null).describe('CSV column; a column that is no input, null for the last'),
    fraction: fraction.default(1).describe('fraction; of the set that is used'),
    batchSize: streamBatch.default(128).describe('examples; of this set in each step'),
    domain,
    resize,
  })
  .check(pathGoesWithFile)
export type UnlabelledSet = z.output<typeof unlabelledSet>

/** A further network on a feature, trained at the same time; it is not part of the model that comes out. */
export const auxiliaryNet = z.strictObject({
  kind: z.enum(['classifier', 'decoder']).default('classifier').describe('network; a classifier is compared with the labels, a decoder with the input itself'),
  place: z.enum(['block', 'output']).default('block').describe('place; of the feature that it reads'),
  block: z.int().min(1).nullable().default(null).describe('block; whose feature it reads, null for the last (only with "block")'),
  hidden: z.int().min(0).max(65536).default(0).describe('units; of a hidden layer, 0 for none'),
  data: z.enum(['labelled', 'unlabelled', 'both']).default('labelled').describe('data; on which a decoder learns; a classifier needs labels'),
  weight: weight.default(0.1).describe('weight; of its loss'),
})
export type AuxiliaryNet = z.output<typeof auxiliaryNet>

export const taskLossKind = z.enum(['cross-entropy', 'squared-error', 'correlation'])
export type TaskLossKind = z.output<typeof taskLossKind>

export const channelPooling = z.enum(['average', 'maximum', 'positions', 'subset', 'flatten'])
export type ChannelPoolingKind = z.output<typeof channelPooling>

/**
 * Training a network so that the channels of its features repeat each other less, on labelled and unlabelled examples.
 *
 * The terms are numbered as in the source: the second is the task, the third decorrelates unlabelled examples, the fourth labelled ones. Each has a
 * weight; 0 leaves it out. Its figures: 3A is task and third, 3B all, 3C task and fourth.
 */
export const decorrelationConfig = z.strictObject({
  taskWeight: weight.default(1).describe('weight; of the task loss on labelled examples (second loss)'),
  unlabelledWeight: weight.default(0.1).describe('weight; of the correlation between channels on unlabelled examples (third loss)'),
  labelledWeight: weight.default(0.1).describe('weight; of the correlation between channels on labelled examples (fourth loss)'),
  taskLoss: taskLossKind.default('cross-entropy').describe('loss; distance of the output from the labels: cross-entropy, squared error, or 1 minus their correlation over the classes'),
  measure: z.enum(['correlation', 'covariance']).default('correlation').describe('measure; of how two channels vary together; a covariance also falls as channels shrink, and is there to be compared with'),
  penalty: z.enum(['squared', 'absolute', 'smooth-absolute']).default('squared').describe('penalty; of each pair of channels'),
  reduction: z.enum(['mean', 'sum', 'channel']).default('mean').describe('reduction; mean over pairs, sum over pairs as in the source, or sum over the channels (VICReg)'),
  varianceWeight: weight.default(0).describe('weight; of a hinge that holds each channel’s deviation above 1, on all examples that are decorrelated (VICReg)'),
  labelledTaps: z.array(channelTap).min(1).max(16).prefault([{}]).describe('features; whose channels are compared on labelled examples'),
  unlabelledTaps: z.array(channelTap).min(1).max(16).prefault([{}]).describe('features; whose channels are compared on unlabelled examples'),
  pooling: channelPooling.default('average').describe('pooling; what a channel’s sample is: its mean or maximum over an example’s positions, its value at each position, at some of them, or each position as a channel of its own'),
  positions: z.int().min(1).max(4096).default(8).describe('positions; drawn of each example at every step, for the pooling "subset"'),
  centring: z.enum(['stream', 'pooled']).default('stream').describe('centring; each data set around its own mean, or all around one, which makes what sets them apart look like a correlation'),
  deadLimit: z.number().min(0).max(1).default(1e-4).describe('share; of the mean deviation below which a channel is dead and left out'),
  labelFraction: fraction.default(1).describe('fraction; of the training examples whose labels are used'),
  labelledSets: z.array(labelledSet).max(4).default([]).describe('data sets; further labelled ones'),
  unlabelledSets: z.array(unlabelledSet).max(4).prefault([{}]).describe('data sets; whose labels are not looked at'),
  auxiliary: z.array(auxiliaryNet).max(4).default([]).describe('networks; that read a feature and are trained beside the model'),
  entropyWeight: weight.default(0).describe('weight; of the entropy of what is predicted of unlabelled examples'),
  consistencyWeight: weight.default(0).describe('weight; of the distance between what is predicted of two disturbed copies of an unlabelled example'),
  noise: z.number().min(0).max(10).default(0.1).describe('deviations; of the noise that disturbs a copy'),
  shift: z.int().min(0).max(64).default(2).describe('pixels; by which the copies of images are shifted at most'),
  combine: z.enum(['weighted-sum', 'separate']).default('weighted-sum').describe('combination; one backward pass of the weighted sum, or one of each term; the gradients are the same but for termClipNorm'),
  termClipNorm: z.number().positive().nullable().default(null).describe('norm; to which each term’s weighted gradient is cut, null for none (only with "separate")'),
  statistics: z.enum(['labelled', 'all']).default('labelled').describe('data; that move the running statistics of batch norm'),
  warmupSteps: z.int().min(0).default(500).describe('steps; over which the weights of the third and fourth loss rise from 0'),
  taskThreshold: z.number().min(0).nullable().default(null).describe('loss; of the task at which the run may end, null for none; it ends where all that are given are reached'),
  unlabelledThreshold: z.number().min(0).nullable().default(null).describe('loss; the third at which the run may end, null for none'),
  labelledThreshold: z.number().min(0).nullable().default(null).describe('loss; the fourth at which the run may end, null for none'),
  probeExamples: z.int().min(8).max(4096).default(512).describe('examples; of each data set, on which channels are looked at at each evaluation'),
})
export type DecorrelationConfig = z.output<typeof decorrelationConfig>
export type DecorrelationConfigInput = z.input<typeof decorrelationConfig>

/** True where the loss has a term on unlabelled examples. */
export function usesUnlabelled({ unlabelledWeight, entropyWeight, consistencyWeight, auxiliary }: DecorrelationConfig): boolean {
  return unlabelledWeight > 0 || entropyWeight > 0 || consistencyWeight > 0 || auxiliary.some(({ data, weight: share }) => data !== 'labelled' && share > 0)
}

function pathGoesWithFile(context: { readonly value: { readonly name: string; readonly path: string | null }; readonly issues: z.core.$ZodRawIssue[] }): void {
  const { name, path } = context.value
  if (name === 'file' && path === null) context.issues.push({ code: 'custom', message: 'the data set "file" needs a path to your own data', path: ['path'], input: path })
  if (name !== 'file' && path !== null) context.issues.push({ code: 'custom', message: `the data set "${name}" comes with Loupe; to read your own data from a path, set name to "file"`, path: ['name'], input: name })
}
