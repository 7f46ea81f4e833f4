import { scaledOrZero, squaredNorm } from '../tensorflow/ops.ts'
import { tf } from '../tensorflow/tf.ts'
import type { HostArrays } from '../tensorflow/runtime.ts'
import { fillChunk, planChunks } from './chunks.ts'
import type { EvaluationOptions } from './evaluation.ts'
import { lossAndGradients, readBatch } from './objective.ts'
import { drawFirst } from './noise-probe.ts'
import { Random } from './random.ts'
import { assignTensors, readTensors, writeGroup } from './variables.ts'
import type { VariableGroup } from './variables.ts'

/** Measures the smoothness L at the weights that the session holds. What it draws depends on the seed and the step alone. */
export type SmoothnessProbe = (at: { readonly seed: number; readonly step: number; readonly signal?: AbortSignal }) => Promise<number>

export interface SmoothnessOptions extends EvaluationOptions {
  /** Where gradients are added up. */
  readonly sum: VariableGroup
  /** Where the direction is kept: same names and shapes as the parameters. */
  readonly direction: VariableGroup
  /** Hessian products at most, two gradients each. */
  readonly iterations: number
}

/** Examples that the Hessian is taken over, drawn anew at each step: a larger sample moves L by little. */
const SAMPLE = 1024
/** The iteration ends when L moves by less than this share. */
const PRECISION = 0.005
/** Half the distance between the two gradients, as a share of |θ|: float32 gradients need a wide one. */
const RELATIVE_SHIFT = 1e-3

/**
 * Compiles an estimate of the smoothness L, the largest absolute curvature of the mean training loss in any direction.
 *
 * Power iteration on the Hessian H, whose products come from two gradients, for kernels have no second derivatives:
 *
 *     Hv ≈ (∇f(θ + rv) − ∇f(θ − rv)) / 2r        v ← Hv/|Hv|        L ≈ |Hv|
 *
 * f is the mean loss over up to 1,024 training examples in evaluation mode. The estimate comes from below: a random start
 * takes some tens of products where the largest curvatures lie close together.
 *
 * @returns L, in nats per (parameter unit)². 0 where the loss is flat.
 */
export function compileSmoothnessProbe(options: SmoothnessOptions): SmoothnessProbe {
  const { session, objective, direction, iterations } = options
  const { train } = objective.dataset
  const examples = Math.min(SAMPLE, train.count)
  const chunks = planChunks({ examples, activationBytesPerExample: 2 * objective.model.cost.activationBytesPerExample })
  const add = compileShiftedGradient(options, chunks.size)
  const turn = compileTurn(options)
  const parameters = objective.model.init(Random.seeded(0))
  const order = new Int32Array(train.count)
  const positions = new Int32Array(chunks.size)
  const weights = new Float32Array(chunks.size)

  return async ({ seed, step, signal }) => {
    const random = Random.seeded(seed, `smoothness ${step}`)
    drawFirst({ order, count: examples, random })
    await writeGroup(session, direction.prefix, randomDirection(parameters, random))
    const start = await turn({ isStart: 1 })
    const shift = RELATIVE_SHIFT * Math.max(1, Math.sqrt(start.parametersSquared))
    let smoothness = 0
    for (let iteration = 0; iteration < iterations; iteration++) {
      for (const sign of [1, -1]) {
        for (let chunk = 0; chunk < chunks.count; chunk++) {
          signal?.throwIfAborted()
          fillChunk({ chunks, chunk, indices: positions, weights })
          const indices = positions.map((position) => order[position] ?? 0)
          await add({ indices, weights, shift: sign * shift, share: sign / (2 * shift * examples), keep: sign === 1 && chunk === 0 ? 0 : 1 })
        }
      }
      const before = smoothness
      smoothness = Math.sqrt((await turn({ isStart: 0 })).sumSquared)
      if (!(Math.abs(smoothness - before) > PRECISION * smoothness)) break // also where L is 0 or not a number
    }
    return smoothness
  }
}

