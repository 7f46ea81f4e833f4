import { moment } from './numbers.ts'
import { environmentsOf, seedsOf, setupOf, titleOf } from './reported-study.ts'
import type { ReportedStudy, WeeklyReport } from './reported-study.ts'
import { nextStepOf, tellingOf } from './telling.ts'
import { spent } from './weekly-report.ts'

/** The report for a terminal or a mail: the same answers and next steps, without tables and charts. */
export function weeklyText(report: WeeklyReport): string {
  const head = `${moment(report.from)} to ${moment(report.to)}, workspace ${report.workspace}, Loupe ${report.loupe}`
  if (report.studies.length === 0) return `${head}\nNo study ran in these days. Nothing to do.`
  return [head, ...report.studies.map((reported) => studyText(reported, report.from))].join('\n\n')
}

function studyText(reported: ReportedStudy, from: number): string {
  const { study, runs, reading } = reported
  const told = tellingOf(reported)
  const answer = 'problem' in reading ? [reading.problem] : (told?.lines ?? [])
  return [
    `${titleOf(study)} (${study.id}, ${study.status})`,
    ...answer.map((line) => `  ${line}`),
    `  Next: ${nextStepOf(reported)}`,
    ...[...setupOf(study), ...(told?.setup ?? [])].map(([label, value]) => `  ${label}: ${value}`),
    `  Runs: ${told?.runs ?? runs.length}`,
    `  Spent: ${spent(reported, from)}`,
    `  Made with: ${environmentsOf(runs).join('; ') || 'no run has begun'}`,
    `  Seeds: ${seedsOf(runs).join(', ') || '–'}; config ${study.configHash}`,
  ].join('\n')
}
