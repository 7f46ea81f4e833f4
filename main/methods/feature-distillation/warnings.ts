import { points } from '../in-words.ts'
import type { DatasetFacts } from '../study.ts'
import { everyArm, isChain, isDrawn } from './arms.ts'
import { startOf, type FeatureDistillationConfig } from './config.ts'
import type { Decision, DistillationFacts, DistillationWarningCode, DistilledRun, DistilledStudent, FeatureDistillationReport } from './report.ts'
import { fitsTraining } from './trained-arms.ts'
import { judgedWay } from './verdict.ts'

type Warning = FeatureDistillationReport['warnings'][number]

/** CKA before training from which on there is next to nothing to draw a feature towards. */
const ALIKE = 0.98

export interface Told {
  readonly config: FeatureDistillationConfig
  readonly runs: readonly DistilledRun[]
  readonly students: readonly DistilledStudent[]
  readonly decision: Decision
  readonly facts: DatasetFacts
}

/** What is to be known about the numbers; nothing about ways that have not begun. */
export function warningsOf(told: Told): Warning[] {
  const { config, runs, students } = told
  return [
    ...[...Map.groupBy(runs, ({ arm }) => arm)].flatMap(([arm, own]) => runWarnings(arm, own)),
    ...students.flatMap(studentWarnings),
    ...supervisionWarnings(config, students),
    ...decisionWarnings(told),
    ...generalWarnings(config),
  ]
}

function runWarnings(arm: string, runs: readonly DistilledRun[]): Warning[] {
  const total = runs.length
  const failed = runs.filter(({ status }) => status === 'failed')
  const collapsed = runs.filter(({ isCollapsed }) => isCollapsed).length
  const reason = failed[0]?.problem ?? ''
  return [
    ...(failed.length > 0 ? [warning('failed-runs', `${failed.length} of the ${total} runs of ${arm} failed and are in no mean: ${reason}`, { arm, count: failed.length, total, reason })] : []),
    ...(collapsed > 0 ? [warning('collapsed', `In ${collapsed} of the ${total} runs of ${arm} a feature has fallen to a constant: a small distance between the features is a failure there.`, { arm, count: collapsed, total })] : []),
  ]
}

function studentWarnings({ id, way, rearGain, ckaAtStart }: DistilledStudent): Warning[] {
  if (!isDrawn(way)) return []
  return [
    ...(rearGain !== null && rearGain.mean <= 0 ? [warning('no-rear-gain', `The whole stack of ${id} is not better than its student (${points(rearGain.mean)}): there is nothing to distil.`, { arm: id, gain: rearGain.mean })] : []),
    ...(ckaAtStart !== null && ckaAtStart.mean >= ALIKE ? [warning('alike-at-start', `The second extractor of ${id} is near the identity before training (CKA ${ckaAtStart.mean.toFixed(3)}): a small distance says nothing.`, { arm: id, cka: ckaAtStart.mean })] : []),
  ]
}

/** What an exit gains by itself, without anything drawn towards anything. */
function supervisionWarnings(config: FeatureDistillationConfig, students: readonly DistilledStudent[]): Warning[] {
  const way = judgedWay(config)
  const judged = students.filter((student) => student.way === way && !student.isFromLibrary && student.done > 0)
  const controlled = judged.filter(({ gainOverSupervision }) => gainOverSupervision !== null)
  if (way !== null && judged.length > 0 && controlled.length === 0) {
    return [warning('no-supervision', `Deep supervision alone has no run beside ${way}: how much of a gain it would make itself is not known.`, { way })]
  }
  return controlled.flatMap(({ id, standing, gain, gainOverSupervision }) => {
    if (standing !== 'better' || gain === null || gainOverSupervision === null || (gainOverSupervision.low ?? -1) > 0) return []
    return [warning('supervision-explains', `${id} is better than alone (${points(gain.mean)}), but these seeds do not tell it from deep supervision alone (${points(gainOverSupervision.mean)}).`, { student: id, gain: gain.mean, overSupervision: gainOverSupervision.mean })]
  })
}

function decisionWarnings({ config, runs, decision, facts }: Told): Warning[] {
  const { students } = config
  const isOver = runs.every(({ status }) => status === 'done' || status === 'failed' || status === 'stopped')
  const needsLatency = students.objective === 'latency' || students.maxLatencyMs !== null
  const left = Map.groupBy(everyArm(config).filter((arm) => arm.isFromLibrary && !fitsTraining(config, facts, arm)), ({ depth }) => depth ?? 0)
  return [
    ...(isOver && decision.chosen === null && decision.binding.length > 0
      ? [warning('no-candidate', `No student is within the limits (${decision.binding.join(', ')})${decision.nearest === null ? '' : `; the nearest is ${decision.nearest}`}.`, { limits: decision.binding.join(', '), nearest: decision.nearest ?? '' })]
      : []),
    ...(needsLatency && decision.candidates.length > 0 && decision.candidates.every(({ latencyMs }) => latencyMs === null) ? [warning('latency-unknown', 'A latency is to be kept or minimised, and none has been measured.', {})] : []),
    ...[...left].map(([depth, arms]) => {
      const rears = [...new Set(arms.map(({ rear }) => rear))].join(', ')
      return warning('rears-left-out', `Second extractors of ${rears} blocks behind ${depth} are beyond the limits of training and were not trained.`, { depth, rears })
    }),
  ]
}

function generalWarnings({ run, students }: FeatureDistillationConfig): Warning[] {
  return [
    ...students.ways.flatMap((way) => {
      const from = startOf(way)
      return from === null ? [] : [warning('more-training', `Runs of ${way} start from trained runs of ${from}: what they are worth rests on the examples of both.`, { way, from })]
    }),
    ...(students.seeds === 1 ? [warning('single-seed', 'One seed of each way: no interval, and chance is not told from effect.', {})] : []),
    ...(students.ways.length > 1 ? [warning('one-rate', 'All ways share one learning rate; each might do better with one of its own.', {})] : []),
    ...('normalization' in run.model && run.model.normalization === 'batch' && students.ways.some(isChain)
      ? [warning('batch-norm', 'The model normalises by the batch: in a chain, statistics of a batch also depend on what its other part learns.', {})]
      : []),
  ]
}

function warning(code: DistillationWarningCode, message: string, facts: DistillationFacts): Warning {
  return { code, message, facts }
}
