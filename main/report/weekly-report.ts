import type { CriticalBatchSizeReport } from '../methods/critical-batch-size/report.ts'
import { html, nothing } from './html.ts'
import type { Html } from './html.ts'
import { count, hours, interval, moment, money, savingSentence } from './numbers.ts'
import { pageStyle } from './page-style.ts'
import { environmentsOf, hoursInPeriod, nextStepOf, runsInWords, seedsOf, setupOf, titleOf } from './reported-study.ts'
import type { ReportedStudy, WeeklyReport } from './reported-study.ts'
import { sweepChart } from './sweep-chart.ts'

/**
 * One page that stands alone: no scripts, nothing fetched, every text from the log escaped. For people who were not there.
 *
 * The answer of each study comes first, then its next step, then what both rest on: runs, seeds, config hash and versions.
 */
export function weeklyPage(report: WeeklyReport): string {
  const title = `Loupe: ${report.days === 1 ? 'the last day' : `the last ${report.days} days`}`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${title}</title>
<style>${{ html: pageStyle }}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p class="quiet">${moment(report.from)} to ${moment(report.to)} · workspace ${report.workspace} · written by Loupe ${report.loupe}</p>
${report.studies.length === 0 ? html`<section><p>No study ran in these days. Nothing to do.</p></section>` : overview(report)}
${report.studies.map((reported) => studySection(reported, report.from))}
</main>
</body>
</html>
`.html
}

function overview(report: WeeklyReport): Html {
  return html`<section>
<h2>At a glance</h2>
<table class="words"><thead><tr><th scope="col">Study</th><th scope="col">b*</th><th scope="col">Gate</th><th scope="col">Next</th></tr></thead>
<tbody>${report.studies.map((reported) => {
    const read = 'report' in reported.reading ? reported.reading.report : null
    return html`<tr><td>${titleOf(reported.study)}</td><td>${count(read?.criticalBatchSize.estimate ?? null)}</td><td>${read === null ? 'cannot be read' : gateOf(read)}</td><td>${nextStepOf(reported)}</td></tr>`
  })}</tbody></table>
</section>`
}

function studySection(reported: ReportedStudy, from: number): Html {
  const { study, runs, reading } = reported
  const failed = runs.filter(({ status }) => status === 'failed')
  return html`<section>
<h2>${titleOf(study)}</h2>
<p class="quiet">${study.id} · ${study.status} · last active ${moment(reported.lastActiveAt)}</p>
${'report' in reading ? answer(reading.report, study.config.sweep.confidence) : html`<p class="bad">${reading.problem}</p>`}
<p class="next"><strong>Next:</strong> ${nextStepOf(reported)}</p>
${'report' in reading ? sweepChart(reading.report, titleOf(study)) : nothing}
<dl>
${setupOf(study).map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}
<dt>Runs</dt><dd>${runsInWords(runs)}</dd>
<dt>Spent</dt><dd>${spent(reported, from)}</dd>
<dt>Made with</dt><dd>${[...environmentsOf(runs)].join('; ') || 'no run has begun'}</dd>
<dt>Seeds</dt><dd>${seedsOf(runs).join(', ') || '–'}; data split ${study.config.run.dataset.splitSeed}</dd>
<dt>Config hash</dt><dd><code>${study.configHash}</code></dd>
</dl>
${failed.map((run) => html`<p class="bad">${`${run.id} (${run.key}) failed: ${run.error?.message ?? 'no reason logged'}`}</p>`)}
${study.error === null ? nothing : html`<p class="bad">${`The study failed: ${study.error.message}`}</p>`}
${'report' in reading ? batchTable(reading.report) : nothing}
</section>`
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
export function gateOf({ gate }: CriticalBatchSizeReport): string {
  return gate.status === 'confirmed' ? 'open (confirmed)' : gate.status === 'refuted' ? 'closed (refuted)' : gate.status.replace('-', ' ')
}

/** Hours and money of a study, whole and in the report's days. */
export function spent(reported: ReportedStudy, from: number): string {
  const rate = reported.study.config.sweep.hourlyRate
  const inPeriod = hoursInPeriod(reported, from)
  const total = reported.runs.reduce((sum, run) => sum + run.wallMs, 0) / 3_600_000
  const price = (value: number) => (rate === 0 ? '' : ` (${money(value * rate)})`)
  return `${hours(inPeriod)}${price(inPeriod)} by the runs of these days, ${hours(total)}${price(total)} by the study in all; ${rate === 0 ? 'no hourly rate is set, so no money is counted' : `at ${money(rate)} an hour`}`
}

/** The seeds of a row are those that its numbers come from: runs that reached the target or were given up. */
function batchTable(report: CriticalBatchSizeReport): Html {
  const measured = report.points.filter(({ role, steps, censored }) => role === 'sweep' && (steps !== null || censored))
  const seeds = (batchSize: number) => measured.filter((point) => point.batchSize === batchSize).map(({ seed }) => seed).sort((one, other) => one - other).join(', ')
  return html`<table>
<thead><tr><th scope="col">Batch size</th><th scope="col">Seeds</th><th scope="col">Runs</th><th scope="col">Reached</th><th scope="col">Steps K</th><th scope="col">Examples N</th><th scope="col">± SD</th><th scope="col">Seconds to target</th></tr></thead>
<tbody>${report.batches.map((batch) => html`<tr><td>${batch.batchSize}</td><td>${seeds(batch.batchSize)}</td><td>${batch.runs}</td><td>${batch.reached}</td><td>${count(batch.meanSteps)}</td><td>${count(batch.meanExamples)}</td><td>${count(batch.sdExamples)}</td><td>${batch.meanWallMs === null ? '–' : (batch.meanWallMs / 1000).toFixed(1)}</td></tr>`)}</tbody>
</table>`
}
