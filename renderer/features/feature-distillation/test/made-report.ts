import type { DistillationRecord } from '../../../../main/contract/distillation-records.ts'
import type { MetricSeries } from '../../../../main/contract/records.ts'
import type { Spread } from '../../../../main/contract/spread.ts'
import type { DistillationWay } from '../../../../main/methods/feature-distillation/config.ts'
import type { Decision, DistilledRun, DistilledStudent } from '../../../../main/methods/feature-distillation/report.ts'

const spreadOf = (mean: number | null | undefined): Spread | null => (mean === null || mean === undefined ? null : { mean, deviation: 0.01, n: 3, low: mean - 0.02, high: mean + 0.02 })

/** A student of so many blocks, each of 1000 parameters and 4100 bytes. */
export function madeStudent(way: DistillationWay, depth: number, { accuracy, gain }: { readonly accuracy: number | null; readonly gain?: number }): DistilledStudent {
  const none = { trainingMemoryBytes: null, trainingMacs: null, validationAccuracy: null, testAccuracy: null, validationLoss: null, standing: null, gainOverSupervision: null, control: null, gapClosed: null, rearGain: null }
  const unseen = { ckaAtStart: null, cka: null, cosine: null, frontVariance: null, rearVariance: null, frontRank: null, rearRank: null, wallMs: null, stepMs: null, stepMsRatio: null }
  return { ...none, ...unseen, id: way === 'whole' ? way : `${way} depth=${depth}`, way, depth, rear: null, isFromLibrary: false, cost: { parameters: 1000 * depth, macs: 10_000 * depth, memoryBytes: 4100 * depth, latencyMs: null, latencyP95Ms: null }, runs: 3, done: 3, failed: 0, accuracy: spreadOf(accuracy), gain: spreadOf(gain), collapsed: 0 }
}

export function madeDecision({ chosen = null, memory = [], limits = { memoryBytes: null, macs: null, latencyMs: null, accuracy: null }, ...rest }: Partial<Pick<Decision, 'chosen' | 'limits' | 'candidates' | 'binding' | 'nearest'>> & { readonly memory?: string[] }): Decision {
  return { objective: 'accuracy', limits, candidates: [], chosen, binding: [], nearest: null, pareto: { memory, macs: [], latency: [] }, ...rest }
}

interface MadeRun extends Pick<DistilledRun, 'way' | 'depth' | 'seed'> {
  readonly rear?: number
  readonly status?: DistilledRun['status']
  /** Depths of its students, beside the whole stack of 4 blocks. */
  readonly exits?: readonly number[]
}

export function madeRun(arm: string, { way, depth, seed, rear, status = 'done', exits }: MadeRun): DistilledRun {
  const exit = (at: number, isWhole: boolean) => ({ depth: at, isWhole, accuracy: null, validationAccuracy: null, testAccuracy: null, validationLoss: null, likenessAtStart: null, likenessAtEnd: null })
  const all = exits === undefined ? [exit(depth ?? 4, way === 'whole')] : [...exits.map((at) => exit(at, false)), exit(4, true)]
  return { runId: `run ${arm} ${seed}`, arm, way, depth, rear: rear ?? null, seed, status, problem: null, exits: all, steps: 100, examples: 6400, wallMs: 1000, stepMs: 10, isCollapsed: false }
}

/** Students of 1 and 2 blocks in a chain of 4. */
export function madeRecord(step: number): DistillationRecord {
  const rise = step === 0 ? 1 : 2
  return {
    ...{ step, examples: 64 * step, wallMs: 10 * step, factor: 1, isCollapsed: false },
    exits: [1, 2, 4].map((depth) => ({ depth, isWhole: depth === 4, validation: { loss: 1, accuracy: 0.125 * depth * rise } })),
    pairs: [1, 2].map((front) => ({ front, rear: 4, weight: 1, loss: 0.5, cka: 0.8, cosine: null })),
    features: [1, 2, 4].map((depth) => ({ depth, variance: 0.5, effectiveRank: 5 + depth, dimensions: 32 })),
    routes: { front: 1, rear: null, feature: 0.5, logits: null },
    similarity: [[1, 0.5], [0.5, 1]],
  }
}

export function madeSeries(runId: string, key: string): MetricSeries {
  const mean = [0.5, 0.75]
  return { runId, key, step: [10, 20], examples: [640, 1280], wallMs: [100, 200], mean, min: mean, max: mean, last: mean, count: [1, 1], total: 2 }
}
