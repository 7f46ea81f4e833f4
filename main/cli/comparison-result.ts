import type { RunRecord, StudyRecord } from '../contract/records.ts'
import type { ComparedArm, LossGapBatchReport } from '../methods/loss-gap-batch/report.ts'
import { table } from './output.ts'
import { inPercent, whole } from './spread-text.ts'

interface Told {
  readonly study: StudyRecord
  readonly runs: readonly RunRecord[]
  readonly report: LossGapBatchReport
}

/**
 * A comparison as the last line of `--json` gives it. Scripts read this: keys are not renamed.
 *
 * `updates` and `examples` count discarded ones; `wallMs` is training alone, without evaluations.
 */
export function comparisonJson({ study, report }: Told): Readonly<Record<string, unknown>> {
  const { verdict, target, arms, saving, warnings } = report
  return {
    study: {
      id: study.id,
      method: report.method,
      runs: report.runs.map(({ runId, ...run }) => ({ id: runId, ...run })),
      comparison: { verdict, target, arms, saving, warnings },
    },
  }
}

/** A comparison for people: the answer first, then what it rests on. */
export function comparisonText({ study, runs, report }: Told): string {
  const { target, verdict } = report
  return [
    `Study ${study.id}${study.name ? ` "${study.name}"` : ''}: ${study.status}`,
    ...(target === null ? [] : [`Target: ${target.criterion} ${target.criterion === 'validation-accuracy' ? '>=' : '<='} ${target.value}`]),
    '',
    table(
      ['way', 'runs', 'accuracy %', 'test %', 'updates', 'ratio', 'to target', 'ratio', 'examples', 'to target', 'ratio', 'last batch', 'rollbacks', 'seconds'],
      report.arms.map(row),
    ),
    '',
    verdict.reason,
    ...report.warnings.map((warning) => `Note: ${warning.message}`),
    ...runs.filter((run) => run.status === 'failed').map((run) => `Run ${run.id} (${run.key}) failed: ${run.error?.message ?? 'no reason logged'}`),
  ].join('\n')
}

function row(arm: ComparedArm): string[] {
  const ratio = (of: 'updates' | 'updatesToTarget' | 'examplesToTarget') => arm.ratios?.[of]?.value.toFixed(2) ?? (arm.arm === 'fixed-small' ? '1' : '–')
  return [
    arm.arm,
    arm.failed === 0 ? `${arm.done}/${arm.runs}` : `${arm.done}/${arm.runs}, ${arm.failed} failed`,
    inPercent(arm.validationAccuracy),
    inPercent(arm.testAccuracy),
    whole(arm.updates),
    ratio('updates'),
    whole(arm.updatesToTarget),
    ratio('updatesToTarget'),
    whole(arm.examples),
    whole(arm.examplesToTarget),
    ratio('examplesToTarget'),
    whole(arm.finalBatch),
    arm.rollbacks === null ? '–' : arm.rollbacks.mean.toFixed(1),
    arm.wallMs === null ? '–' : (arm.wallMs.mean / 1000).toFixed(1),
  ]
}
