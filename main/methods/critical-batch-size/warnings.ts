import type { DatasetFacts } from '../study.ts'
import type { CriticalBatchSizeConfig } from './config.ts'
import type { Estimate } from './estimate.ts'
import { isReadSparsely } from './left-out.ts'
import type { SweepState } from './plan.ts'
import type { Reading } from './reading.ts'
import type { CriticalBatchSizeReport, SentenceFacts, WarningCode } from './report.ts'

type Warning = CriticalBatchSizeReport['warnings'][number]

/** What to be careful about with this sweep: only what applies, each with what to do. */
export function warningsOf(options: {
  readonly config: CriticalBatchSizeConfig
  readonly facts: DatasetFacts
  readonly state: SweepState
  readonly reading: Reading
  readonly estimate: Estimate | null
}): Warning[] {
  return [...ofPoints(options.state), ...ofEvaluations(options.config, options.facts, options.state), ...ofFit(options.reading, options.state), ...ofSettings(options.config, options.facts), ...ofTuning(options.config, options.state), ...ofEstimate(options.estimate)]
}

function ofPoints(state: SweepState): Warning[] {
  const points = state.runs.filter(({ point }) => point.role === 'sweep')
  const ended = points.filter((read) => read.hasEnded)
  const censored = ended.filter(({ point }) => point.censored)
  const failed = ended.filter(({ run }) => run.status === 'failed')
  const partly = state.batches.filter((batch) => batch.censored > 0 && batch.reached > 0).map((batch) => batch.batchSize)
  const arrived = state.batches.filter((batch) => batch.reached > 0)
  const single = arrived.length > 0 && arrived.every((batch) => batch.reached === 1)
  return [
    ...(censored.length > 0 ? [warning('censored', `${censored.length} of ${ended.length} runs did not reach the target. They are shown as open marks and are in no fit.`, { count: censored.length, total: ended.length })] : []),
    ...(partly.length > 0 ? [warning('partly-censored', `At batch size ${partly.join(', ')} some seeds reached the target and some did not: the mean of those that did is too small. Raise maxExamples.`, { sizes: partly })] : []),
    ...(failed.length > 0 ? [warning('failed-runs', `${failed.length} of ${ended.length} runs failed, by divergence mostly: see their errors; a lower learning rate may help.`, { count: failed.length, total: ended.length })] : []),
    ...(points.some((read) => read.crossing.kind === 'met-before-training') ? [warning('met-before-training', 'Target met before training: at step 0 already, so there are no steps to count. Choose a stricter target.')] : []),
    ...(points.some((read) => read.crossing.kind === 'not-logged') ? [warning('not-logged', 'Some runs did not log what this target is measured in (full-gradient norms are logged only where asked for), so they are not counted.')] : []),
    ...(single ? [warning('single-seed', 'One seed a batch size: the scatter from seed to seed is unknown, and the interval goes by the distance of the points from the law alone.')] : []),
  ]
}

function ofEvaluations({ sweep: { target } }: CriticalBatchSizeConfig, { trainExamples }: DatasetFacts, state: SweepState): Warning[] {
  const sparse = state.runs.filter(({ run, crossing, hasEnded }) => hasEnded && isReadSparsely(run, crossing, { target, trainExamples }))
  const sizes = [...new Set(sparse.map(({ point }) => point.batchSize))].sort((one, other) => one - other)
  if (sizes.length === 0) return []
  return [warning('sparse-evaluations', `At batch size ${sizes.join(', ')} evaluations were left out before this target was met, so K may come out late there: they are left out where the loss is far above the run’s own target. evaluation.when "always" makes each.`, { sizes })]
}

function ofFit(reading: Reading, state: SweepState): Warning[] {
  const { preferred, criticalBatchSize } = reading
  if (preferred === null) return []
  return [
    ...(preferred.misfit ? [warning('misfit', 'The points lie further from the law than their seeds scatter: the law is only a rough description here, and the interval is widened for it.')] : []),
    ...(preferred.law === 'combined' && criticalBatchSize.estimate !== null
      ? [warning('combined-law', 'Neither law of the literature describes the points; b* comes from the law that holds both, a noise floor and a noise-limited pace.')]
      : []),
    ...(isPinned(reading, state)
      ? [warning('pinned', 'b* rests on one or two batch sizes below it, and by this law it cannot lie above twice the smallest that arrives: add batch sizes between b0 and b* before you trust it.')]
      : []),
    ...(preferred.isDecided ? [] : [warning('undecided', 'The two laws describe the points about equally well (AICc within 2): what the sweep says of a minimum may change with more seeds.')]),
  ]
}

