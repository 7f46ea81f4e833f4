import { describe, expect, it } from 'vitest'
import { madeConfig, madeStudy } from './test/made-study.ts'
import type { WeeklyReport } from './reported-study.ts'
import { weeklyPage } from './weekly-report.ts'
import { weeklyText } from './weekly-text.ts'

const to = Date.UTC(2026, 0, 12, 7)
const week = (change: Partial<WeeklyReport> = {}): WeeklyReport => ({ from: to - 7 * 86_400_000, to, days: 7, loupe: '0.1.0', workspace: '/w', studies: [madeStudy({ config: madeConfig({ hourlyRate: 3600 }), at: to - 1000 })], ...change })

describe('the weekly page', () => {
  it('R11: says b*, its interval, the saving, the gate and the next step', () => {
    const page = weeklyPage(week())
    expect(page).toMatch(/b\* = (19\d|20\d) examples a batch \(95 % interval \d+ to \d+\)/)
    expect(page).toMatch(/b\* against the current batch size 800: 5\d % fewer examples/)
    expect(page).toContain('open (confirmed)')
    expect(page).toContain('Go on to the medium stage.')
    expect(page).toContain('8 reached the target, 0 given up before it, 0 failed')
  })

  it('says what made its numbers: config hash, versions and seeds', () => {
    const page = weeklyPage(week())
    expect(page).toContain('<code>c0ffee</code>')
    expect(page).toContain('Loupe 0.1.0, TensorFlow 2.21.0, Node 24.0.0, linux x64, /device:CPU:0, 1 thread, XLA off')
    expect(page).toContain('<dd>1, 2; data split 0</dd>')
  })

  it('counts hours and money of the runs of its days, at the study’s hourly rate', () => {
    const reported = madeStudy({ config: madeConfig({ hourlyRate: 3600 }), at: to - 1000 })
    const seconds = reported.runs.reduce((total, run) => total + run.wallMs, 0) / 1000
    expect(weeklyPage(week({ studies: [reported] }))).toContain(`(${seconds.toFixed(2)}) by the runs of these days`)
    const old = madeStudy({ config: madeConfig({ hourlyRate: 3600 }), at: to - 30 * 86_400_000 })
    expect(weeklyPage(week({ studies: [old] }))).toContain(`0.0 min (0.00) by the runs of these days, ${(seconds / 60).toFixed(1)} min`)
  })

  it('names beside each batch size the seeds that its numbers come from', () => {
    const reported = madeStudy({ config: madeConfig({ batchSizes: [80, 128, 200, 400, 800] }), at: to })
    const page = weeklyPage(week({ studies: [reported] }))
    expect(page).toContain('<tr><td>80</td><td>1</td><td>1</td><td>0</td>')
    expect(page).toContain('<tr><td>200</td><td>1, 2</td><td>2</td><td>2</td>')
    expect(page.match(/<path class="given-up"/g)).toHaveLength(1)
  })

  it('draws every run and marks b*', () => {
    const page = weeklyPage(week())
    expect(page.match(/<circle class="run"/g)).toHaveLength(8)
    expect(page.match(/<line class="best"/g)).toHaveLength(1)
    expect(page).not.toMatch(/NaN|Infinity|undefined|null/)
  })

  it('shows a name with markup in it as text, everywhere', () => {
    const name = `<script>alert("1")</script>'&`
    const page = weeklyPage(week({ workspace: name, studies: [madeStudy({ config: madeConfig({}, name), at: to })] }))
    expect(page).not.toMatch(/<script/i)
    expect(page).toContain('<h2>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;</h2>')
    expect(page).toMatch(/aria-label="[^"<>]*&lt;script&gt;[^"<>]*"/)
  })

  it('stands alone: no scripts, and nothing to fetch', () => {
    expect(weeklyPage(week())).not.toMatch(/<script|<link|<img|src=|href=|url\(|@import|https?:/i)
  })

  it('says so of a week without studies', () => {
    expect(weeklyPage(week({ studies: [] }))).toContain('No study ran in these days. Nothing to do.')
    expect(weeklyText(week({ studies: [] }))).toBe('2026-01-05 07:00 UTC to 2026-01-12 07:00 UTC, workspace /w, Loupe 0.1.0\nNo study ran in these days. Nothing to do.')
  })

  it('tells of a study whose data are gone, beside the others', () => {
    const gone = { ...madeStudy({ config: madeConfig({}, 'Gone'), at: to }), reading: { problem: 'its data cannot be read' } }
    const page = weeklyPage(week({ studies: [gone] }))
    expect(page).toContain('<p class="bad">its data cannot be read</p>')
    expect(page).toContain('Put the data back')
  })
})
