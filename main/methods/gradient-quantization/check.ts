import { LoupeError, type ErrorFacts } from '../../contract/errors.ts'
import { checkExchange } from '../../training/exchange/check-exchange.ts'
import type { DatasetFacts } from '../study.ts'
import { isOfDeltas, methodOf, runConfigOf } from './arms.ts'
import type { GradientQuantizationConfig } from './config.ts'

/**
 * Refuses what the schema cannot see: ways that contradict the data, the model, the optimizer or each other.
 *
 * @throws LoupeError `invalid-input`, whose `arm` names the way where it is one.
 */
export function checkComparison(config: GradientQuantizationConfig, facts: DatasetFacts): void {
  const { run, quantization, exchange } = config
  if (facts.validationExamples === 0 && !run.evaluation.testAtEnd) {
    refuse('The ways are held against each other by their accuracy, but no example is held out and the test examples are not evaluated. Set run.dataset.validationExamples above 0, or run.evaluation.testAtEnd to true.', { path: 'run.dataset.validationExamples' })
  }
  if (quantization.batchSize > facts.trainExamples) {
    refuse(`The batch size ${quantization.batchSize} is larger than the ${facts.trainExamples} training examples. Use at most ${facts.trainExamples}.`, { path: 'quantization.batchSize', batchSize: quantization.batchSize, trainExamples: facts.trainExamples })
  }
  if (exchange.hosts.length > 0 && quantization.parallelRuns > 1) {
    refuse(`${quantization.parallelRuns} runs side by side cannot share the workers at exchange.hosts, which train one at a time. Set quantization.parallelRuns to 1.`, { path: 'quantization.parallelRuns', parallelRuns: quantization.parallelRuns })
  }
  const twice = exchange.target === 'weight-delta' ? quantization.arms.find(isOfDeltas) : undefined
  if (twice !== undefined) {
    refuse(`The way "${twice}" stands for weight deltas beside gradients, and exchange.target "weight-delta" has every way send them. Use "${methodOf(twice)}" instead, or set exchange.target to "gradient".`, { path: 'quantization.arms', arm: twice })
  }
  for (const arm of quantization.arms) {
    try {
      checkExchange(runConfigOf(config, facts, { arm, seed: quantization.firstSeed }), facts.parameters ?? null)
    } catch (error) {
      if (!(error instanceof LoupeError)) throw error
      throw new LoupeError(error.code, `The way "${arm}" does not fit: ${error.message}`, { ...error.facts, arm })
    }
  }
}

function refuse(message: string, facts: ErrorFacts): never {
  throw new LoupeError('invalid-input', message, facts)
}
