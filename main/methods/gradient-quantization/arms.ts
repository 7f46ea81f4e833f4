import { compressorConfig, type CompressorConfig, type ExchangeConfig, type FittedDistribution } from '../../contract/exchange-config.ts'
import { runConfig, type RunConfig } from '../../contract/run-config.ts'
import type { ArmRequest } from '../arm-runs.ts'
import type { DatasetFacts } from '../study.ts'
import type { GradientQuantizationConfig, QuantizationArm } from './config.ts'

/** What the others are held against. */
export const BASELINE: QuantizationArm = 'dense'
const WITHOUT = '-no-memory'
const DELTAS = '-deltas'

/** What an arm compresses by: its name but for the memory, or for what is compressed. */
type Method = Exclude<QuantizationArm, `${string}-no-memory` | `${string}-deltas`>

export function methodOf(arm: QuantizationArm): Method {
  const ending = [WITHOUT, DELTAS].find((one) => arm.endsWith(one)) ?? ''
  return arm.slice(0, arm.length - ending.length) as Method // every arm with an ending has a name that goes on where the other's ends
}

/** True for an arm that sends weight deltas whatever the others send. */
export function isOfDeltas(arm: QuantizationArm): boolean {
  return arm.endsWith(DELTAS)
}

/** Compressors that send something of every value, right in the mean or as it is: they leave nothing to remember. */
const COMPLETE: ReadonlySet<QuantizationArm> = new Set(['dense', 'qsgd', 'terngrad'])

/** True for an arm whose workers keep what they did not send. */
export function hasMemory(arm: QuantizationArm): boolean {
  return !arm.endsWith(WITHOUT) && !COMPLETE.has(methodOf(arm))
}

/** The same arm with its memory, for an arm that is made to go without; null for another. */
export function rememberingTwin(arm: QuantizationArm): QuantizationArm | null {
  return arm.endsWith(WITHOUT) ? methodOf(arm) : null
}

/** The whole config of a run. All runs of a comparison see the same examples in the same batches. */
export function runConfigOf(config: GradientQuantizationConfig, facts: DatasetFacts, { arm, seed }: ArmRequest<QuantizationArm>): RunConfig {
  const { run, quantization } = config
  return runConfig.parse({ ...run, name: '', batchSize: quantization.batchSize, seed, maxExamples: quantization.epochs * facts.trainExamples, target: null, exchange: exchangeOf(config, arm) })
}

/**
 * The exchange of an arm.
 *
 * Without memory the momentum stays with the receiver, wherever the others have it: at the worker it would be a memory of its own. With weight deltas it
 * is each optimizer's own.
 */
export function exchangeOf(config: GradientQuantizationConfig, arm: QuantizationArm): ExchangeConfig {
  const { exchange } = config
  return {
    ...exchange,
    target: isOfDeltas(arm) ? 'weight-delta' : exchange.target,
    compressor: compressorOf(config, arm),
    memory: hasMemory(arm) ? exchange.memory : 'none',
    momentum: rememberingTwin(arm) === null && !isOfDeltas(arm) ? exchange.momentum : 'receiver',
  }
}

export function compressorOf({ compression }: GradientQuantizationConfig, arm: QuantizationArm): CompressorConfig {
  const { threshold, stages, levels, ...fitted } = compression
  const { ratio, values, bits, rounding, positions } = fitted
  const coding = { values, bits, rounding, positions }
  const method = methodOf(arm)
  switch (method) {
    case 'fitted-normal':
    case 'fitted-laplace':
    case 'fitted-cauchy':
    case 'fitted-student-t':
    case 'fitted-auto':
      return compressorConfig.parse({ ...fitted, kind: 'fitted', distribution: method.slice('fitted-'.length) as FittedDistribution }) // the rest of the name is the distribution's
    case 'top-k':
    case 'random-k':
      return compressorConfig.parse({ kind: method, ratio, ...coding })
    case 'threshold':
      return compressorConfig.parse({ kind: method, threshold, ...coding })
    case 'sidco':
      return compressorConfig.parse({ kind: method, ratio, stages, ...coding })
    case 'qsgd':
      return compressorConfig.parse({ kind: method, levels })
    case 'dense':
    case 'terngrad':
    case 'one-bit':
      return { kind: method }
  }
}
