import type * as TensorFlow from '@tensorflow/tfjs'
import type { DistillationConfig } from '../../contract/distillation-config.ts'
import type { FeatureReading, PairReading, RouteReading } from '../../contract/distillation-records.ts'
import { reachedGradients, squaredNorm } from '../../tensorflow/ops.ts'
import type { Session } from '../../tensorflow/runtime.ts'
import { tf } from '../../tensorflow/tf.ts'
import { readRange } from '../objective.ts'
import type { Objective } from '../objective.ts'
import type { Split } from '../resident-data.ts'
import type { TrainedVariables } from '../training-step.ts'
import { readTensors } from '../variables.ts'
import type { VariableGroup } from '../variables.ts'
import type { Chain } from './chain.ts'
import { lossParts, pairLoss } from './chain-loss.ts'
import type { LossParts } from './chain-loss.ts'
import { effectiveRank, varianceBetweenExamples, linearCka, meanCosine } from './similarity.ts'

export interface ProbeOptions {
  readonly session: Session
  readonly chain: Chain
  readonly config: DistillationConfig
  readonly objective: Objective
  readonly variables: Pick<TrainedVariables, 'parameters' | 'statistics'>
  readonly mean: VariableGroup | null
  readonly split: Split
  readonly examples: number
}

export interface ChainReadings {
  readonly pairs: readonly PairReading[]
  readonly features: readonly FeatureReading[]
  readonly routes: RouteReading
  /** CKA of the feature after each block with that after each other. */
  readonly similarity: readonly (readonly number[])[]
}

/** @param factor  What the weights of features and soft targets are multiplied by now. */
export type ChainProbe = (factor: number) => Promise<ChainReadings>

/** The routes by which gradients reach the first extractor, and the weight each has in the loss. */
const ROUTES = [
  ['front', 'frontWeight'],
  ['rear', 'rearWeight'],
  ['feature', 'featureWeight'],
  ['logits', 'logitWeight'],
] as const satisfies readonly (readonly [keyof RouteReading & keyof LossParts, keyof DistillationConfig])[]

/**
 * Compiles what is looked at in a chain at each evaluation, on the first examples of a split and in evaluation mode: how alike the features are,
 * how much each says, and how long the gradients are that reach the first extractor by each route, under the weights in force.
 */
export function compileProbe({ session, chain, config, objective, variables, mean, split, examples }: ProbeOptions): ChainProbe {
  const { depth } = chain
  const depths = [...new Set([...chain.students, depth])].toSorted((a, b) => a - b)
  const couples = Array.from({ length: depth }, (_, i) => Array.from({ length: depth - i - 1 }, (_, j) => [i, i + 1 + j] as const)).flat()
  const asked = ROUTES.filter(([route, weight]) => config[weight] > 0 && (route !== 'rear' || config.mode === 'joint'))
  const compiled = session.compile({
    name: `probe-chain-${split}`,
    inputs: {},
    trace(context) {
      const batch = readRange(context, objective, split, { start: tf.scalar(0, 'int32'), count: examples })
      const [parameters, statistics] = [readTensors(context, variables.parameters), readTensors(context, variables.statistics)]
      const mode = { training: false, seed: tf.tensor1d([0, 0], 'int32') }
      const pass = (values: typeof parameters, isHeadless = false) => chain.forward(values, statistics, batch.x, { front: mode, rear: mode, isCut: config.mode !== 'joint', isHeadless })
      const forward = pass(parameters)
      const averaged = mean === null ? null : pass(readTensors(context, mean), true)
      const teacher = averaged ?? forward
      const routeNorm = (route: keyof LossParts): TensorFlow.Tensor => {
        const { gradients } = reachedGradients((...values) => {
          const named = { ...parameters, ...Object.fromEntries(chain.frontNames.map((name, i) => [name, values[i]!])) } // as many as names
          const moved = pass(named)
          const parts = lossParts({ chain, config, labelSmoothing: objective.labelSmoothing, parameters: named, labels: batch.labels, forward: moved, teacher: averaged ?? moved })
          return parts[route]! // asked for where its weight is not 0
        }, chain.frontNames.map((name) => parameters[name]!)) // the chain's own names
        const reached = gradients.filter((gradient) => gradient !== null)
        return reached.length === 0 ? tf.scalar(0) : tf.sqrt(squaredNorm(reached))
      }
      return {
        losses: tf.stack(chain.pairs.map((pair) => pairLoss({ pair, config, parameters, forward, target: teacher.features[pair.rear - 1]! }))),
        cosines: tf.stack(chain.pairs.map(({ front, rear, adaptor }) => (adaptor === null ? meanCosine(forward.features[front - 1]!, teacher.features[rear - 1]!) : tf.scalar(0)))),
        ckas: tf.stack(chain.pairs.map(({ front, rear }) => linearCka(forward.features[front - 1]!, teacher.features[rear - 1]!))),
        variances: tf.stack(depths.map((at) => varianceBetweenExamples(forward.features[at - 1]!))),
        ranks: tf.stack(depths.map((at) => effectiveRank(forward.features[at - 1]!))),
        similarity: couples.length === 0 ? tf.zeros([1]) : tf.stack(couples.map(([i, j]) => linearCka(forward.features[i]!, forward.features[j]!))),
        routes: asked.length === 0 ? tf.zeros([1]) : tf.stack(asked.map(([route]) => routeNorm(route))),
      }
    },
  })
  return async (factor) => {
    const { losses, cosines, ckas, variances, ranks, similarity, routes } = await compiled.run({})
    const norm = (route: keyof RouteReading): number | null => {
      const at = asked.findIndex(([name]) => name === route)
      const found = asked[at]
      if (found === undefined) return null
      const [, weight] = found
      return routes[at]! * config[weight] * (route === 'feature' || route === 'logits' ? factor : 1)
    }
    const matrix = Array.from({ length: depth }, (_, i) => Array.from({ length: depth }, (_, j) => Number(i === j)))
    for (const [at, [i, j]] of couples.entries()) matrix[i]![j] = matrix[j]![i] = similarity[at]!
    return {
      pairs: chain.pairs.map(({ front, rear, weight, adaptor }, i) => ({ front, rear, weight, loss: losses[i]!, cka: ckas[i]!, cosine: adaptor === null ? cosines[i]! : null })),
      features: depths.map((at, i) => ({ depth: at, variance: variances[i]!, effectiveRank: ranks[i]!, dimensions: chain.stack.blocks[at - 1]!.outputShape.at(-1) ?? 1 })),
      routes: { front: norm('front'), rear: norm('rear'), feature: norm('feature'), logits: norm('logits') },
      similarity: matrix,
    }
  }
}
