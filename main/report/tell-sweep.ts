import type { RunRecord, StudyRecord } from '../contract/records.ts'
import type { CriticalBatchSizeConfig } from '../methods/critical-batch-size/config.ts'
import type { CriticalBatchSizeReport } from '../methods/critical-batch-size/report.ts'
import type { ReportTable } from '../contract/report-document.ts'
import { tableOf } from './blocks.ts'
import { html, nothing } from './html.ts'
import type { Html } from './html.ts'
import { nextStep } from './next-step.ts'
import { count, interval, savingSentence } from './numbers.ts'
import { runCounts, targetInWords, titleOf } from './reported-study.ts'
import { sweepChart } from './sweep-chart.ts'
import type { Telling } from './telling.ts'

/** What a sweep over batch sizes found. */
export function tellSweep(options: { readonly study: StudyRecord; readonly config: CriticalBatchSizeConfig; readonly runs: readonly RunRecord[]; readonly report: CriticalBatchSizeReport }): Telling {
  const { study, config, runs, report } = options
  const { sweep } = config
  return {
    short: report.criticalBatchSize.estimate === null ? '–' : `b* = ${count(report.criticalBatchSize.estimate)}`,
    state: gateOf(report),
    lines: answerLines(report, sweep.confidence),
    answer: answer(report, sweep.confidence),
    chart: sweepChart(report, titleOf(study)),
    table: batchTable(report),
    nextStep: nextStep({ studyId: study.id, status: study.status, config, report }),
    setup: [
      ['Target', targetInWords(sweep.target)],
      ['Batch sizes', `${[...sweep.batchSizes].sort((one, other) => one - other).join(', ')} examples`],
    ],
    runs: runsInWords(runs),
    facts: { criticalBatchSize: report.criticalBatchSize, saving: report.saving, gate: report.gate, spent: report.spent },
  }
}

/** How the runs have ended; those stopped and not ended are named only where there are some. */
function runsInWords(runs: readonly RunRecord[]): string {
  const { reached, censored, failed, stopped, open } = runCounts(runs)
  return [`${reached} reached the target`, `${censored} given up before it`, `${failed} failed`, ...(stopped === 0 ? [] : [`${stopped} stopped early`]), ...(open === 0 ? [] : [`${open} not ended`])].join(', ')
}

function answerLines(report: CriticalBatchSizeReport, confidence: number): readonly string[] {
  const { estimate, low, high, reason } = report.criticalBatchSize
  return [
    estimate === null ? 'No b* yet' : `b* = ${count(estimate)} examples a batch (${interval({ low, high, confidence })})`,
    reason,
    ...(report.saving === null ? [] : [savingSentence(report.saving)]),
    `Gate of the ${report.gate.stage} stage: ${gateOf(report)}. ${report.gate.reasons.join(' ')}`,
  ]
}

function answer(report: CriticalBatchSizeReport, confidence: number): Html {
  const { estimate, low, high, reason } = report.criticalBatchSize
  const { saving, gate } = report
  return html`<p class="answer">${estimate === null ? 'No b* yet' : `b* = ${count(estimate)} examples a batch (${interval({ low, high, confidence })})`}</p>
<p>${reason}</p>
${saving === null ? nothing : html`<p>${savingSentence(saving)}</p>`}
<p>Gate of the ${gate.stage} stage: <strong class="${gate.status === 'confirmed' ? 'good' : gate.status === 'refuted' || gate.status === 'over-budget' ? 'warn' : 'open'}">${gateOf(report)}</strong></p>
<ul>${gate.reasons.map((each) => html`<li>${each}</li>`)}</ul>
${report.warnings.length === 0 ? nothing : html`<p class="quiet">To know about these numbers:</p><ul class="quiet">${report.warnings.map(({ message }) => html`<li>${message}</li>`)}</ul>`}`
}

/** The gate's status as a word of a sentence. */
function gateOf({ gate }: CriticalBatchSizeReport): string {
  return gate.status === 'confirmed' ? 'open (confirmed)' : gate.status === 'refuted' ? 'closed (refuted)' : gate.status.replace('-', ' ')
}

/** The seeds of a row are those that its numbers come from: runs that reached the target or were given up. */
function batchTable(report: CriticalBatchSizeReport): ReportTable {
  const measured = report.points.filter(({ role, steps, censored }) => role === 'sweep' && (steps !== null || censored))
  const seeds = (batchSize: number) => measured.filter((point) => point.batchSize === batchSize).map(({ seed }) => seed).sort((one, other) => one - other).join(', ')
  return tableOf(
    ['Batch size', 'Seeds', 'Runs', 'Reached', 'Steps K', 'Examples N', '± SD', 'Seconds to target'],
    report.batches.map((batch) => [String(batch.batchSize), seeds(batch.batchSize), String(batch.runs), String(batch.reached), count(batch.meanSteps), count(batch.meanExamples), count(batch.sdExamples), batch.meanWallMs === null ? '–' : (batch.meanWallMs / 1000).toFixed(1)]),
  )
}
