import type { Spread } from '../../contract/spread.ts'
import { confidenceInWords, points } from '../in-words.ts'
import { BASELINE, rememberingTwin } from './arms.ts'
import type { GradientQuantizationConfig } from './config.ts'
import type { GradientQuantizationReport, QuantizationFacts, QuantizationVerdictCode, QuantizedArm, QuantizedRun } from './report.ts'

type Verdict = GradientQuantizationReport['verdict']
type Compared = QuantizedArm & { readonly accuracyGain: Spread }

/**
 * Which ways to send gradients cost at most the tolerated accuracy against dense, which surely cost more, and what it costs to remember
 * nothing of what was not sent.
 */
export function verdictOf({ config, runs, arms }: { readonly config: GradientQuantizationConfig; readonly runs: readonly QuantizedRun[]; readonly arms: readonly QuantizedArm[] }): Verdict {
  const ended = runs.filter(({ status }) => status === 'done' || status === 'failed' || status === 'stopped').length
  if (ended < runs.length) return say('pending', `${ended} of ${runs.length} runs have ended.`, { ended, runs: runs.length })
  const dense = arms.find(({ arm }) => arm === BASELINE)
  if (dense === undefined || dense.done === 0) {
    return say('no-dense', dense === undefined ? 'Dense is not among the ways compared, so the others are held against nothing.' : 'No run of dense came to its end, so the others are held against nothing.', { failed: dense?.failed ?? 0 })
  }
  const compared = arms.filter((arm): arm is Compared => arm.accuracyGain !== null)
  if (compared.length === 0) {
    return say('nothing-compared', 'No other way has a run that came to its end with a seed of dense.', { failed: arms.reduce((total, { failed }) => total + failed, 0) })
  }
  return judge(config, compared)
}

function judge({ quantization }: GradientQuantizationConfig, compared: readonly Compared[]): Verdict {
  const { accuracyTolerance: tolerance, confidence } = quantization
  const [within, costs] = (['within', 'costs'] as const).map((cost) => compared.filter((arm) => arm.cost === cost)) as [Compared[], Compared[]] // as many as are asked for
  const undecided = compared.filter((arm) => arm.cost === null || arm.cost === 'undecided')
  const without = compared.filter(({ gainWithoutMemory }) => gainWithoutMemory !== null)
  const isSingle = compared.every(({ cost }) => cost === null)
  const best = within.reduce<Compared | null>((found, arm) => ((arm.compressionUp?.value ?? 0) > (found?.compressionUp?.value ?? 0) ? arm : found), null)
  const facts = {
    tolerance,
    ...Object.fromEntries(Object.entries({ within, costs, undecided, withoutMemory: without }).flatMap(([name, some]) => (some.length === 0 ? [] : [[name, some.map(({ arm }) => arm).join(', ')]]))),
    ...(best?.compressionUp ? { best: best.arm, bestFactor: best.compressionUp.value, bestGain: best.accuracyGain.mean } : {}),
  }
  const limit = points(tolerance, 'plain')
  const sentences = [
    ...(isSingle ? [`One seed of each way, so chance is not told from effect; against dense: ${list(compared, withFactor)}.`] : []),
    ...(within.length > 0 ? [`At most ${limit} below dense, by the ${confidenceInWords(confidence)} interval: ${list(within, withFactor)}.`] : []),
    ...(costs.length > 0 ? [`More than ${limit} below dense: ${list(costs, alone)}.`] : []),
    ...(!isSingle && undecided.length > 0 ? [`These seeds do not tell of ${list(undecided, withInterval)}.`] : []),
    ...(without.length > 0 ? [`Remembering nothing of what was not sent changes the accuracy of ${list(without, byMemory)}.`] : []),
  ]
  return say(codeOf({ isSingle, within: within.length, costs: costs.length, all: compared.length }), sentences.join(' '), facts)
}

function codeOf({ isSingle, within, costs, all }: { readonly isSingle: boolean; readonly within: number; readonly costs: number; readonly all: number }): QuantizationVerdictCode {
  if (isSingle) return 'single-seed'
  if (within === all) return 'all-within'
  if (within > 0) return 'some-within'
  return costs === all ? 'none-within' : 'undecided'
}

function list(arms: readonly Compared[], inWords: (arm: Compared) => string): string {
  return arms.map(inWords).join(', ')
}

function withFactor({ arm, accuracyGain, compressionUp }: Compared): string {
  const bytes = compressionUp === null ? '' : `, ${factor(compressionUp.value)} fewer bytes up`
  return `${arm} (${points(accuracyGain.mean)}${bytes})`
}

function alone({ arm, accuracyGain }: Compared): string {
  return `${arm} (${points(accuracyGain.mean)})`
}

function withInterval({ arm, accuracyGain: { mean, low, high } }: Compared): string {
  return low === null || high === null ? `${arm} (${points(mean)}, one seed)` : `${arm} (${points(mean)}, ${points(low)} to ${points(high)})`
}

function byMemory({ arm, gainWithoutMemory }: Compared): string {
  return `${rememberingTwin(arm) ?? arm} by ${points(gainWithoutMemory?.mean ?? 0)}`
}

function factor(value: number): string {
  return `${value.toFixed(value < 10 ? 1 : 0)} times`
}

function say(code: QuantizationVerdictCode, reason: string, facts: QuantizationFacts): Verdict {
  return { code, reason, facts }
}
