import { count, interval, moment, savingSentence } from './numbers.ts'
import { environmentsOf, nextStepOf, runsInWords, seedsOf, setupOf, titleOf } from './reported-study.ts'
import type { ReportedStudy, WeeklyReport } from './reported-study.ts'
import { gateOf, spent } from './weekly-report.ts'

/** The report for a terminal or a mail: the same answers and next steps, without tables and charts. */
export function weeklyText(report: WeeklyReport): string {
  const head = `${moment(report.from)} to ${moment(report.to)}, workspace ${report.workspace}, Loupe ${report.loupe}`
  if (report.studies.length === 0) return `${head}\nNo study ran in these days. Nothing to do.`
  return [head, ...report.studies.map((reported) => studyText(reported, report.from))].join('\n\n')
}

function studyText(reported: ReportedStudy, from: number): string {
  const { study, runs, reading } = reported
  const answer = 'problem' in reading ? [reading.problem] : answerLines(reading.report, study.config.sweep.confidence)
  return [
    `${titleOf(study)} (${study.id}, ${study.status})`,
    ...answer.map((line) => `  ${line}`),
    `  Next: ${nextStepOf(reported)}`,
    ...setupOf(study).map(([label, value]) => `  ${label}: ${value}`),
    `  Runs: ${runsInWords(runs)}`,
    `  Spent: ${spent(reported, from)}`,
    `  Made with: ${environmentsOf(runs).join('; ') || 'no run has begun'}`,
    `  Seeds: ${seedsOf(runs).join(', ') || '–'}; config ${study.configHash}`,
  ].join('\n')
}

function answerLines(report: Extract<ReportedStudy['reading'], { readonly report: unknown }>['report'], confidence: number): readonly string[] {
  const { estimate, low, high, reason } = report.criticalBatchSize
  return [
    estimate === null ? 'No b* yet' : `b* = ${count(estimate)} examples a batch (${interval({ low, high, confidence })})`,
    reason,
    ...(report.saving === null ? [] : [savingSentence(report.saving)]),
    `Gate of the ${report.gate.stage} stage: ${gateOf(report)}. ${report.gate.reasons.join(' ')}`,
  ]
}
