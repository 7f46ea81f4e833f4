import type { DistillationRecord } from '../../contract/distillation-records.ts'
import { finite } from '../run-outcome.ts'
import type { Evaluation, StudiedRun } from '../study.ts'
import type { Likeness } from './report.ts'

interface Asked {
  readonly run: StudiedRun | undefined
  /** Of the student. */
  readonly depth: number
  /** True for the run's own student, of which the metrics tell. */
  readonly isOwn: boolean
  /** Blocks of the whole stack. */
  readonly whole: number
}

/** How alike a student's feature and the second extractor's were before any step, and are at the end. */
export function likenessOf({ run, depth, isOwn, whole }: Asked): { readonly likenessAtStart: Likeness | null; readonly likenessAtEnd: Likeness | null } {
  if (run === undefined) return { likenessAtStart: null, likenessAtEnd: null }
  if (isOwn) {
    const told = run.evaluations.filter(({ values }) => values['distillation/cka'] !== undefined)
    return { likenessAtStart: fromMetrics(told.find(({ step }) => step === 0)), likenessAtEnd: fromMetrics(told.at(-1)) }
  }
  const records = run.distillation?.() ?? []
  const read = (record: DistillationRecord | undefined) => (record === undefined ? null : fromRecord(record, depth, whole))
  return { likenessAtStart: read(records.find(({ step }) => step === 0)), likenessAtEnd: read(records.at(-1)) }
}

function fromMetrics(evaluation: Evaluation | undefined): Likeness | null {
  if (evaluation === undefined) return null
  const at = (name: string) => finite(evaluation.values[`distillation/${name}`] ?? null)
  return { cka: at('cka'), cosine: at('cosine'), frontVariance: at('front-variance'), rearVariance: at('rear-variance'), frontRank: at('front-rank'), rearRank: at('rear-rank') }
}

function fromRecord({ pairs, features }: DistillationRecord, depth: number, whole: number): Likeness {
  const pair = pairs.find(({ front }) => front === depth)
  const [front, rear] = [depth, pair?.rear ?? whole].map((at) => features.find((feature) => feature.depth === at))
  return { cka: pair?.cka ?? null, cosine: pair?.cosine ?? null, frontVariance: front?.variance ?? null, rearVariance: rear?.variance ?? null, frontRank: front?.effectiveRank ?? null, rearRank: rear?.effectiveRank ?? null }
}
