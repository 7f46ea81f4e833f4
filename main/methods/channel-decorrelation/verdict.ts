import type { Spread } from '../../contract/spread.ts'
import { confidenceInWords, points } from '../in-words.ts'
import { studentQuantile } from '../student.ts'
import { BASELINE } from './arms.ts'
import type { ChannelDecorrelationConfig } from './config.ts'
import { VARIANCE_KEPT, type ChannelDecorrelationReport, type DecorrelatedArm, type DecorrelatedRun, type DecorrelationFacts, type DecorrelationStanding, type DecorrelationVerdictCode } from './report.ts'

type Verdict = ChannelDecorrelationReport['verdict']
type Compared = DecorrelatedArm & { readonly gain: Spread }

/** Where decorrelating channels helps and where it does not, fraction by fraction: only what the intervals over the seeds show. */
export function verdictOf({ config, runs, arms }: { readonly config: ChannelDecorrelationConfig; readonly runs: readonly DecorrelatedRun[]; readonly arms: readonly DecorrelatedArm[] }): Verdict {
  const ended = runs.filter(({ status }) => status === 'done' || status === 'failed' || status === 'stopped').length
  if (ended < runs.length) return say('pending', `${ended} of ${runs.length} runs have ended.`, { ended, runs: runs.length })
  const supervised = arms.filter(({ way }) => way === BASELINE)
  if (supervised.every(({ done }) => done === 0)) {
    const failed = supervised.reduce((total, arm) => total + arm.failed, 0)
    return say('no-supervised', supervised.length === 0 ? 'Supervised training is not among the ways compared, so the others are held against nothing.' : 'No run of supervised training came to its end, so the others are held against nothing.', { failed })
  }
  const compared = arms.flatMap((arm): Compared[] => (arm.against === null || arm.against.accuracy === null ? [] : [{ ...arm, gain: arm.against.accuracy }]))
  const [first, ...rest] = compared
  if (first === undefined) {
    return say('nothing-compared', 'No other way has a run that came to its end with a seed of supervised training on as many labels.', { failed: arms.reduce((total, { failed }) => total + failed, 0) })
  }
  return judge(config, [first, ...rest])
}

function judge({ labels: { confidence } }: ChannelDecorrelationConfig, compared: readonly [Compared, ...Compared[]]): Verdict {
  const isSingle = compared.every(({ standing }) => standing === null)
  const of = (wanted: DecorrelationStanding) => compared.filter(({ standing }) => standing === wanted)
  const [better, worse] = [of('better'), of('worse')]
  const notShown = compared.filter(({ standing }) => standing === null || standing === 'not-shown')
  const [smallerGap, largerGap] = (['smaller', 'larger'] as const).map((wanted) => compared.filter(({ gapStanding }) => gapStanding === wanted)) as [Compared[], Compared[]] // as many as are asked for
  const shrunk = compared.filter(({ varianceStanding }) => varianceStanding === 'shrunk')
  const best = compared.reduce((found, arm) => (arm.gain.mean > found.gain.mean ? arm : found))
  const facts = {
    comparisons: compared.length,
    ...Object.fromEntries(Object.entries({ better, worse, notShown, smallerGap, largerGap, shrunk }).flatMap(([name, some]) => (some.length === 0 ? [] : [[name, some.map(({ id }) => id).join(', ')]]))),
    ...{ best: best.id, bestGain: best.gain.mean },
  }
  const holding = (some: readonly Compared[]) => some.filter(({ gain }) => holdsAmong(gain, { confidence, comparisons: compared.length })).length
  const code = codeOf({ isSingle, shown: better.length + worse.length, better: holding(better), worse: holding(worse) })
  const sentences = [
    headline(code, { confidence, comparisons: compared.length }),
    ...[...Map.groupBy(compared, ({ fraction }) => fraction).values()].map(atFraction),
    ...gapSentences({ isSingle, smallerGap, largerGap }),
    ...(shrunk.length === 0 ? [] : [`The variance of the channels falls by more than ${Math.round((1 - VARIANCE_KEPT) * 100)} % with ${shrunk.map(inPlace).join(', ')}.`]),
  ]
  return say(code, sentences.join(' '), facts)
}

