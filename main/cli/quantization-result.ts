import type { RunRecord, StudyRecord } from '../contract/records.ts'
import type { GradientQuantizationReport, QuantizedArm } from '../methods/gradient-quantization/report.ts'
import { targetInWords } from '../methods/gradient-quantization/target-in-words.ts'
import { table } from './output.ts'
import { asFactor, inPercent, inPoints, whole } from './spread-text.ts'

interface Told {
  readonly study: StudyRecord
  readonly runs: readonly RunRecord[]
  readonly report: GradientQuantizationReport
}

/**
 * A comparison of compressed gradients as the last line of `--json` gives it. Scripts read this: keys are not renamed.
 *
 * `accuracy` is that of the test examples, else of the validation examples; `bytesUp` and `bytesDown` are of a worker in all steps together,
 * encoded; `keptRatio` and `askedRatio` are means over the exchanges; `wallMs` is training alone, without evaluations.
 */
export function quantizationJson({ study, report }: Told): Readonly<Record<string, unknown>> {
  const { verdict, workers, ratio, target, localSteps, arms, warnings, spent } = report
  return {
    study: {
      id: study.id,
      method: report.method,
      runs: report.runs.map(({ runId, arm, seed, accuracy, bytesUp, bytesDown, keptRatio, askedRatio, steps, wallMs, status, problem }) => ({ id: runId, arm, seed, accuracy, bytesUp, bytesDown, keptRatio, askedRatio, steps, wallMs, status, problem })),
      verdict,
      comparison: { workers, ratio, target, localSteps, arms, warnings, spent },
    },
  }
}

/** The same for people: the answer first, then what it rests on. */
export function quantizationText({ study, runs, report }: Told): string {
  return [
    `Study ${study.id}${study.name ? ` "${study.name}"` : ''}: ${study.status}`,
    [`${report.workers} workers`, `ratio ${report.ratio}`, targetInWords(report)].filter((part) => part !== '').join(', '),
    '',
    table(['way', 'runs', 'accuracy %', 'to dense, points', 'bytes up/step', 'less', 'bytes down/step', 'less', 'kept %', 'of asked', 'ms/step'], report.arms.map(row)),
    '',
    report.verdict.reason,
    ...report.warnings.map((warning) => `Note: ${warning.message}`),
    ...runs.filter((run) => run.status === 'failed').map((run) => `Run ${run.id} (${run.key}) failed: ${run.error?.message ?? 'no reason logged'}`),
  ].join('\n')
}

function row(arm: QuantizedArm): string[] {
  return [
    arm.arm,
    arm.failed === 0 ? `${arm.done}/${arm.runs}` : `${arm.done}/${arm.runs}, ${arm.failed} failed`,
    inPercent(arm.accuracy),
    inPoints(arm.accuracyGain),
    whole(arm.bytesUpPerStep),
    asFactor(arm.compressionUp),
    whole(arm.bytesDownPerStep),
    asFactor(arm.compressionDown),
    inPercent(arm.keptRatio),
    asFactor(arm.achievedRatio),
    arm.stepMs === null ? '–' : arm.stepMs.mean.toFixed(1),
  ]
}
