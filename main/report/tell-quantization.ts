import type { RunRecord, StudyRecord } from '../contract/records.ts'
import type { GradientQuantizationConfig } from '../methods/gradient-quantization/config.ts'
import type { GradientQuantizationReport } from '../methods/gradient-quantization/report.ts'
import { targetInWords } from '../methods/gradient-quantization/target-in-words.ts'
import type { ReportTable } from '../contract/report-document.ts'
import { tableOf } from './blocks.ts'
import { html, nothing } from './html.ts'
import { doneOf, inPoints, meanInPercent, meanOf, percent } from './numbers.ts'
import { endedInWords } from './reported-study.ts'
import type { Telling } from './telling.ts'

/** What a comparison of ways to send gradients found. */
export function tellQuantization(options: { readonly study: StudyRecord; readonly config: GradientQuantizationConfig; readonly runs: readonly RunRecord[]; readonly report: GradientQuantizationReport }): Telling {
  const { study, config, runs, report } = options
  const { quantization, exchange, compression } = config
  const { verdict, warnings } = report
  const exchanged = targetInWords(report)
  return {
    short: shortOf(report),
    state: verdict.code.replaceAll('-', ' '),
    lines: [verdict.reason, ...warnings.map(({ message }) => message)],
    answer: html`<p class="answer">${verdict.reason}</p>
${warnings.length === 0 ? nothing : html`<p class="quiet">To know about these numbers:</p><ul class="quiet">${warnings.map(({ message }) => html`<li>${message}</li>`)}</ul>`}`,
    chart: nothing,
    table: armTable(report),
    nextStep: nextStep({ study, config, report }),
    setup: [
      ['Exchange', `${exchange.workers} workers, ${exchange.topology}, by ${exchange.unit}, ratio ${compression.ratio}${exchanged === '' ? '' : `, ${exchanged}`}`],
      ['Length', `${quantization.epochs} epochs at batch size ${quantization.batchSize}, ${quantization.seeds} ${quantization.seeds === 1 ? 'seed' : 'seeds'} of each way`],
    ],
    runs: endedInWords(runs),
    facts: { verdict, comparison: { arms: report.arms }, spent: report.spent },
  }
}

/** The cheapest way that surely costs little, and how much less it sends. */
function shortOf({ verdict: { facts } }: GradientQuantizationReport): string {
  const { best, bestFactor } = facts
  return typeof best === 'string' && typeof bestFactor === 'number' ? `${best}, ${bestFactor.toFixed(0)} × fewer bytes` : '–'
}

function nextStep({ study, config, report }: { readonly study: StudyRecord; readonly config: GradientQuantizationConfig; readonly report: GradientQuantizationReport }): string {
  if (study.status === 'failed') return `The study has failed: mend what its error names, then go on with \`loupe resume ${study.id}\`.`
  const { quantization, compression } = config
  const { code, facts } = report.verdict
  switch (code) {
    case 'pending':
      return study.status === 'running' || study.status === 'queued' ? 'Nothing to do: the comparison goes on by itself.' : `The comparison is not complete and does not run (${study.status}): go on with \`loupe resume ${study.id}\`.`
    case 'no-dense':
      return quantization.arms.includes('dense') ? 'See why the runs of dense failed: without them there is nothing to hold the others against.' : 'Add dense to the arms: the others are held against it.'
    case 'nothing-compared':
      return 'See why the other runs failed, or add other ways to the arms.'
    case 'single-seed':
      return 'Add seeds: with one of each way chance is not told from effect.'
    case 'all-within':
      return `Send with ${String(facts['best'] ?? 'any of them')}, or try a smaller ratio than ${compression.ratio}.`
    case 'some-within':
      return `Send with ${String(facts['best'] ?? facts['within'])}; add seeds where the others matter.`
    case 'none-within':
      return `Raise the ratio above ${compression.ratio}, warm it up (exchange.warmupRatios), or keep sending everything.`
    case 'undecided':
      return `Add seeds: these ${quantization.seeds} do not tell which ways cost at most ${percent(quantization.accuracyTolerance)} accuracy.`
  }
}

/** Means and deviations; a way whose runs failed says so in its row. */
function armTable(report: GradientQuantizationReport): ReportTable {
  return tableOf(
    ['<Way', 'Runs', 'Accuracy', 'Against dense, points', 'Bytes up a step', 'Times less', 'Bytes down a step', 'Sent over asked', 'ms a step'],
    report.arms.map((arm) => [
      arm.arm,
      doneOf(arm),
      meanInPercent(arm.accuracy),
      inPoints(arm.accuracyGain),
      meanOf(arm.bytesUpPerStep),
      arm.compressionUp === null ? '–' : arm.compressionUp.value.toFixed(1),
      meanOf(arm.bytesDownPerStep),
      arm.achievedRatio === null ? '–' : arm.achievedRatio.mean.toFixed(2),
      arm.stepMs === null ? '–' : arm.stepMs.mean.toFixed(1),
    ]),
  )
}
