import type { Spread } from '../../contract/spread.ts'
import { depthOf } from '../../contract/model-depth.ts'
import { accuracyDifference, pairedRatio, pairsOf } from '../paired-runs.ts'
import { spreadOf } from '../spread.ts'
import type { DatasetFacts } from '../study.ts'
import { armId, hasExits, isChain, isDrawn, type Arm } from './arms.ts'
import type { DistillationWay, FeatureDistillationConfig } from './config.ts'
import { studentCost, trainingCost } from './costs.ts'
import type { DistilledRun, DistilledStudent, ExitResult, Standing } from './report.ts'
import { armsOf } from './trained-arms.ts'

/** One student of one run, or the whole stack of a run of its own. */
interface Reading extends ExitResult {
  readonly arm: string
  readonly way: DistillationWay
  readonly seed: number
  readonly status: DistilledRun['status']
  readonly run: DistilledRun
  /** Of the whole stack of the same run; null for a run without one. */
  readonly wholeAccuracy: number | null
}

/** Every student of every way, over the seeds: means over the runs that are done, and differences by seed. */
export function summariseStudents(config: FeatureDistillationConfig, runs: readonly DistilledRun[], facts: DatasetFacts): DistilledStudent[] {
  const readings = runs.flatMap(readingsOf)
  return armsOf(config, facts).flatMap((arm) => depthsOf(config, arm).map((depth) => summarise({ config, facts, arm, depth, readings })))
}

function depthsOf({ run, students }: FeatureDistillationConfig, { way, depth }: Arm): readonly number[] {
  if (way === 'whole') return [depthOf(run.model)]
  return hasExits(way) ? students.depths.toSorted((a, b) => a - b) : depth === null ? [] : [depth]
}

function readingsOf(run: DistilledRun): Reading[] {
  const whole = isChain(run.way) ? run.exits.find(({ isWhole }) => isWhole) : undefined
  return run.exits
    .filter((exit) => exit !== whole)
    .map((exit) => ({ ...exit, arm: hasExits(run.way) ? idOf(run.way, exit.depth) : run.arm, way: run.way, seed: run.seed, status: run.status, run, wholeAccuracy: whole?.accuracy ?? null }))
}

function idOf(way: DistillationWay, depth: number): string {
  return armId({ way, depth: way === 'whole' ? null : depth, rear: null })
}

function summarise(options: { readonly config: FeatureDistillationConfig; readonly facts: DatasetFacts; readonly arm: Arm; readonly depth: number; readonly readings: readonly Reading[] }): DistilledStudent {
  const { config, facts, arm, depth, readings } = options
  const { confidence, accuracyTolerance } = config.students
  const id = hasExits(arm.way) ? idOf(arm.way, depth) : arm.id
  const own = readings.filter((reading) => reading.arm === id)
  const done = own.filter(({ status }) => status === 'done')
  const spread = (of: (reading: Reading) => number | null | undefined): Spread | null => spreadOf(done.flatMap((reading) => of(reading) ?? []), confidence)
  const pairs = (baseline: string) => pairsOf({ runs: readings, arm: id, baseline })
  const training = trainingCost(config, facts, arm)
  const control = controlOf(arm.way, depth, config)
  const gain = arm.way === 'whole' || arm.way === 'alone' ? null : accuracyDifference(pairs(idOf('alone', depth)), confidence)
  return {
    ...{ id, way: arm.way, depth, rear: hasExits(arm.way) ? depthOf(config.run.model) - depth : arm.rear, isFromLibrary: arm.isFromLibrary },
    cost: studentCost(facts, config.run.model, depth),
    ...{ trainingMemoryBytes: training?.memoryBytes ?? null, trainingMacs: training?.macs ?? null },
    ...{ runs: own.length, done: done.length, failed: own.filter(({ status }) => status === 'failed').length },
    accuracy: spread((reading) => reading.accuracy),
    validationAccuracy: spread((reading) => reading.validationAccuracy),
    testAccuracy: spread((reading) => reading.testAccuracy),
    validationLoss: spread((reading) => reading.validationLoss),
    gain,
    standing: standingOf(gain, accuracyTolerance),
    gainOverSupervision: control === null ? null : accuracyDifference(pairs(control), confidence),
    control,
    gapClosed: arm.way === 'whole' || arm.way === 'alone' ? null : gapClosed(readings, id, depth),
    rearGain: spread(({ accuracy, wholeAccuracy }) => (accuracy === null || wholeAccuracy === null ? null : wholeAccuracy - accuracy)),
    ckaAtStart: spread((reading) => reading.likenessAtStart?.cka),
    cka: spread((reading) => reading.likenessAtEnd?.cka),
    cosine: spread((reading) => reading.likenessAtEnd?.cosine),
    frontVariance: spread((reading) => reading.likenessAtEnd?.frontVariance),
    rearVariance: spread((reading) => reading.likenessAtEnd?.rearVariance),
    frontRank: spread((reading) => reading.likenessAtEnd?.frontRank),
    rearRank: spread((reading) => reading.likenessAtEnd?.rearRank),
    collapsed: own.filter(({ run }) => run.isCollapsed).length,
    wallMs: spread(({ run }) => run.wallMs),
    stepMs: spread(({ run }) => run.stepMs),
    stepMsRatio: arm.way === 'whole' ? null : pairedRatio(pairs(idOf('whole', depth)), ({ run }) => run.stepMs, confidence),
  }
}

/** The student of deep supervision that a drawn one is held against: one with the same exits where there are several. Null where that way is not trained. */
function controlOf(way: DistillationWay, depth: number, { students }: FeatureDistillationConfig): string | null {
  if (!isDrawn(way)) return null
  const wanted: readonly DistillationWay[] = hasExits(way) ? ['deep-supervision-exits', 'deep-supervision'] : ['deep-supervision']
  const control = wanted.find((one) => students.ways.includes(one))
  return control === undefined ? null : idOf(control, depth)
}

/** By the interval, not by the mean. */
function standingOf(gain: Spread | null, tolerance: number): Standing | null {
  if (gain === null || gain.low === null || gain.high === null) return null
  if (gain.low > 0) return 'better'
  if (gain.low >= -tolerance) return 'not-worse'
  return gain.high < 0 ? 'worse' : 'undecided'
}

/** Gain over the student alone as a share of what the whole stack gains over it, over the seeds that have all three. */
function gapClosed(readings: readonly Reading[], id: string, depth: number): number | null {
  const done = readings.filter(({ status, accuracy }) => status === 'done' && accuracy !== null)
  const seeds = done.filter(({ arm }) => arm === id).map(({ seed }) => seed)
  const of = (arm: string, seed: number) => done.find((reading) => reading.arm === arm && reading.seed === seed)?.accuracy ?? null
  const triples = seeds.flatMap((seed) => {
    const [student, alone, whole] = [of(id, seed), of(idOf('alone', depth), seed), of(idOf('whole', depth), seed)]
    return student === null || alone === null || whole === null ? [] : [{ made: student - alone, gap: whole - alone }]
  })
  const gap = triples.reduce((sum, one) => sum + one.gap, 0)
  return gap > 0 ? triples.reduce((sum, one) => sum + one.made, 0) / gap : null
}
