import type { QueryOutput } from '../contract/queries.ts'
import type { Environment, RunRecord, StudyRecord } from '../contract/records.ts'
import type { SharedRunConfig, Target } from '../contract/run-config.ts'
import type { MethodName } from '../contract/study-config.ts'

/** A study as the weekly report tells of it. */
export interface ReportedStudy {
  readonly study: StudyRecord
  readonly runs: readonly RunRecord[]
  /** What the study says now; a sentence where its data cannot be read any more. */
  readonly reading: { readonly report: QueryOutput<'study.report'> } | { readonly problem: string }
  /** Milliseconds since 1970, UTC: the last thing that happened to it. */
  readonly lastActiveAt: number
}

/** All that the report is made from. */
export interface WeeklyReport {
  /** Milliseconds since 1970, UTC. */
  readonly from: number
  readonly to: number
  readonly days: number
  readonly loupe: string
  readonly workspace: string
  readonly studies: readonly ReportedStudy[]
}

export interface RunCounts {
  readonly reached: number
  readonly censored: number
  readonly failed: number
  /** Ended before target and limit, by the user or with a batch size that is given up. */
  readonly stopped: number
  /** Running, queued, paused or interrupted. */
  readonly open: number
}

/** How the runs of a study have ended. */
export function runCounts(runs: readonly RunRecord[]): RunCounts {
  const finished = runs.filter(({ status }) => status === 'finished')
  const failed = runs.filter(({ status }) => status === 'failed').length
  const censored = finished.filter((run) => run.censored === true).length
  const stopped = runs.filter(({ status }) => status === 'stopped').length
  return { reached: finished.length - censored, censored, failed, stopped, open: runs.length - finished.length - failed - stopped }
}

/** How the runs of a comparison, which has no target to reach, have ended. */
export function endedInWords(runs: readonly RunRecord[]): string {
  const { reached, censored, failed, stopped, open } = runCounts(runs)
  return [`${reached + censored} done`, `${failed} failed`, ...(stopped === 0 ? [] : [`${stopped} stopped early`]), ...(open === 0 ? [] : [`${open} not ended`])].join(', ')
}

const methodTitles = { 'critical-batch-size': 'Critical batch size', 'loss-gap-batch': 'Batch size from the loss gap', 'gradient-quantization': 'Quantized gradients', 'feature-distillation': 'Feature distillation', 'channel-decorrelation': 'Channel decorrelation' } as const satisfies Record<MethodName, string>

export function methodTitleOf({ config }: StudyRecord): string {
  return methodTitles[config.method]
}

/** The study's own name, or one made of its method and id. */
export function titleOf(study: StudyRecord): string {
  return study.name === '' ? `${methodTitleOf(study)}, ${study.id}` : study.name
}

/** Training time of the runs that were active in the report's days, in hours; a run that began earlier counts whole, and so does one that has not ended. */
export function hoursInPeriod({ runs }: ReportedStudy, from: number): number {
  return runs.filter((run) => run.startedAt !== null && (run.finishedAt ?? Infinity) >= from).reduce((total, run) => total + run.wallMs, 0) / 3_600_000
}

/** Every combination of versions and devices that the runs were made on. */
export function environmentsOf(runs: readonly RunRecord[]): readonly string[] {
  return [...new Set(runs.flatMap(({ environment }) => (environment === null ? [] : [environmentInWords(environment)])))]
}

export function environmentInWords({ loupe, tensorflow, node, platform, device, threads, jit, git }: Environment): string {
  const commit = git === null ? '' : ` (${git.slice(0, 12)})`
  return `Loupe ${loupe}${commit}, TensorFlow ${tensorflow}, Node ${node.replace(/^v/, '')}, ${platform}, ${device}, ${threads} ${threads === 1 ? 'thread' : 'threads'}, XLA ${jit ? 'on' : 'off'}`
}

/** The seeds of some runs, each once, in order. */
export function seedsOf(runs: readonly RunRecord[]): readonly number[] {
  return [...new Set(runs.map(({ config }) => config.seed))].sort((one, other) => one - other)
}

/** What was trained, in words: data, model and optimiser. */
export function setupOf({ config }: StudyRecord): readonly (readonly [label: string, value: string])[] {
  return setupInWords(config.run)
}

/** The same of a single run. */
export function setupInWords({ dataset, model, optimizer }: SharedRunConfig): readonly (readonly [label: string, value: string])[] {
  return [
    ['Data', [dataset.name === 'file' ? (dataset.path ?? 'file') : dataset.name, ...(dataset.trainExamples === null ? [] : [`${dataset.trainExamples} training examples`])].join(', ')],
    ['Model', settings(model)],
    ['Optimizer', settings(optimizer)],
  ]
}

/** A target in words. */
export function targetInWords({ criterion, value }: Target): string {
  return `${criterion} ${criterion === 'validation-accuracy' ? '≥' : '≤'} ${value}`
}

function settings({ kind, ...rest }: { readonly kind: string }): string {
  const words = Object.entries(rest).map(([key, value]) => `${key} ${Array.isArray(value) ? value.join('-') : String(value)}`)
  return words.length === 0 ? kind : `${kind} (${words.join(', ')})`
}