/** Adds share·Σ∇ at θ + shift·v to the sum. */
function compileShiftedGradient({ session, objective, variables, sum, direction }: SmoothnessOptions, size: number) {
  const scalar = { shape: [], type: 'float32' } as const
  const compiled = session.compile({
    name: `curvature-batch-${size}`,
    inputs: { indices: { shape: [size], type: 'int32' }, weights: { shape: [size], type: 'float32' }, shift: scalar, share: scalar, keep: scalar },
    trace(context) {
      const { indices, weights, shift, share, keep } = context.inputs
      const along = readTensors(context, direction)
      const parameters = Object.fromEntries(Object.entries(readTensors(context, variables.parameters)).map(([name, value]) => [name, tf.add(value, tf.mul(shift, along[name] as tf.Tensor))])) // the same names
      const batch = readBatch(context, objective, 'train', indices as tf.Tensor1D) // as declared
      const point = { objective, parameters, statistics: readTensors(context, variables.statistics), batch, seed: tf.tensor1d([0, 0], 'int32'), training: false }
      const { gradients, loss } = lossAndGradients(point, weights as tf.Tensor1D) // as declared
      const before = readTensors(context, sum)
      const after = Object.fromEntries(Object.entries(before).map(([name, value]) => [name, tf.add(scaledOrZero(value, keep), tf.mul(gradients[name] as tf.Tensor, share))])) // the same names
      assignTensors(context, sum, { before, after })
      return { loss }
    },
  })
  return compiled.run
}

/** Makes the sum (at the start the direction itself) the new direction, of length 1. */
function compileTurn({ session, variables, sum, direction }: SmoothnessOptions) {
  const compiled = session.compile({
    name: 'curvature-turn',
    inputs: { isStart: { shape: [], type: 'float32' } },
    trace(context) {
      const { isStart } = context.inputs
      const before = readTensors(context, direction)
      const sums = readTensors(context, sum)
      const next = Object.fromEntries(Object.entries(before).map(([name, value]) => [name, tf.where(tf.greater(isStart, 0.5), value, sums[name] as tf.Tensor)])) // the same names
      const length = tf.maximum(tf.sqrt(squaredNorm(Object.values(next))), 1e-30)
      assignTensors(context, direction, { before, after: Object.fromEntries(Object.entries(next).map(([name, value]) => [name, tf.div(value, length)])) })
      return { sumSquared: squaredNorm(Object.values(sums)), parametersSquared: squaredNorm(Object.values(readTensors(context, variables.parameters))) }
    },
  })
  return async (inputs: { readonly isStart: number }) => {
    const { sumSquared, parametersSquared } = await compiled.run(inputs)
    return { sumSquared: sumSquared[0] ?? 0, parametersSquared: parametersSquared[0] ?? 0 }
  }
}

function randomDirection(parameters: HostArrays, random: Random): HostArrays {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, values }]) => [name, { shape, type: 'float32', values: Float32Array.from({ length: values.length }, () => random.normal()) }]),
  )
}

/**
 * What an Armijo line search says of the smoothness: the accepted step size bounds it from above, the last one refused
 * from below.
 *
 *     2(1 − c)/α_refused < L ≤ 2(1 − c)/α_accepted
 *
 * Exact on a quadratic whose only curvature is L; elsewhere L is the curvature along the gradient. `low` is 0 where no try
 * was refused.
 *
 * @example c 0.1, accepted 0.43046721 after 0.4782969 was refused: 3.76 < L ≤ 4.18 (the truth is 4)
 */
export function smoothnessBracket({ c, accepted, refused }: { readonly c: number; readonly accepted: number; readonly refused: number | null }): { readonly low: number; readonly high: number } {
  return { low: refused === null ? 0 : (2 * (1 - c)) / refused, high: (2 * (1 - c)) / accepted }
}