/** The answer in one sentence; the others say what it rests on. */
function headline(code: DecorrelationVerdictCode, { confidence, comparisons }: { readonly confidence: number; readonly comparisons: number }): string {
  const intervals = `${confidenceInWords(confidence)} intervals`
  switch (code) {
    case 'single-seed':
      return 'One seed of each, so chance is not told from effect.'
    case 'within-chance':
      return `Some ${intervals} show a difference in accuracy from supervised training, and none of them does once it is counted that ${comparisons} are looked at.`
    case 'helps':
      return `Decorrelating helps somewhere, and is nowhere shown to hurt, by ${intervals}.`
    case 'mixed':
      return `Decorrelating helps somewhere and hurts elsewhere, by ${intervals}.`
    case 'hurts':
      return `Decorrelating hurts somewhere, and is nowhere shown to help, by ${intervals}.`
    default:
      return `No difference in accuracy from supervised training is shown at any fraction, by ${intervals}.`
  }
}

/**
 * Whether a difference lies off 0 even in an interval that is widened so that all comparisons together err as rarely as one: at a confidence of
 * 1 − (1 − c)/m for m of them.
 *
 * @see Dunn 1961, "Multiple comparisons among means", Journal of the American Statistical Association 56 (Bonferroni's inequality).
 */
function holdsAmong({ mean, deviation, n }: Spread, { confidence, comparisons }: { readonly confidence: number; readonly comparisons: number }): boolean {
  if (deviation === null) return false
  return Math.abs(mean) > (studentQuantile(1 - (1 - confidence) / comparisons, n - 1) * deviation) / Math.sqrt(n)
}

function codeOf({ isSingle, shown, better, worse }: { readonly isSingle: boolean; readonly shown: number; readonly better: number; readonly worse: number }): DecorrelationVerdictCode {
  if (isSingle) return 'single-seed'
  if (shown > 0 && better + worse === 0) return 'within-chance'
  if (better > 0) return worse > 0 ? 'mixed' : 'helps'
  return worse > 0 ? 'hurts' : 'no-difference'
}

/** One fraction in words: what is better, what is worse, and of what no difference is shown. */
function atFraction(arms: readonly Compared[]): string {
  const parts = (['better', 'worse'] as const).flatMap((wanted) => {
    const some = arms.filter(({ standing }) => standing === wanted)
    return some.length === 0 ? [] : [`${wanted} ${some.map(withInterval).join(', ')}`]
  })
  const open = arms.filter(({ standing }) => standing === 'not-shown')
  const single = arms.filter(({ standing }) => standing === null)
  return `With ${labelsInWords(arms)}: ${[...parts, ...(open.length === 0 ? [] : [`no difference shown for ${open.map(withInterval).join(', ')}`]), ...(single.length === 0 ? [] : [`by one seed ${single.map(withInterval).join(', ')}`])].join('; ')}.`
}

function labelsInWords([arm]: readonly Compared[]): string {
  return arm === undefined ? '' : `${inPercent(arm.fraction)} of the labels (${arm.labels})`
}

function gapSentences({ isSingle, smallerGap, largerGap }: { readonly isSingle: boolean; readonly smallerGap: readonly Compared[]; readonly largerGap: readonly Compared[] }): string[] {
  if (isSingle) return []
  if (smallerGap.length + largerGap.length === 0) return ['No way is shown to change the gap between training and validation accuracy.']
  const gap = 'The gap between training and validation accuracy is'
  return [...(smallerGap.length === 0 ? [] : [`${gap} smaller with ${smallerGap.map(withGap).join(', ')}.`]), ...(largerGap.length === 0 ? [] : [`${gap} larger with ${largerGap.map(withGap).join(', ')}.`])]
}

function withGap(arm: Compared): string {
  return `${inPlace(arm)} (${points(arm.against?.accuracyGap?.mean ?? 0)})`
}

function inPlace({ way, fraction }: Compared): string {
  return `${way} at ${inPercent(fraction)}`
}

function withInterval({ way, gain: { mean, low, high } }: Compared): string {
  return low === null || high === null ? `${way} (${points(mean)})` : `${way} (${points(mean)}, ${points(low)} to ${points(high)})`
}

/** A fraction of the labels, such as `1 %`. */
export function inPercent(fraction: number): string {
  return `${Number((fraction * 100).toPrecision(6))} %`
}

function say(code: DecorrelationVerdictCode, reason: string, facts: DecorrelationFacts): Verdict {
  return { code, reason, facts }
}
