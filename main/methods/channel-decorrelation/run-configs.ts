import { decorrelationConfig, type AuxiliaryNet, type DecorrelationConfig } from '../../contract/decorrelation-config.ts'
import { runConfig, type RunConfig } from '../../contract/run-config.ts'
import { everyArm, hasLabelledTerm, hasUnlabelledTerm, type Arm } from './arms.ts'
import type { ChannelDecorrelationConfig, DecorrelationWay } from './config.ts'

/** Weight of the hinge of `vicreg` where the shared settings have none: without it a covariance falls fastest where all channels shrink to 0. */
const HINGE_WEIGHT = 1

/** The whole config of a run. Runs of one seed and fraction see the same labelled examples in the same batches. */
export function runConfigOf({ config, arm, seed }: { readonly config: ChannelDecorrelationConfig; readonly arm: Arm; readonly seed: number }): RunConfig {
  const { batchSize, steps } = config.labels
  return runConfig.parse({ ...config.run, name: '', batchSize, seed, maxExamples: steps * batchSize, target: null, decorrelation: decorrelationOf(config, arm) })
}

/** What a run of the arm lowers: the shared settings, less what its way leaves out. */
export function decorrelationOf(config: ChannelDecorrelationConfig, { way, fraction }: Arm): DecorrelationConfig {
  const { decorrelation } = config
  return decorrelationConfig.parse({ ...decorrelation, ...measureOf(way, decorrelation), ...termsOf(way, decorrelation), labelFraction: fraction })
}

/** A run that reads every set that some way of the study does: the first to look at, before any is trained. */
export function widestRunOf(config: ChannelDecorrelationConfig): RunConfig | null {
  const arms = everyArm(config)
  const arm = arms.find(({ way }) => hasUnlabelledTerm(way)) ?? arms[0]
  return arm === undefined ? null : runConfigOf({ config, arm, seed: config.labels.firstSeed })
}

type Shared = ChannelDecorrelationConfig['decorrelation']

/** Terms that a way has. Sets that none of them reads are not read. */
function termsOf(way: DecorrelationWay, shared: Shared): Partial<DecorrelationConfig> {
  const labelledWeight = hasLabelledTerm(way) ? shared.labelledWeight : 0
  if (hasUnlabelledTerm(way)) return { labelledWeight }
  const without = { labelledWeight, unlabelledWeight: 0, entropyWeight: 0, consistencyWeight: 0, statistics: 'labelled' } as const
  // The task loss alone: what a further network teaches would be no effect of decorrelation.
  if (!hasLabelledTerm(way)) return { ...without, varianceWeight: 0, auxiliary: [] }
  return { ...without, auxiliary: shared.auxiliary.flatMap(onLabelled) }
}

/** What of a further network is left where nothing unlabelled is trained on. */
function onLabelled(net: AuxiliaryNet): AuxiliaryNet[] {
  return net.data === 'unlabelled' ? [] : [{ ...net, data: 'labelled' }]
}

/** Covariances as their papers have them; the others measure as the shared settings say. */
function measureOf(way: DecorrelationWay, { varianceWeight }: Shared): Partial<DecorrelationConfig> {
  // ½(|Cov|² − |diag Cov|²) is the sum of Cov² over pairs.
  if (way === 'decov') return { measure: 'covariance', penalty: 'squared', reduction: 'sum', varianceWeight: 0 }
  if (way === 'vicreg') return { measure: 'covariance', penalty: 'squared', reduction: 'channel', varianceWeight: varianceWeight > 0 ? varianceWeight : HINGE_WEIGHT }
  return {}
}
