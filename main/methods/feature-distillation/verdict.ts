import type { Spread } from '../../contract/spread.ts'
import { confidenceInWords, points } from '../in-words.ts'
import { isDrawn } from './arms.ts'
import type { DistillationWay, FeatureDistillationConfig } from './config.ts'
import type { Decision, DistillationFacts, DistillationVerdictCode, DistilledRun, DistilledStudent, FeatureDistillationReport, Standing } from './report.ts'

type Verdict = FeatureDistillationReport['verdict']
type Compared = DistilledStudent & { readonly gain: Spread }

/** The way that the verdict is about: the method itself, or the first one that draws students towards something; null without any. */
export function judgedWay({ students: { ways } }: FeatureDistillationConfig): DistillationWay | null {
  return ways.includes('distilled') ? 'distilled' : (ways.find(isDrawn) ?? null)
}

/** Whether distilled students are better than those of the same depth that were trained alone, depth by depth, and which one is chosen. */
export function verdictOf({ config, runs, students, decision }: { readonly config: FeatureDistillationConfig; readonly runs: readonly DistilledRun[]; readonly students: readonly DistilledStudent[]; readonly decision: Decision }): Verdict {
  const ended = runs.filter(({ status }) => status === 'done' || status === 'failed' || status === 'stopped').length
  if (ended < runs.length) return say('pending', `${ended} of ${runs.length} runs have ended.`, { ended, runs: runs.length })
  const alone = students.filter(({ way }) => way === 'alone')
  if (alone.every(({ done }) => done === 0)) {
    const failed = alone.reduce((total, one) => total + one.failed, 0)
    return say('no-alone', alone.length === 0 ? 'No student is trained alone, so the others are held against nothing.' : 'No student that was trained alone came to its end, so the others are held against nothing.', { failed })
  }
  const way = judgedWay(config)
  const compared = students.filter((student): student is Compared => student.way === way && !student.isFromLibrary && student.gain !== null)
  if (way === null || compared.length === 0) {
    return say('nothing-compared', 'No student that is drawn towards a second extractor has a run that came to its end with a seed of one of its depth alone.', { failed: students.reduce((total, one) => total + one.failed, 0) })
  }
  return judge({ config, way, compared, decision })
}

function judge({ config, way, compared, decision }: { readonly config: FeatureDistillationConfig; readonly way: DistillationWay; readonly compared: readonly Compared[]; readonly decision: Decision }): Verdict {
  const { accuracyTolerance: tolerance, confidence } = config.students
  const of = (wanted: Standing) => compared.filter(({ standing }) => standing === wanted)
  const [better, notWorse, worse] = [of('better'), of('not-worse'), of('worse')]
  const undecided = compared.filter(({ standing }) => standing === null || standing === 'undecided')
  const isSingle = compared.every(({ standing }) => standing === null)
  const best = compared.reduce((found, one) => (one.gain.mean > found.gain.mean ? one : found))
  const facts = {
    way,
    tolerance,
    ...Object.fromEntries(Object.entries({ better, notWorse, worse, undecided }).flatMap(([name, some]) => (some.length === 0 ? [] : [[name, some.map(({ depth }) => depth).join(', ')]]))),
    ...{ best: best.id, bestDepth: best.depth, bestGain: best.gain.mean },
    ...(best.gapClosed === null ? {} : { gapClosed: best.gapClosed }),
    ...(decision.chosen === null ? {} : { chosen: decision.chosen }),
  }
  const sentences = [
    ...(isSingle ? [`One seed of each, so chance is not told from effect; ${way} against students alone: ${list(compared, alone)}.`] : []),
    ...(better.length > 0 ? [`By the ${confidenceInWords(confidence)} interval better than alone: ${way} at ${list(better, alone)}.`] : []),
    ...(notWorse.length > 0 ? [`At most ${points(tolerance, 'plain')} worse than alone: ${way} at ${list(notWorse, alone)}.`] : []),
    ...(worse.length > 0 ? [`Worse than alone: ${way} at ${list(worse, alone)}.`] : []),
    ...(!isSingle && undecided.length > 0 ? [`These seeds do not tell of ${way} at ${list(undecided, withInterval)}.`] : []),
    ...(best.gapClosed === null || best.gapClosed <= 0 ? [] : [`At ${blocks(best.depth)} ${Math.round(best.gapClosed * 100)} % of the gap to the whole stack is closed.`]),
    ...(decision.chosen === null ? [] : [`Chosen by ${decision.objective}: ${decision.chosen}.`]),
  ]
  return say(codeOf({ isSingle, better: better.length, notWorse: notWorse.length, worse: worse.length, all: compared.length }), sentences.join(' '), facts)
}

function codeOf({ isSingle, better, notWorse, worse, all }: { readonly isSingle: boolean; readonly better: number; readonly notWorse: number; readonly worse: number; readonly all: number }): DistillationVerdictCode {
  if (isSingle) return 'single-seed'
  if (better === all) return 'better'
  if (better > 0) return 'some-better'
  if (worse > 0) return 'worse'
  return notWorse === all ? 'not-worse' : 'undecided'
}

function list(students: readonly Compared[], inWords: (student: Compared) => string): string {
  return students.map(inWords).join(', ')
}

function alone({ depth, gain }: Compared): string {
  return `${blocks(depth)} (${points(gain.mean)})`
}

function withInterval({ depth, gain: { mean, low, high } }: Compared): string {
  return low === null || high === null ? `${blocks(depth)} (${points(mean)}, one seed)` : `${blocks(depth)} (${points(mean)}, ${points(low)} to ${points(high)})`
}

function blocks(depth: number): string {
  return `${depth} ${depth === 1 ? 'block' : 'blocks'}`
}

function say(code: DistillationVerdictCode, reason: string, facts: DistillationFacts): Verdict {
  return { code, reason, facts }
}
