import { commonSettings } from '../contract/study-config.ts'
import { tableHtml } from './html-blocks.ts'
import { html, nothing } from './html.ts'
import type { Html } from './html.ts'
import { hours, moment, money } from './numbers.ts'
import { pageStyle } from './page-style.ts'
import { environmentsOf, hoursInPeriod, seedsOf, setupOf, titleOf } from './reported-study.ts'
import type { ReportedStudy, WeeklyReport } from './reported-study.ts'
import { nextStepOf, tellingOf } from './telling.ts'

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
<table class="words"><thead><tr><th scope="col">Study</th><th scope="col">Answer</th><th scope="col">State</th><th scope="col">Next</th></tr></thead>
<tbody>${report.studies.map((reported) => {
    const told = tellingOf(reported)
    return html`<tr><td>${titleOf(reported.study)}</td><td>${told?.short ?? '–'}</td><td>${told?.state ?? 'cannot be read'}</td><td>${nextStepOf(reported)}</td></tr>`
  })}</tbody></table>
</section>`
}

function studySection(reported: ReportedStudy, from: number): Html {
  const { study, runs, reading } = reported
  const told = tellingOf(reported)
  const failed = runs.filter(({ status }) => status === 'failed')
  return html`<section>
<h2>${titleOf(study)}</h2>
<p class="quiet">${study.id} · ${study.status} · last active ${moment(reported.lastActiveAt)}</p>
${told?.answer ?? nothing}${'problem' in reading ? html`<p class="bad">${reading.problem}</p>` : nothing}
<p class="next"><strong>Next:</strong> ${nextStepOf(reported)}</p>
${told?.chart ?? nothing}
<dl>
${[...setupOf(study), ...(told?.setup ?? [])].map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}
<dt>Runs</dt><dd>${told?.runs ?? `${runs.length}`}</dd>
<dt>Spent</dt><dd>${spent(reported, from)}</dd>
<dt>Made with</dt><dd>${[...environmentsOf(runs)].join('; ') || 'no run has begun'}</dd>
<dt>Seeds</dt><dd>${seedsOf(runs).join(', ') || '–'}; data split ${study.config.run.dataset.splitSeed}</dd>
<dt>Config hash</dt><dd><code>${study.configHash}</code></dd>
</dl>
${failed.map((run) => html`<p class="bad">${`${run.id} (${run.key}) failed: ${run.error?.message ?? 'no reason logged'}`}</p>`)}
${study.error === null ? nothing : html`<p class="bad">${`The study failed: ${study.error.message}`}</p>`}
${told === null ? nothing : tableHtml(told.table)}
</section>`
}

/** Hours and money of a study, whole and in the report's days. */
export function spent(reported: ReportedStudy, from: number): string {
  const { hourlyRate: rate } = commonSettings(reported.study.config)
  const inPeriod = hoursInPeriod(reported, from)
  const total = reported.runs.reduce((sum, run) => sum + run.wallMs, 0) / 3_600_000
  const price = (value: number) => (rate === 0 ? '' : ` (${money(value * rate)})`)
  return `${hours(inPeriod)}${price(inPeriod)} by the runs of these days, ${hours(total)}${price(total)} by the study in all; ${rate === 0 ? 'no hourly rate is set, so no money is counted' : `at ${money(rate)} an hour`}`
}
