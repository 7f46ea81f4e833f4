import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { logMadeStudy } from '../../main/cli/test/made-workspace.ts'
import { openLogWriter } from '../../main/log/open.ts'
import { writeMadeRuns } from '../support/demo/runs-log.ts'
import { expectAccessible, watchForErrors } from './browser.ts'
import { workbenchInBrowser } from './workbench-in-browser.ts'

async function insert(page: Page, kind: string): Promise<void> {
  await page.getByRole('button', { name: 'Insert text, charts, tables or runs' }).click()
  await page.getByRole('menuitem', { name: kind, exact: true }).click()
  await page.locator('.el-zoom-in-top-leave-active').waitFor({ state: 'hidden' })
}
const dialog = (page: Page) => page.getByRole('dialog')
async function confirm(page: Page): Promise<void> {
  await dialog(page).getByRole('button', { name: 'Insert' }).click()
  await dialog(page).waitFor({ state: 'hidden' })
}
/** What a menu item saves, as text. */
async function saved(page: Page, open: () => Promise<void>, item: string): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  const download = page.waitForEvent('download')
  await open()
  await page.getByRole('menuitem', { name: item, exact: true }).first().click()
  const file = await download
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) }
}

describe('a composed report, in a browser', () => {
  const opened = workbenchInBrowser((workspace) => {
    logMadeStudy(workspace)
    const log = openLogWriter({ workspace })
    writeMadeRuns(log, 40)
    log.close()
  })

  it('is composed of text, a chart, a table and an answer, and exported as one HTML file', { timeout: 120_000 }, async (context) => {
    const { page, address, errors } = opened(context)
    await page.goto(address)
    await page.getByRole('link', { name: 'Reports', exact: true }).click()
    await page.getByText('No report yet.').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'New report' }).click()
    await page.getByRole('textbox', { name: 'Title' }).fill('Batches & optimizers')

    await insert(page, 'Text')
    await page.getByRole('textbox', { name: 'Part 1: Text' }).fill('# Question\n\nIs $b^2$ **large**? <img src=x onerror=alert(1)> $\\bad{$')
    await page.getByText('The formula \\bad{ does not read').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Done with part 1' }).click()

    await insert(page, 'Chart of runs')
    await page.getByRole('combobox', { name: 'Filter', exact: true }).fill('accurcy > 1')
    await expect.poll(() => dialog(page).getByRole('button', { name: 'Insert' }).isDisabled()).toBe(true)
    await page.getByRole('combobox', { name: 'Filter', exact: true }).fill('batchSize = 8')
    await dialog(page).getByText('6 runs').waitFor()
    await page.getByLabel('Colours').selectOption('optimizer')
    await expectAccessible(page)
    await confirm(page)

    await insert(page, 'Table of runs')
    await page.getByLabel('Rows').selectOption('optimizer')
    await expectAccessible(page)
    await confirm(page)
    await insert(page, 'Answer of a study')
    await dialog(page).getByRole('combobox').selectOption('study-0001')
    await confirm(page)
    await expect.poll(() => page.getByRole('article').count()).toBe(4)
    await page.getByText('Saved', { exact: true }).waitFor()
    await expectAccessible(page)

    const { name, bytes } = await saved(page, () => page.getByRole('button', { name: 'Export' }).click(), 'One HTML file')
    const html = String(bytes)
    expect(name).toBe('Batches-optimizers.html')
    expect(html).toContain('<h1>Batches &amp; optimizers</h1>')
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;')
    expect(html).toMatch(/<svg viewBox[^]*adam[^]*momentum[^]*sgd/)
    expect(html).toContain('How these numbers came about')
    const alone = await page.context().newPage()
    const complaints = watchForErrors(alone)
    await alone.setContent(html)
    await expectAccessible(alone)
    expect(complaints).toEqual([])
    await alone.close()
    const latex = await saved(page, () => page.getByRole('button', { name: 'Export' }).click(), 'LaTeX')
    expect(String(latex.bytes)).toMatch(/^\\documentclass[^]*\\begin\{axis\}[^]*\\end\{document\}\n$/)
    const pdf = await saved(page, () => page.getByRole('button', { name: 'Export' }).click(), 'PDF')
    expect(String(pdf.bytes.subarray(0, 5))).toBe('%PDF-')
    expect(errors).toEqual([])
  })

  it('reorders by keyboard, takes a deletion back, and shows the page as it will be', { timeout: 60_000 }, async (context) => {
    const { page, errors } = opened(context)
    const kinds = () => page.getByRole('article').evaluateAll((parts) => parts.map((part) => part.getAttribute('aria-label')))
    await page.getByRole('button', { name: 'Move part 2 up' }).press('Alt+ArrowDown')
    await expect.poll(kinds).toEqual(['Part 1: Text', 'Part 2: Table of runs', 'Part 3: Chart of runs', 'Part 4: Answer of a study'])
    await page.getByRole('button', { name: 'Delete part 2' }).click()
    await expect.poll(() => page.getByRole('article').count()).toBe(3)
    await expectAccessible(page)
    await page.getByText('Deleted a part of the report.').waitFor()
    await page.getByRole('button', { name: 'Undo', exact: true }).click()
    await expect.poll(() => page.getByRole('article').count()).toBe(4)
    await page.getByRole('button', { name: 'Preview' }).click()
    await page.getByRole('heading', { name: 'How these numbers came about' }).waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    expect(errors).toEqual([])
  })

  it('refuses to overwrite what another window saved, and leaves the choice', { timeout: 60_000 }, async (context) => {
    const { page, errors } = opened(context)
    const other = await page.context().newPage()
    await other.goto(page.url())
    await other.getByRole('article').first().waitFor()
    await page.getByRole('textbox', { name: 'Title' }).fill('From the first window')
    await other.getByRole('textbox', { name: 'Title' }).fill('From the second window')
    const both = [page, other]
    await expect.poll(async () => (await Promise.all(both.map((one) => one.getByRole('alert').count()))).reduce((sum, count) => sum + count, 0)).toBe(1)
    const refused = (await page.getByRole('alert').count()) === 1 ? page : other
    await refused.getByText('This report was saved in another window').waitFor()
    await expectAccessible(refused)
    await refused.getByRole('button', { name: 'Replace theirs by mine' }).click()
    await refused.getByText('Saved', { exact: true }).waitFor()
    const title = await refused.getByRole('textbox', { name: 'Title' }).inputValue()
    await expect.poll(() => (refused === page ? other : page).getByRole('textbox', { name: 'Title' }).inputValue()).toBe(title)
    await other.close()
    expect(errors).toEqual([])
  })

  it('begins from a study, and takes chosen runs in', { timeout: 60_000 }, async (context) => {
    const { page, address, errors } = opened(context)
    await page.goto(`${new URL(address).origin}/#/studies/study-0001`)
    await page.getByRole('button', { name: 'Report', exact: false }).filter({ hasText: '▾' }).click()
    await page.getByRole('menuitem', { name: 'New report from this study' }).click()
    await page.getByRole('article', { name: 'Part 2: Answer of a study' }).waitFor()
    await page.getByText('b* = ').first().waitFor()
    await page.goto(`${new URL(address).origin}/#/runs`)
    await page.getByRole('checkbox', { name: 'Choose trial 39', exact: true }).click()
    await page.getByRole('button', { name: 'Add to a report…' }).click()
    await expectAccessible(page)
    await dialog(page).getByRole('button', { name: 'Add' }).click()
    await page.getByRole('link', { name: 'Open', exact: true }).click()
    await page.getByRole('article', { name: /List of runs$/ }).getByText('trial 39').waitFor()
    expect(errors).toEqual([])
  })

  it('saves a chart as SVG, PNG and PDF, with title, legend and axes, light in a dark window', { timeout: 60_000 }, async (context) => {
    const { browser, page, address } = opened(context)
    const dark = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark', storageState: await page.context().storageState() })).newPage()
    const said = watchForErrors(dark)
    await dark.goto(`${new URL(address).origin}/#/studies/study-0001`)
    const open = () => dark.getByRole('button', { name: 'Save the chart: Examples to the target, N(b)' }).click()
    const svg = String((await saved(dark, open, 'SVG drawing')).bytes)
    for (const words of ['Examples to the target, N(b)', 'batch size b (examples)', 'with a minimum', '#ffffff']) expect(svg).toContain(words)
    expect((await saved(dark, open, 'PNG image')).bytes.subarray(1, 4).toString()).toBe('PNG')
    const pdf = (await saved(dark, open, 'PDF drawing')).bytes.toString('latin1')
    expect(pdf).toMatch(/^%PDF-1\.\d[^]*\/FontName \/Inter[^]*%%EOF\s*$/)
    expect(pdf).not.toContain('/Subtype /Image')
    expect(said).toEqual([])
    await dark.context().close()
  })

  it('shows dark and Japanese without an error or a violation', { timeout: 60_000 }, async (context) => {
    const { browser, page, address } = opened(context)
    const second = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark', locale: 'ja-JP', storageState: await page.context().storageState() })).newPage()
    const said = watchForErrors(second)
    await second.goto(`${new URL(address).origin}/#/reports`)
    await second.getByRole('heading', { name: 'レポート', level: 1 }).waitFor()
    await second.getByRole('link', { name: /window/ }).first().click()
    await second.getByRole('article').first().waitFor()
    await expectAccessible(second)
    expect(said).toEqual([])
  })
})
