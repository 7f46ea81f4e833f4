import { times } from '../in-words.ts'
import type { GradientQuantizationConfig } from './config.ts'
import type { GradientQuantizationReport, QuantizationFacts, QuantizationWarningCode, QuantizedArm, QuantizedRun } from './report.ts'

type Warning = GradientQuantizationReport['warnings'][number]

/** Steps of a run without anything sent, from which on it is said: fewer may be chance. */
const EMPTY_STEPS = 10

/** What is to be known about the numbers; nothing about ways that have not begun. */
export function warningsOf({ config, runs, arms }: { readonly config: GradientQuantizationConfig; readonly runs: readonly QuantizedRun[]; readonly arms: readonly QuantizedArm[] }): Warning[] {
  return [...arms.flatMap((arm) => armWarnings(config, arm, runs.filter((run) => run.arm === arm.arm))), ...generalWarnings(config)]
}

function armWarnings({ compression, exchange }: GradientQuantizationConfig, { arm, failed, achievedRatio }: QuantizedArm, runs: readonly QuantizedRun[]): Warning[] {
  const total = runs.length
  const found: Warning[] = []
  const reason = runs.find(({ problem }) => problem !== null)?.problem ?? ''
  if (failed > 0) found.push(warning('failed-runs', `${failed} of the ${total} runs of ${arm} failed and are in no mean: ${reason}`, { arm, count: failed, total, reason }))
  const most = Math.max(0, ...runs.map(({ emptySteps }) => emptySteps))
  const exchanges = runs.reduce((sum, run) => sum + run.exchanges, 0)
  // Runs of former versions logged a share of 0 for each step of a window that was still open.
  if (most >= EMPTY_STEPS && exchange.memory !== 'window') {
    const share = runs.reduce((sum, { emptySteps }) => sum + emptySteps, 0) / exchanges
    found.push(warning('empty-steps', `${arm} sent none of the compressed values in ${(share * 100).toPrecision(2)} % of the exchanges, ${most} of one run: its threshold lies beyond all values.`, { arm, count: most, share }))
  }
  const { feedbackLow: low, feedbackHigh: high } = compression
  if (achievedRatio !== null && (achievedRatio.mean < low || achievedRatio.mean > high)) {
    const remedy = arm.startsWith('fitted-') && !compression.feedback ? '; compression.feedback would correct it' : ''
    found.push(warning('misfit', `${arm} sent ${times(achievedRatio.mean)} what was asked for (${low} to ${high} would do): what it assumes of the values does not fit their tails${remedy}.`, { arm, achieved: achievedRatio.mean, low, high }))
  }
  return found
}

function generalWarnings({ run, quantization }: GradientQuantizationConfig): Warning[] {
  const found: Warning[] = []
  if (quantization.seeds === 1) found.push(warning('single-seed', 'One seed of each way: no interval, and chance is not told from effect.', {}))
  if (quantization.arms.length > 1) found.push(warning('one-rate', 'All ways share one learning rate; each might do better with one of its own.', {}))
  if ('normalization' in run.model && run.model.normalization === 'batch') found.push(warning('batch-norm', 'The model normalises by the batch: each worker does so with its own share, so more workers are not the same training.', {}))
  return found
}

function warning(code: QuantizationWarningCode, message: string, facts: QuantizationFacts): Warning {
  return { code, message, facts }
}
