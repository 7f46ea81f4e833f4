import type { QueryOutput } from '../contract/queries.ts'
import type { RunRecord, StudyRecord } from '../contract/records.ts'
import type { LoggedEvaluation } from '../log/log.ts'
import type { CriticalBatchSizeReport } from '../methods/critical-batch-size/report.ts'
import { comparisonJson, comparisonText } from './comparison-result.ts'
import { decorrelationJson, decorrelationText } from './decorrelation-result.ts'
import { distillationJson, distillationText } from './distillation-result.ts'
import { table } from './output.ts'
import { quantizationJson, quantizationText } from './quantization-result.ts'

interface Told<Report = QueryOutput<'study.report'>> {
  readonly study: StudyRecord
  readonly runs: readonly RunRecord[]
  readonly report: Report
}

/** A study as the last line of `--json` gives it. */
export function studyJson({ study, runs, report }: Told): Readonly<Record<string, unknown>> {
  switch (report.method) {
    case 'critical-batch-size':
      return sweepJson({ study, runs, report })
    case 'loss-gap-batch':
      return comparisonJson({ study, runs, report })
    case 'gradient-quantization':
      return quantizationJson({ study, runs, report })
    case 'feature-distillation':
      return distillationJson({ study, runs, report })
    case 'channel-decorrelation':
      return decorrelationJson({ study, runs, report })
  }
}

/** A study for people. */
export function studyText({ study, runs, report }: Told): string {
  switch (report.method) {
    case 'critical-batch-size':
      return sweepText({ study, runs, report })
    case 'loss-gap-batch':
      return comparisonText({ study, runs, report })
    case 'gradient-quantization':
      return quantizationText({ study, runs, report })
    case 'feature-distillation':
      return distillationText({ study, runs, report })
    case 'channel-decorrelation':
      return decorrelationText({ study, runs, report })
  }
}

/**
 * A sweep as the last line of `--json` gives it. Scripts read this: keys are not renamed.
 *
 * `steps`, `examples` and `wallMs` of a run are those at which it reached the target (between two evaluations by
 * interpolation), or those at which it was given up where it is `censored`. `wallMs` is training alone, without evaluations,
 * but for a run that has not ended.
 */
function sweepJson({ study, runs, report }: Told<CriticalBatchSizeReport>): Readonly<Record<string, unknown>> {
  const points = new Map(report.points.map((point) => [point.runId, point]))
  const { estimate, low, high, reason } = report.criticalBatchSize
  return {
    study: {
      id: study.id,
      method: study.config.method,
      runs: runs.map((run) => {
        const point = points.get(run.id)
        return {
          id: run.id,
          batchSize: run.config.batchSize,
          seed: run.config.seed,
          steps: point?.steps ?? run.steps,
          examples: point?.examples ?? run.examples,
          wallMs: point?.wallMs ?? run.wallMs,
          censored: point?.censored ?? run.censored,
        }
      }),
      criticalBatchSize: { estimate, low, high, reason },
      noiseScale: report.noiseScale,
      fits: report.fits,
    },
  }
}

/** A sweep for people: the answer first, then what it rests on. */
function sweepText({ study, runs, report }: Told<CriticalBatchSizeReport>): string {
  const { estimate, low, high, reason } = report.criticalBatchSize
  const interval = low === null || high === null ? '' : ` (${whole(low)} to ${whole(high)})`
  const noiseScale = report.noiseScale?.value
  const { saving } = report
  const failed = runs.filter((run) => run.status === 'failed')
  return [
    `Study ${study.id}${study.name ? ` "${study.name}"` : ''}: ${study.status}`,
    ...(report.target === null ? [] : [`Target: ${report.target.criterion} ${report.target.criterion === 'validation-accuracy' ? '>=' : '<='} ${report.target.value}`]),
    '',
    table(
      ['batch size', 'runs', 'reached', 'steps', 'examples', 'seconds'],
      report.batches.map((batch) => [String(batch.batchSize), String(batch.runs), String(batch.reached), whole(batch.meanSteps), whole(batch.meanExamples), seconds(batch.meanWallMs)]),
    ),
    '',
    `Critical batch size: ${estimate === null ? 'none' : `${whole(estimate)}${interval}`}`,
    `  ${reason}`,
    ...(typeof noiseScale === 'number' ? [`Gradient noise scale: ${whole(noiseScale)} examples`] : []),
    ...(saving !== null && saving.examplesShare !== null ? [`Against batch size ${saving.currentBatchSize}: ${percent(saving.examplesShare)} of the examples saved`] : []),
    ...report.warnings.map((warning) => `Note: ${warning.message}`),
    ...failed.map((run) => `Run ${run.id} (${run.key}) failed: ${run.error?.message ?? 'no reason logged'}`),
  ].join('\n')
}

/** The last value of each metric that is not logged at every step. */
export function lastValues(evaluations: readonly LoggedEvaluation[]): Readonly<Record<string, number>> {
  return Object.assign({}, ...evaluations.map((evaluation) => evaluation.values))
}

/** A single run as the last line of `--json` gives it. */
export function runJson(run: RunRecord, last: Readonly<Record<string, number>>): Readonly<Record<string, unknown>> {
  const { id, name, status, steps, examples, wallMs, functionEvaluations, censored, error, config } = run
  return { run: { id, name, status, batchSize: config.batchSize, seed: config.seed, steps, examples, wallMs, functionEvaluations, censored, error, metrics: last } }
}

/** A single run for people. */
export function runText(run: RunRecord, last: Readonly<Record<string, number>>): string {
  return [
    `Run ${run.id}${run.name ? ` "${run.name}"` : ''}: ${run.status}${run.censored === true ? ', target not reached' : run.censored === false ? ', target reached' : ''}`,
    `${run.steps} steps, ${run.examples} examples, ${seconds(run.wallMs)} s${run.environment === null ? '' : `, on ${run.environment.device}`}`,
    ...(Object.keys(last).length === 0 ? [] : ['', table(['metric', 'last value'], Object.entries(last).map(([key, value]) => [key, value.toPrecision(6)]))]),
    ...(run.error === null ? [] : ['', `Error (${run.error.code}): ${run.error.message}`]),
  ].join('\n')
}

function whole(value: number | null): string {
  return value === null ? '–' : String(Math.round(value))
}

function seconds(ms: number | null): string {
  return ms === null ? '–' : (ms / 1000).toFixed(1)
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)} %`
}
