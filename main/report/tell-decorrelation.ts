import type { RunRecord, StudyRecord } from '../contract/records.ts'
import type { ChannelDecorrelationConfig } from '../methods/channel-decorrelation/config.ts'
import type { ChannelDecorrelationReport, DecorrelatedArm } from '../methods/channel-decorrelation/report.ts'
import type { ReportTable } from '../contract/report-document.ts'
import { tableOf } from './blocks.ts'
import { html, nothing } from './html.ts'
import { doneOf, inPoints, meanInPercent } from './numbers.ts'
import { endedInWords } from './reported-study.ts'
import type { Telling } from './telling.ts'

/** What a comparison of ways to train on few labels found. */
export function tellDecorrelation(options: { readonly study: StudyRecord; readonly config: ChannelDecorrelationConfig; readonly runs: readonly RunRecord[]; readonly report: ChannelDecorrelationReport }): Telling {
  const { study, config, runs, report } = options
  const { labels, decorrelation } = config
  const { verdict, warnings, arms, noiseFloors, spent } = report
  return {
    short: shortOf(report),
    state: verdict.code.replaceAll('-', ' '),
    lines: [verdict.reason, ...warnings.map(({ message }) => message)],
    answer: html`<p class="answer">${verdict.reason}</p>
${warnings.length === 0 ? nothing : html`<p class="quiet">To know about these numbers:</p><ul class="quiet">${warnings.map(({ message }) => html`<li>${message}</li>`)}</ul>`}`,
    chart: nothing,
    table: armTable(arms),
    nextStep: nextStep({ study, config, report }),
    setup: [
      ['Losses', `weights ${decorrelation.taskWeight} task, ${decorrelation.unlabelledWeight} unlabelled, ${decorrelation.labelledWeight} labelled; ${decorrelation.penalty} ${decorrelation.measure}, ${decorrelation.reduction}, pooling ${decorrelation.pooling}, after ${decorrelation.warmupSteps} steps of warm-up`],
      ['Length', `${labels.steps} steps at batch size ${labels.batchSize}, ${labels.seeds} ${labels.seeds === 1 ? 'seed' : 'seeds'} of each way and fraction`],
    ],
    runs: endedInWords(runs),
    facts: { verdict, comparison: { arms, noiseFloors }, spent },
  }
}

/** How many comparisons show a difference. */
function shortOf({ arms }: ChannelDecorrelationReport): string {
  const told = arms.filter(({ standing }) => standing !== null)
  if (told.length === 0) return '–'
  const count = (wanted: DecorrelatedArm['standing']) => told.filter(({ standing }) => standing === wanted).length
  return `${count('better')} of ${told.length} better, ${count('worse')} worse`
}

function nextStep({ study, config, report }: { readonly study: StudyRecord; readonly config: ChannelDecorrelationConfig; readonly report: ChannelDecorrelationReport }): string {
  if (study.status === 'failed') return `The study has failed: mend what its error names, then go on with \`loupe resume ${study.id}\`.`
  const { ways, seeds } = config.labels
  const { code, facts } = report.verdict
  switch (code) {
    case 'pending':
      return study.status === 'running' || study.status === 'queued' ? 'Nothing to do: the comparison goes on by itself.' : `The comparison is not complete and does not run (${study.status}): go on with \`loupe resume ${study.id}\`.`
    case 'no-supervised':
      return ways.includes('supervised') ? 'See why the runs of supervised training failed: without them there is nothing to hold the others against.' : 'Add "supervised" to the ways: the others are held against it.'
    case 'nothing-compared':
      return 'See why the other runs failed, or add "3b" to the ways.'
    case 'single-seed':
      return 'Add seeds: with one of each, chance is not told from effect.'
    case 'helps':
      return `Use ${String(facts['better']).split(', ').includes(String(facts['best'])) ? String(facts['best']) : String(facts['better'])}, and verify it with seeds of its own.`
    case 'mixed':
      return `Decorrelate only where it helps (${String(facts['better'])}), and verify that with seeds of its own.`
    case 'hurts':
      return 'Decorrelating hurts here: lower its weights, warm it up longer, or train on the task alone.'
    case 'within-chance':
      return `What is off 0 may be so by chance, for many differences are looked at: repeat ${[facts['better'], facts['worse']].filter((arms) => arms !== undefined).join(', ')} with seeds of its own before it is believed.`
    case 'no-difference':
      return `These ${seeds} seeds show no difference: train on the task alone, or try other weights, a larger unlabelled batch or more seeds.`
  }
}

/** Means and deviations; an arm whose runs failed says so in its row. */
function armTable(arms: readonly DecorrelatedArm[]): ReportTable {
  const decimals = (value: { readonly mean: number } | null, digits: number) => (value === null ? '–' : value.mean.toFixed(digits))
  return tableOf(
    ['<Way', 'Labels', 'Runs', 'Accuracy', 'Against supervised, points', 'Train − validation', 'Mean |ρ|', 'Effective rank', 'Dead channels', 'Variance, of supervised', 'ms a step'],
    arms.map((arm) => [arm.way, String(arm.labels), doneOf(arm), meanInPercent(arm.accuracy), inPoints(arm.against?.accuracy ?? null), meanInPercent(arm.accuracyGap), decimals(arm.meanCorrelation, 3), decimals(arm.effectiveRank, 1), decimals(arm.deadChannels, 1), arm.against?.variance ? arm.against.variance.value.toFixed(2) : '–', decimals(arm.stepMs, 1)]),
  )
}