/** By 1/K = a − s/b the smallest batch size that arrives holds b0 below it, and so b* below twice it, whatever the others say. */
function isPinned({ preferred, criticalBatchSize }: Reading, state: SweepState): boolean {
  const { estimate } = criticalBatchSize
  if (preferred?.law !== 'iiduka' || estimate === null) return false
  const arrived = state.batches.filter((batch) => batch.reached > 0 && batch.batchSize < estimate)
  return arrived.length > 0 && arrived.length < 3 && estimate > 1.7 * (arrived[0]?.batchSize ?? estimate)
}

function ofSettings(config: CriticalBatchSizeConfig, facts: DatasetFacts): Warning[] {
  const { run, sweep } = config
  const large = sweep.batchSizes.filter((size) => size > facts.trainExamples / 4)
  const criterion = sweep.target.criterion
  const hasBatchNorm = 'normalization' in run.model && run.model.normalization === 'batch'
  return [
    ...(large.length > 0 ? [warning('large-for-data', `Batch size ${large.join(', ')} is over a quarter of the ${facts.trainExamples} training examples: its batches are hardly random any more.`, { sizes: large, examples: facts.trainExamples })] : []),
    ...(criterion === 'gradient-mean' ? [] : [warning('criterion', `The law 1/K = a − s/b is derived for the mean squared gradient; with ${criterion} b* may be well below 2·b0, so it holds for this rule of stopping only.`, { criterion })]),
    ...(criterion === 'validation-accuracy' ? [warning('generalization', 'An accuracy on held-out examples mixes generalization into the cost of optimization.')] : []),
    ...(hasBatchNorm ? [warning('batch-norm', 'Batch norm makes each example’s gradient depend on its batch: the noise scale is not defined then, and b* mixes in what batch norm does at small batches. Group norm does not.')] : []),
    ...(sweep.learningRateRule === 'optimizer' && run.optimizer.kind !== 'armijo'
      ? [warning('one-rate', 'One learning rate for all batch sizes: a minimum is that of this rate. A rate tuned for each batch size can make the valley flat ("tuned").')]
      : []),
  ]
}

function ofTuning(config: CriticalBatchSizeConfig, state: SweepState): Warning[] {
  const [lowest, highest] = [Math.min(...config.sweep.tuningGrid), Math.max(...config.sweep.tuningGrid)]
  const atEdge = state.tuning.filter(({ learningRate }) => learningRate === lowest || learningRate === highest).map(({ batchSize }) => batchSize)
  return atEdge.length > 0 ? [warning('tuning-edge', `At batch size ${atEdge.join(', ')} the best learning rate is at an end of the grid: widen tuningGrid.`, { sizes: atEdge })] : []
}

function ofEstimate(estimate: Estimate | null): Warning[] {
  if (estimate === null) return []
  const { value } = estimate.noiseScale
  if (value === null) return [warning('noise-scale', 'The mean of |G|² or tr Σ is not positive: too few gradients for a noise scale. Raise shards or evaluate more often.')]
  const { from, smoothnessTimesStep: product } = estimate.bridge
  switch (from) {
    case 'step-too-large':
      return [warning('step-too-large', `Step too large for the bound: Lη = ${product?.toPrecision(3)}, and the bound needs Lη < 2. There is no estimate from it.`, product === null ? {} : { product })]
    case 'noise-scale':
      return [warning('estimate-is-noise-scale', 'The estimate before the sweep is the noise scale itself: good to an order of magnitude. The bound needs a gradient criterion and the smoothness.')]
    case 'search':
      return [warning('estimate-from-search', 'The estimate before the sweep takes the line search to work at its limit, where Lα lies between 2δ(1 − c) and 2(1 − c).')]
    case 'bound':
      return []
  }
}

function warning(code: WarningCode, message: string, facts: SentenceFacts = {}): Warning {
  return { code, message, facts }
}
