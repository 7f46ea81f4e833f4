import type { NoiseScaleConfig } from '../contract/run-config.ts'
import { compileGradientAccumulator } from './evaluation.ts'
import type { EvaluationOptions } from './evaluation.ts'
import { estimateNoise } from './noise-scale.ts'
import type { NoiseEstimate } from './noise-scale.ts'
import { Random } from './random.ts'
import type { VariableGroup } from './variables.ts'

/** Measures |G|² and tr Σ at the weights that the session holds. What it draws depends on the seed and the step alone. */
export type NoiseProbe = (at: { readonly seed: number; readonly step: number; readonly signal?: AbortSignal }) => Promise<NoiseEstimate>

/**
 * Compiles the two-batch estimate of the gradient noise: `shards` gradients on disjoint small batches at the same weights,
 * their mean being the gradient of the big batch.
 *
 * Forward passes are in training mode, with a new dropout mask a shard, for that is the noise which training sees; running
 * statistics stay as they are. The shards are drawn without putting back, which the estimate allows for.
 */
export function compileNoiseProbe(options: EvaluationOptions & { readonly sum: VariableGroup }, { smallBatch, shards }: NoiseScaleConfig): NoiseProbe {
  const population = options.objective.dataset.train.count
  const add = compileGradientAccumulator({ ...options, size: smallBatch, mode: 'training' })
  const weights = new Float32Array(smallBatch).fill(1)
  const order = new Int32Array(population)
  return async ({ seed, step, signal }) => {
    const random = Random.seeded(seed, `noise ${step}`)
    drawFirst({ order, count: smallBatch * shards, random })
    let [small, big] = [0, 0]
    for (let shard = 0; shard < shards; shard++) {
      signal?.throwIfAborted()
      const indices = order.slice(shard * smallBatch, (shard + 1) * smallBatch)
      const sums = await add({ indices, weights, share: 1 / smallBatch, isFirst: shard === 0, seed: Int32Array.of(random.bits(), random.bits()) })
      small += sums.ownSquared / shards
      big = sums.totalSquared / shards ** 2
    }
    return estimateNoise({ smallSquared: small, bigSquared: big, smallBatch, bigBatch: smallBatch * shards, population })
  }
}

/** Leaves `count` different numbers below the length of `order` at its beginning, each choice as likely as any other. */
export function drawFirst({ order, count, random }: { readonly order: Int32Array; readonly count: number; readonly random: Random }): void {
  for (let i = 0; i < order.length; i++) order[i] = i
  for (let i = 0; i < count; i++) {
    const j = i + random.integer(order.length - i)
    const held = order[i] ?? 0
    order[i] = order[j] ?? 0
    order[j] = held
  }
}
