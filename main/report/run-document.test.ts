import { describe, expect, it } from 'vitest'
import { runConfig } from '../contract/run-config.ts'
import type { LogEvent, MetricSeries, RunRecord } from '../contract/records.ts'
import { documentPage } from './document-page.ts'
import { latexDocument } from './latex-document.ts'
import { runDocument } from './run-document.ts'
import { madeEnvironment } from './test/made-study.ts'

const AT = Date.UTC(2026, 0, 12, 7)
const run: RunRecord = { id: 'run-000007', studyId: null, key: '', name: '', status: 'finished', config: runConfig.parse({ seed: 7, target: {} }), configHash: 'c0ffee', environment: madeEnvironment, createdAt: AT, startedAt: AT, finishedAt: AT, steps: 1200, examples: 76_800, wallMs: 2500, functionEvaluations: 0, censored: true, error: null }

function course(key: string, change: Partial<MetricSeries> = {}): MetricSeries {
  return { runId: run.id, key, step: [0, 600, 1200], examples: [0, 1, 2], wallMs: [0, 1, 2], min: [2, 1, 0.4], max: [2, 1.5, 0.6], mean: [2, 1.2, 0.5], last: [2, 1.1, 0.5], count: [1, 2, 2], total: 3, ...change }
}

const event = (level: LogEvent['level'], message: string): LogEvent => ({ id: 1, studyId: null, runId: run.id, at: AT, level, kind: 'run.resumed', message, facts: {} })

describe('the report of a run', () => {
  it('says how it ended, its last values with units, and what made them', () => {
    const page = documentPage(runDocument({ run, courses: [course('train/loss'), course('their/own')], events: [], dataHash: null }))
    expect(page).toContain('<p class="answer">Finished, target not reached: 1200 steps, 76 800 examples, 2.5 s</p>')
    expect(page).toContain('<td class="words">train/loss</td><td class="words">nats</td><td>0.5</td><td>1200</td><td>0.4</td><td>2</td><td>3</td>')
    expect(page).toContain('<td class="words">their/own</td><td class="words">–</td>')
    expect(page).toContain('<code>c0ffee</code>')
    expect(page).toContain('<dd>not logged</dd>')
  })

  it('draws a bucketed curve with its band, and says so', () => {
    const { blocks } = runDocument({ run, courses: [course('train/batch-loss', { total: 5 }), course('validation/loss')], events: [], dataHash: null })
    const charts = blocks.filter((block) => block.kind === 'chart')
    expect(charts.map(({ chart }) => [chart.title, chart.series.map(({ name, low }) => [name, low])])).toEqual([['Loss', [['validation/loss', null], ['train/batch-loss', [2, 1, 0.4]]]]])
    expect(charts[0]?.caption).toContain('with the band from the smallest to the largest')
  })

  it('lists warnings and errors as text, not what went as it should', () => {
    const document = runDocument({ run, courses: [course('train/loss')], events: [event('info', 'Went on.'), event('warning', '<b>\\input{x}')], dataHash: null })
    expect(documentPage(document)).toContain('<li>2026-01-12 07:00 UTC: &lt;b&gt;\\input{x}</li>')
    expect(documentPage(document)).not.toContain('Went on.')
    expect(latexDocument(document)).not.toContain('\\input{')
  })
})
