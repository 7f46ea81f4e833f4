import type { RunRecord, StudyRecord } from '../contract/records.ts'
import type { FeatureDistillationConfig } from '../methods/feature-distillation/config.ts'
import type { FeatureDistillationReport } from '../methods/feature-distillation/report.ts'
import type { ReportTable } from '../contract/report-document.ts'
import { tableOf } from './blocks.ts'
import { html, nothing } from './html.ts'
import { count, doneOf, inPoints, meanInPercent } from './numbers.ts'
import { endedInWords } from './reported-study.ts'
import type { Telling } from './telling.ts'

/** What a comparison of students found. */
export function tellDistillation(options: { readonly study: StudyRecord; readonly config: FeatureDistillationConfig; readonly runs: readonly RunRecord[]; readonly report: FeatureDistillationReport }): Telling {
  const { study, config, runs, report } = options
  const { students, distillation } = config
  const { verdict, warnings, decision } = report
  return {
    short: shortOf(report),
    state: verdict.code.replaceAll('-', ' '),
    lines: [verdict.reason, ...warnings.map(({ message }) => message)],
    answer: html`<p class="answer">${verdict.reason}</p>
${warnings.length === 0 ? nothing : html`<p class="quiet">To know about these numbers:</p><ul class="quiet">${warnings.map(({ message }) => html`<li>${message}</li>`)}</ul>`}`,
    chart: nothing,
    table: studentTable(report),
    nextStep: nextStep({ study, config, report }),
    setup: [
      ['Students', `${students.depths.join(', ')} of ${report.wholeDepth} blocks, features by ${distillation.featureLoss} after ${distillation.normalization}, mode ${distillation.mode}, teacher ${distillation.teacher}`],
      ['Length', `${students.epochs} epochs at batch size ${students.batchSize}, ${students.seeds} ${students.seeds === 1 ? 'seed' : 'seeds'} of each way and depth`],
    ],
    runs: endedInWords(runs),
    facts: { verdict, decision, comparison: { students: report.students, sizeLaws: report.sizeLaws }, spent: report.spent },
  }
}

/** The student that is chosen, and how accurate it is. */
function shortOf({ decision, students }: FeatureDistillationReport): string {
  const chosen = students.find(({ id }) => id === decision.chosen)
  return chosen === undefined || chosen.accuracy === null ? '–' : `${chosen.id}, ${meanInPercent(chosen.accuracy)}`
}

function nextStep({ study, config, report }: { readonly study: StudyRecord; readonly config: FeatureDistillationConfig; readonly report: FeatureDistillationReport }): string {
  if (study.status === 'failed') return `The study has failed: mend what its error names, then go on with \`loupe resume ${study.id}\`.`
  const { ways, seeds } = config.students
  const { decision, verdict, warnings } = report
  const { code, facts } = verdict
  if (code === 'pending') return study.status === 'running' || study.status === 'queued' ? 'Nothing to do: the comparison goes on by itself.' : `The comparison is not complete and does not run (${study.status}): go on with \`loupe resume ${study.id}\`.`
  if (decision.chosen === null && decision.binding.length > 0) return `No student is within the limits: loosen ${decision.binding.join(' and ')}, or try other depths.`
  switch (code) {
    case 'no-alone':
      return ways.includes('alone') ? 'See why the runs of the students alone failed: without them there is nothing to hold the others against.' : 'Add "alone" to the ways: the others are held against it.'
    case 'nothing-compared':
      return 'See why the other runs failed, or add "distilled" to the ways.'
    case 'single-seed':
      return 'Add seeds: with one of each, chance is not told from effect.'
    case 'better':
    case 'some-better':
      if (warnings.some((one) => one.code === 'supervision-explains')) return 'Add seeds to tell the gain from that of deep supervision alone, which is cheaper to explain.'
      return `Use ${decision.chosen ?? String(facts['best'])}${decision.chosen === null || decision.chosen === facts['best'] ? '' : `, or ${String(facts['best'])} for the largest gain`}; its run exports the student.`
    case 'not-worse':
      return 'Distilling gains nothing that these seeds show: train the student alone, or try soft targets or another feature loss.'
    case 'worse':
      return 'Distilling hurts here: lower distillation.featureWeight, warm it up longer, or train the student alone.'
    case 'undecided':
      return `Add seeds: these ${seeds} do not tell whether distilling gains anything.`
  }
}

/** Means and deviations; a student whose runs failed says so in its row. */
function studentTable({ students }: FeatureDistillationReport): ReportTable {
  return tableOf(
    ['<Student', 'Runs', 'Accuracy', 'Against alone, points', 'Against deep supervision, points', 'Gap closed', 'Parameters', 'MMAC', 'ms, one example', 'ms a step'],
    students.map((one) => [
      one.id,
      doneOf(one),
      meanInPercent(one.accuracy),
      inPoints(one.gain),
      inPoints(one.gainOverSupervision),
      one.gapClosed === null ? '–' : `${Math.round(one.gapClosed * 100)} %`,
      count(one.cost?.parameters ?? null),
      one.cost === null ? '–' : (one.cost.macs / 1e6).toPrecision(3),
      one.cost?.latencyMs ? one.cost.latencyMs.toPrecision(2) : '–',
      one.stepMs === null ? '–' : one.stepMs.mean.toFixed(1),
    ]),
  )
}
