import type { RunRecord, StudyRecord } from '../contract/records.ts'
import type { DistilledStudent, FeatureDistillationReport, RearDecision, SizeLaw } from '../methods/feature-distillation/report.ts'
import { table } from './output.ts'
import { asFactor, inPercent, inPoints } from './spread-text.ts'

interface Told {
  readonly study: StudyRecord
  readonly runs: readonly RunRecord[]
  readonly report: FeatureDistillationReport
}

/**
 * A comparison of students as the last line of `--json` gives it. Scripts read this: keys are not renamed.
 *
 * `accuracy` of an exit is that of the test examples, else of the validation examples; `wallMs` is training alone, without evaluations.
 */
export function distillationJson({ study, report }: Told): Readonly<Record<string, unknown>> {
  const { verdict, wholeDepth, students, decision, rearDecisions, sizeLaws, earlyExits, warnings, spent } = report
  return {
    study: {
      id: study.id,
      method: report.method,
      runs: report.runs.map(({ runId, arm, way, depth, rear, seed, exits, steps, wallMs, stepMs, isCollapsed, status, problem }) => ({ id: runId, arm, way, depth, rear, seed, exits, steps, wallMs, stepMs, isCollapsed, status, problem })),
      verdict,
      decision,
      comparison: { wholeDepth, students, rearDecisions, sizeLaws, earlyExits, warnings, spent },
    },
  }
}

/** The same for people: the answer first, then what it rests on. */
export function distillationText({ study, runs, report }: Told): string {
  return [
    `Study ${study.id}${study.name ? ` "${study.name}"` : ''}: ${study.status}`,
    `Students of a stack of ${report.wholeDepth} blocks`,
    '',
    table(['student', 'runs', 'accuracy %', 'to alone, points', 'to deep supervision', 'gap closed %', 'parameters', 'MMAC', 'MiB', 'ms', 'CKA', 'ms/step'], report.students.map(row)),
    '',
    report.verdict.reason,
    ...chosen(report),
    ...report.rearDecisions.map(rearText),
    ...report.sizeLaws.flatMap(lawText),
    ...report.warnings.map((warning) => `Note: ${warning.message}`),
    ...runs.filter((run) => run.status === 'failed').map((run) => `Run ${run.id} (${run.key}) failed: ${run.error?.message ?? 'no reason logged'}`),
  ].join('\n')
}

function row(student: DistilledStudent): string[] {
  const { cost } = student
  return [
    student.id,
    student.failed === 0 ? `${student.done}/${student.runs}` : `${student.done}/${student.runs}, ${student.failed} failed`,
    inPercent(student.accuracy),
    inPoints(student.gain),
    inPoints(student.gainOverSupervision),
    student.gapClosed === null ? '–' : String(Math.round(student.gapClosed * 100)),
    cost === null ? '–' : String(cost.parameters),
    cost === null ? '–' : (cost.macs / 1e6).toPrecision(3),
    cost === null ? '–' : (cost.memoryBytes / 2 ** 20).toPrecision(3),
    cost === null || cost.latencyMs === null ? '–' : cost.latencyMs.toPrecision(2),
    asFactor(student.cka),
    student.stepMs === null ? '–' : student.stepMs.mean.toFixed(1),
  ]
}

function chosen({ decision }: FeatureDistillationReport): string[] {
  if (decision.candidates.length === 0) return []
  if (decision.chosen !== null) return [`Student chosen by ${decision.objective}: ${decision.chosen}`]
  return decision.binding.length === 0 ? [] : [`No student within the limits: ${decision.binding.join(', ')} in the way${decision.nearest === null ? '' : `, nearest ${decision.nearest}`}`]
}

function rearText({ way, depth, decision }: RearDecision): string {
  const { chosen: taken, objective, binding } = decision
  return `Second extractor of ${way} at ${depth}: ${taken === null ? `none yet${binding.length > 0 ? `, ${binding.join(', ')} in the way` : ''}` : `${taken}, by ${objective}`}`
}

function lawText({ way, fit }: SizeLaw): string[] {
  if (fit === null) return []
  const interval = fit.low === null || fit.high === null ? '' : ` (${(-fit.high).toFixed(3)} to ${(-fit.low).toFixed(3)})`
  return [`Size law of ${way}: error goes as parameters^${(-fit.exponent).toFixed(3)}${interval}${fit.floor === null ? '' : `, down to ${fit.floor.toFixed(3)}`}`]
}
