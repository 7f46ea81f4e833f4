import type { RunRecord, StudyRecord } from '../contract/records.ts'
import type { LossGapBatchConfig } from '../methods/loss-gap-batch/config.ts'
import type { ComparedArm, LossGapBatchReport, Ratio } from '../methods/loss-gap-batch/report.ts'
import type { ReportTable } from '../contract/report-document.ts'
import { tableOf } from './blocks.ts'
import { html, nothing } from './html.ts'
import { doneOf, meanInPercent, meanOf, percent } from './numbers.ts'
import { endedInWords, targetInWords } from './reported-study.ts'
import type { Telling } from './telling.ts'

/** What a comparison of ways to choose the batch size found. */
export function tellComparison(options: { readonly study: StudyRecord; readonly config: LossGapBatchConfig; readonly runs: readonly RunRecord[]; readonly report: LossGapBatchReport }): Telling {
  const { study, config, runs, report } = options
  const { comparison } = config
  const saving = savingSentence(report)
  return {
    short: shortOf(report),
    state: stateOf(report),
    lines: [report.verdict.reason, ...(saving === null ? [] : [saving]), ...report.warnings.map(({ message }) => message)],
    answer: html`<p class="answer">${report.verdict.reason}</p>
${saving === null ? nothing : html`<p>${saving}</p>`}
${report.warnings.length === 0 ? nothing : html`<p class="quiet">To know about these numbers:</p><ul class="quiet">${report.warnings.map(({ message }) => html`<li>${message}</li>`)}</ul>`}`,
    chart: nothing,
    table: armTable(report),
    nextStep: nextStep({ study, config, report }),
    setup: [
      ...(comparison.target === null ? [] : [['Target', targetInWords(comparison.target)] as const]),
      ['Batch sizes', `first ${comparison.smallBatch}, at most ${config.controller.batchMax} by the controller, fixed large ${comparison.largeBatch} examples`],
      ['Length', `${comparison.epochs} epochs, ${comparison.seeds} ${comparison.seeds === 1 ? 'seed' : 'seeds'} of each way`],
    ],
    runs: endedInWords(runs),
    facts: { comparison: { verdict: report.verdict, arms: report.arms }, saving: report.saving, spent: report.spent },
  }
}

function controllerOf({ arms }: LossGapBatchReport): ComparedArm | undefined {
  return arms.find(({ arm }) => arm === 'controller')
}

function shortOf(report: LossGapBatchReport): string {
  const ratio = controllerOf(report)?.ratios?.updates
  return ratio === null || ratio === undefined ? '–' : `${ratio.value.toFixed(2)} × the updates`
}

function stateOf({ verdict }: LossGapBatchReport): string {
  return verdict.code.replaceAll('-', ' ')
}

function savingSentence({ saving }: LossGapBatchReport): string | null {
  if (saving === null) return null
  const parts = [part(saving.updates, 'updates'), part(saving.examples, 'examples'), part(saving.wallMs, 'training time')].filter((text) => text !== null)
  return parts.length === 0 ? `What the controller saves against ${saving.currentArm} is not known.` : `The controller against ${saving.currentArm}: ${parts.join(', ')}.`
}

function part(ratio: Ratio | null, of: string): string | null {
  if (ratio === null) return null
  const share = 1 - ratio.value
  return `${percent(Math.abs(share))} ${share < 0 ? 'more' : of === 'training time' ? 'less' : 'fewer'} ${of}`
}

function nextStep({ study, config, report }: { readonly study: StudyRecord; readonly config: LossGapBatchConfig; readonly report: LossGapBatchReport }): string {
  if (study.status === 'failed') return `The study has failed: mend what its error names, then go on with \`loupe resume ${study.id}\`.`
  const { comparison, controller } = config
  switch (report.verdict.code) {
    case 'pending':
      return study.status === 'running' || study.status === 'queued' ? 'Nothing to do: the comparison goes on by itself.' : `The comparison is not complete and does not run (${study.status}): go on with \`loupe resume ${study.id}\`.`
    case 'no-controller':
      return comparison.arms.includes('controller') ? 'See why the controller’s runs failed, mend its settings, and compare again.' : 'Add the controller to the arms to see what it does.'
    case 'no-baseline':
      return comparison.arms.includes('fixed-small') ? 'See why the runs of the fixed small batch failed: without them there is nothing to hold the others against.' : 'Add fixed-small to the arms: the others are held against it.'
    case 'single-seed':
      return 'Add seeds: with one of each way chance is not told from effect.'
    case 'better':
      return `Use the controller, and look at a larger cap than ${controller.batchMax} where its runs reached it.`
    case 'alike':
      return `Nothing to do, or add seeds: from these ${comparison.seeds} the controller cannot be told from the fixed small batch.`
    case 'dearer':
      return 'Keep the fixed small batch, or let the controller grow sooner: a lower flatT or a shorter cooldown.'
    case 'less-accurate':
      return 'Keep the fixed small batch, or let the learning rate follow the batch (learningRateRule linear or sqrt), grow later, or lower batchMax.'
    case 'accuracy-undecided':
      return `Add seeds: these ${comparison.seeds} do not tell whether the controller loses more than ${percent(comparison.accuracyTolerance)} accuracy.`
  }
}

/** Means and deviations; a way whose runs failed says so in its row. */
function armTable(report: LossGapBatchReport): ReportTable {
  return tableOf(
    ['<Way', 'Runs', 'Validation accuracy', 'Updates', 'Examples', 'Updates to target', 'Examples to target', 'Last batch', 'Seconds'],
    report.arms.map((arm) => [arm.arm, doneOf(arm), meanInPercent(arm.validationAccuracy), meanOf(arm.updates), meanOf(arm.examples), meanOf(arm.updatesToTarget), meanOf(arm.examplesToTarget), meanOf(arm.finalBatch), arm.wallMs === null ? '–' : (arm.wallMs.mean / 1000).toFixed(1)]),
  )
}
