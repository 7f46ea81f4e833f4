import { z } from './zod.ts'

const learningRate = (value: number) => z.number().positive().max(1000).default(value).describe('1; step size at the reference batch size')
const weightDecay = z.number().min(0).max(1).default(0).describe('1; L2 penalty added to the gradient')
const beta = (value: number) => z.number().min(0).lt(1).default(value)

/**
 * SGD whose step size an Armijo line search finds anew at each step.
 *
 * Accepts the first α in α₀, δα₀, δ²α₀, … with f_B(θ − αg) ≤ f_B(θ) − cα|g|².
 *
 * @see Vaswani et al. 2019, arXiv:1905.09997; Tsukada and Iiduka 2025, arXiv:2307.13831.
 */
export const armijoConfig = z
  .strictObject({
    kind: z.literal('armijo'),
    c: z.number().gt(0).lt(1).default(0.1).describe('fraction; share of the predicted decrease that a step must reach'),
    delta: z.number().gt(0).lt(1).default(0.9).describe('factor; shrinks a refused step size'),
    initialStep: z.number().positive().max(1e6).default(1).describe('1; α₀, first step size tried at the first step'),
    maxStep: z.number().positive().max(1e6).default(10).describe('1; largest step size tried'),
    resetRule: z.enum(['grow', 'keep', 'epoch-mean', 'initial']).default('grow').describe('rule; where the next search starts: last α·2^(batch/examples), last α, twice the last epoch’s mean, or α₀'),
    maxTries: z.int().min(1).max(1000).default(100).describe('tries; step sizes tried before the fallback'),
    fallbackStep: z.number().positive().max(1).default(1e-6).describe('1; step size where no try was accepted'),
    searchBatch: z.enum(['same', 'independent']).default('same').describe('batch; the examples on which a try is judged'),
  })
  .check((context) => {
    const { initialStep, maxStep } = context.value
    if (initialStep > maxStep) {
      context.issues.push({ code: 'custom', message: `initialStep ${initialStep} is above maxStep ${maxStep}; lower it`, path: ['initialStep'], input: initialStep })
    }
  })

/** How a gradient becomes an update. */
export const optimizerConfig = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sgd'), learningRate: learningRate(0.1), weightDecay }),
  z.strictObject({ kind: z.literal('momentum'), learningRate: learningRate(0.05), momentum: beta(0.9).describe('1; share of the last update kept'), weightDecay }),
  z.strictObject({ kind: z.literal('nesterov'), learningRate: learningRate(0.05), momentum: beta(0.9).describe('1; share of the last update kept'), weightDecay }),
  z.strictObject({ kind: z.literal('adam'), learningRate: learningRate(0.001), beta1: beta(0.9).describe('1; decay of the mean'), beta2: beta(0.999).describe('1; decay of the mean square'), epsilon: z.number().positive().default(1e-8).describe('1; keeps the division finite'), weightDecay }),
  z.strictObject({ kind: z.literal('adamw'), learningRate: learningRate(0.001), beta1: beta(0.9).describe('1; decay of the mean'), beta2: beta(0.999).describe('1; decay of the mean square'), epsilon: z.number().positive().default(1e-8).describe('1; keeps the division finite'), weightDecay: z.number().min(0).max(1).default(0.01).describe('1; decoupled decay, times the learning rate') }),
  armijoConfig,
])
export type OptimizerConfig = z.output<typeof optimizerConfig>
export type OptimizerKind = OptimizerConfig['kind']
export type ArmijoConfig = z.output<typeof armijoConfig>

/** How the learning rate moves over a run, in examples seen, and with the batch size. Ignored by Armijo, which finds its own. */
export const scheduleConfig = z.strictObject({
  kind: z.enum(['constant', 'linear', 'cosine', 'step']).default('constant').describe('shape; after the warm-up'),
  warmupExamples: z.int().min(0).default(0).describe('examples; the learning rate rises linearly from 0'),
  decayExamples: z.int().min(1).nullable().default(null).describe('examples; length of the decay, null for the whole run; for "step", between two drops'),
  decayFactor: z.number().gt(0).max(1).default(0.1).describe('factor; at each drop of "step"; the end value of "linear" and "cosine" as a share'),
  coupling: z.enum(['none', 'linear', 'sqrt']).default('none').describe('rule; learning rate times (batch/reference)^0, ^1 or ^½'),
  referenceBatchSize: z.int().min(1).default(64).describe('examples; batch size at which the learning rate stands as written'),
})
export type ScheduleConfig = z.output<typeof scheduleConfig>
