import { z } from './zod.ts'

/** Assumed of the values that are fitted (claim 6 of the source); `auto` takes the likeliest by AIC, for each unit by itself. */
export const fittedDistribution = z.enum(['normal', 'laplace', 'cauchy', 'student-t', 'auto'])
export type FittedDistribution = z.output<typeof fittedDistribution>

const ratio = z.number().positive().max(1).default(0.01).describe('fraction; of the values of each unit that is to be sent, 1 sends all')

/** How what is kept is written; the same for every compressor that keeps some of the values. */
const coding = {
  values: z.enum(['float32', 'float16', 'sign', 'uniform']).default('float32').describe('code; of a value that is sent: in full, in half, as its sign with one magnitude a side, or on a grid of `bits`'),
  bits: z.int().min(2).max(8).default(4).describe('bits; of a value coded "uniform", its sign included'),
  rounding: z.enum(['nearest', 'stochastic']).default('nearest').describe('rounding; of "uniform": stochastic is right in the mean'),
  positions: z.enum(['auto', 'index', 'bitmap']).default('auto').describe('code; of where the values stand: 32-bit indices or a bit for each element, auto takes the smaller for the ratio'),
}

/** Fits a distribution and takes the threshold from it: the method. */
export const fittedConfig = z.strictObject({
  kind: z.literal('fitted'),
  distribution: fittedDistribution.default('laplace').describe('distribution; assumed of the values'),
  ratio,
  side: z.enum(['both', 'upper', 'lower']).default('both').describe('side; values at or beyond the threshold on it are sent'),
  estimator: z.enum(['likelihood', 'quick']).default('likelihood').describe('estimator; of the constants: maximum likelihood, or quantiles and moments'),
  degreesOfFreedom: z.number().min(1).max(60).nullable().default(null).describe('1; of Student-t, null to fit it'),
  zeros: z.enum(['mixture', 'ignore']).default('mixture').describe('exact zeros; a share of their own beside the distribution, or values like others'),
  fitEvery: z.int().min(1).max(100_000).default(1).describe('steps, or exchanges of a window or of weight deltas; from one fit to the next'),
  fitSample: z.number().positive().max(1).default(1).describe('fraction; of the values that a fit looks at'),
  feedback: z.boolean().default(true).describe('yes or no; correct the threshold by what the last steps sent'),
  feedbackLow: z.number().positive().max(1).default(0.8).describe('1; sent over asked below which the threshold is lowered'),
  feedbackHigh: z.number().min(1).default(1.25).describe('1; sent over asked above which the threshold is raised'),
  ...coding,
})
const topK = z.strictObject({ kind: z.literal('top-k'), ratio, ...coding })
const randomK = z.strictObject({ kind: z.literal('random-k'), ratio, ...coding })
export const thresholdConfig = z.strictObject({ kind: z.literal('threshold'), threshold: z.number().positive().default(0.01).describe('unit of the values; magnitudes at or above it are sent'), ...coding })
export const sidcoConfig = z.strictObject({
  kind: z.literal('sidco'),
  ratio,
  stages: z.int().min(1).max(6).default(2).describe('fits; of an exponential, each to what lies beyond the one before'),
  ...coding,
})
export const qsgdConfig = z.strictObject({ kind: z.literal('qsgd'), levels: z.int().min(1).max(127).default(16).describe('levels; of a magnitude, rounded at random between two') })
const ternGrad = z.strictObject({ kind: z.literal('terngrad') })
const oneBit = z.strictObject({ kind: z.literal('one-bit') })
const dense = z.strictObject({ kind: z.literal('dense') })

/** What makes a message of a gradient: the method, and what it is held against. */
export const compressorConfig = z.discriminatedUnion('kind', [fittedConfig, topK, randomK, thresholdConfig, sidcoConfig, qsgdConfig, ternGrad, oneBit, dense])
export type CompressorConfig = z.output<typeof compressorConfig>
export type FittedConfig = z.output<typeof fittedConfig>

/** Data-parallel training: workers that exchange their gradients after each step, or how far their weights have moved after some. */
export const exchangeConfig = z.strictObject({
  workers: z.int().min(2).max(64).default(4).describe('workers; each trains on its share of every batch'),
  hosts: z.array(z.string().min(1)).max(64).default([]).describe('addresses; host:port of a `loupe worker` for each worker, none for replicas on this machine'),
  topology: z.enum(['all-gather', 'server']).default('all-gather').describe('topology; everybody gets every message, or the first worker adds them up and sends the sum'),
  target: z.enum(['gradient', 'weight-delta']).default('gradient').describe('target; of the compression: the gradient of each step, or how far a worker has moved its weights in some steps by itself'),
  localSteps: z.int().min(1).max(10_000).default(4).describe('steps; of "weight-delta": that each worker takes by itself from one exchange to the next'),
  compressor: compressorConfig.prefault({ kind: 'fitted' }),
  unit: z.enum(['tensor', 'layer', 'model']).default('layer').describe('unit; the values that are fitted and thresholded together'),
  minTensor: z.int().min(0).default(1000).describe('elements; smaller tensors are sent whole'),
  memory: z.enum(['residual', 'window', 'none']).default('residual').describe('memory; what is not sent stays for later steps, or all is summed up and sent every so many steps, or is lost; a window is for gradients only'),
  windowSteps: z.int().min(1).max(10_000).default(8).describe('steps; of "window": gradients summed up before they are sent'),
  momentum: z.enum(['receiver', 'worker']).default('receiver').describe('place; of the optimizer’s momentum, where gradients are exchanged: after the exchange, or at each worker before it (momentum correction)'),
  masking: z.boolean().default(true).describe('yes or no; forget a worker’s momentum where its value was sent'),
  clipNorm: z.number().positive().nullable().default(null).describe('nats per parameter unit; longest gradient of all workers, each clips to this over √workers before the memory, null for none'),
  warmupRatios: z.array(z.number().positive().max(1)).max(20).default([]).describe('fractions; kept in the first epochs, one an epoch, before the ratio holds'),
  startStep: z.int().min(0).default(0).describe('steps; sent dense before compression begins'),
  checkEvery: z.int().min(1).default(100).describe('steps; between two checks that all replicas are the same to the bit'),
  logEvery: z.int().min(1).default(100).describe('steps; between two logged histograms of gradients and errors'),
  whenWorkerLost: z.enum(['wait', 'go-on']).default('wait').describe('answer; to a worker that is gone: wait for it, or train on without it'),
  waitSeconds: z.number().positive().default(60).describe('s; that a call may take, and that a lost worker is waited for, before the run pauses'),
})
export type ExchangeConfig = z.output<typeof exchangeConfig>
