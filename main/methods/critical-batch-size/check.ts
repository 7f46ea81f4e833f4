import { LoupeError, type ErrorFacts } from '../../contract/errors.ts'
import type { DatasetFacts } from '../study.ts'
import type { CriticalBatchSizeConfig } from './config.ts'

/**
 * Refuses what the schema cannot see, because it takes two settings or the data to see it.
 *
 * @throws LoupeError `invalid-input`
 */
export function checkSweep(config: CriticalBatchSizeConfig, facts: DatasetFacts): void {
  const { run, sweep } = config
  const { optimizer, noiseScale } = run
  const largest = Math.max(...sweep.batchSizes)
  if (largest > facts.trainExamples) {
    refuse(`Batch size ${largest} is larger than the ${facts.trainExamples} training examples. Use at most ${facts.trainExamples}.`, { batchSize: largest, trainExamples: facts.trainExamples })
  }
  if (sweep.target.criterion.startsWith('validation-') && facts.validationExamples === 0) {
    refuse(`The target is a ${sweep.target.criterion.replace('-', ' ')}, but no example is held out for validation. Hold some out, or take train-loss.`, { criterion: sweep.target.criterion })
  }
  if (sweep.target.criterion === 'validation-accuracy' && sweep.target.value > 1) {
    refuse(`A validation accuracy of ${sweep.target.value} cannot be reached; it is a fraction, at most 1.`, { value: sweep.target.value })
  }
  if (sweep.maxExamples !== null && sweep.maxExamples < largest) {
    refuse(`maxExamples ${sweep.maxExamples} ends a run of batch size ${largest} before its first step. Use at least ${largest}.`, { maxExamples: sweep.maxExamples, batchSize: largest })
  }
  if (sweep.fitFrom !== null && sweep.fitTo !== null && sweep.fitFrom > sweep.fitTo) {
    refuse(`The fit begins at batch size ${sweep.fitFrom} and ends at ${sweep.fitTo}; exchange them.`, { fitFrom: sweep.fitFrom, fitTo: sweep.fitTo })
  }
  if (optimizer.kind === 'armijo' && sweep.learningRateRule !== 'optimizer') {
    refuse(`The rule "${sweep.learningRateRule}" sets a learning rate, but Armijo finds its own step size. Use the rule "optimizer".`, { learningRateRule: sweep.learningRateRule })
  }
  const { smallBatch, shards } = noiseScale
  const { trainExamples } = facts
  if (noiseScale.enabled && smallBatch * shards > trainExamples) {
    refuse(`The noise scale is estimated on ${shards} × ${smallBatch} = ${smallBatch * shards} examples, but there are ${trainExamples}. Lower shards or smallBatch.`, { smallBatch, shards, trainExamples })
  }
  if (sweep.estimateFirst && 2 * smallBatch > trainExamples) {
    refuse(`The noise scale needs two batches of ${smallBatch}, but there are ${trainExamples} training examples. Lower noiseScale.smallBatch or switch estimateFirst off.`, { smallBatch, trainExamples })
  }
}

function refuse(message: string, facts: ErrorFacts): never {
  throw new LoupeError('invalid-input', message, facts)
}
