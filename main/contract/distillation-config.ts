import { z } from './zod.ts'

const weight = z.number().min(0).max(1e6)

/** Where the parameters of an extractor come from at the first step. */
export const extractorInit = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('random') }),
  z.strictObject({
    kind: z.literal('run'),
    run: z.string().min(1).describe('run; whose last checkpoint holds the trained parameters'),
    partial: z.boolean().default(false).describe('yes or no; take what fits and start the rest at random, instead of refusing a checkpoint of another architecture'),
  }),
  z.strictObject({ kind: z.literal('copy-front') }),
])
export type ExtractorInit = z.output<typeof extractorInit>

/** A pair of blocks whose features are compared: the first extractor's is drawn towards the second's. */
export const tapPair = z.strictObject({
  front: z.int().min(1).nullable().default(null).describe('block; of the first extractor, null for the last one of each student'),
  rear: z.int().min(1).nullable().default(null).describe('block; of the second extractor, counted from its own first one, null for its last'),
  weight: weight.default(1).describe('weight; of this pair among the others'),
})
export type TapPair = z.output<typeof tapPair>

export const featureLossKind = z.enum(['mse', 'smooth-l1', 'cosine', 'relation', 'cka', 'attention'])
export type FeatureLossKind = z.output<typeof featureLossKind>

export const featureNormalization = z.enum(['auto', 'layer-norm', 'l2', 'none'])
export type FeatureNormalization = z.output<typeof featureNormalization>

/**
 * Training a first extractor (front) towards the feature of a second one (rear) that is stacked on it.
 *
 * The run's model is the whole chain; a student is its first `depth` blocks with a head of its own. One student is the source's method; several are
 * the exits of self-distillation within one network (Zhang et al. 2019, arXiv:1905.08094).
 */
export const distillationConfig = z.strictObject({
  students: z.array(z.int().min(1)).min(1).max(16).default([2]).describe('blocks; after which a student ends, the rest of the model is its second extractor; the first one named is the run’s own'),
  taps: z.array(tapPair).min(1).max(16).prefault([{}]).describe('pairs; of blocks whose features are compared'),
  featureLoss: featureLossKind.default('mse').describe('loss; distance between the two features'),
  normalization: featureNormalization.default('auto').describe('normalization; of both features before they are compared, without trained parameters; auto is layer-norm, and none for the attention loss, which a norm would make 0'),
  adaptor: z.enum(['auto', 'none']).default('auto').describe('adaptor; a trained linear map where the features differ in shape, or a refusal'),
  frontWeight: weight.default(1).describe('weight; of the students’ own task loss'),
  rearWeight: weight.default(1).describe('weight; of the task loss of the whole chain'),
  featureWeight: weight.default(1).describe('weight; of the feature loss'),
  logitWeight: weight.default(0).describe('weight; of the soft targets that the whole chain gives its students'),
  temperature: z.number().positive().max(1000).default(3).describe('1; divides the logits of the soft targets'),
  warmupEpochs: z.number().min(0).default(5).describe('epochs; over which the weights of features and soft targets rise from 0'),
  finalFactor: z.number().min(0).max(100).default(1).describe('1; what those weights are multiplied by at the end, reached in a straight line after the warm-up'),
  mode: z
    .enum(['cut', 'joint', 'alternate', 'two-phase'])
    .default('cut')
    .describe('routes; "cut": no gradient from the second extractor into the first, "joint": that one too, "alternate": each in turn for some steps, "two-phase": first the second extractor, then the first'),
  alternateSteps: z.int().min(1).max(100_000).default(50).describe('steps; of each extractor in turn, for "alternate"'),
  rearEpochs: z.number().min(0).default(2).describe('epochs; of the second extractor alone, for "two-phase"'),
  teacher: z.enum(['online', 'frozen', 'ema']).default('online').describe('teacher; what gives the target: the chain as it trains, with a second extractor that does not, or a running mean of the chain'),
  emaDecay: z.number().min(0).lt(1).default(0.999).describe('1; of the running mean, a step'),
  stopGradient: z.boolean().default(true).describe('yes or no; the target is a constant; without it both features may fall to a constant'),
  frontInit: extractorInit.prefault({ kind: 'random' }),
  rearInit: extractorInit.prefault({ kind: 'random' }),
  stopOnCollapse: z.boolean().default(false).describe('yes or no; end the run once a feature has collapsed'),
  probeExamples: z.int().min(2).max(4096).default(256).describe('examples; of the validation data, or the training data, on which features are compared at each evaluation'),
})
export type DistillationConfig = z.output<typeof distillationConfig>
export type DistillationConfigInput = z.input<typeof distillationConfig>
