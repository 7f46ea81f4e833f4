import type { Locator, Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { writeChartRuns } from '../../bench/charts-workspace.ts'
import { openLogWriter } from '../../main/log/open.ts'
import { writeMadeRuns } from '../support/demo/runs-log.ts'
import { expectAccessible, watchForErrors } from './browser.ts'
import { workbenchInBrowser } from './workbench-in-browser.ts'

/** The card of a metric once so many lines stand in its picture. */
async function drawn(page: Page, metric: string, lines: number): Promise<Locator> {
  const card = page.locator(`.curve[data-metric="${metric}"][data-shown="${lines}"]`)
  await card.locator(`.plot[data-drawn="${lines}"]`).waitFor()
  return card
}

describe('comparing curves, in a browser', () => {
  const opened = workbenchInBrowser((workspace) => {
    const log = openLogWriter({ workspace })
    writeMadeRuns(log, 1000)
    log.close()
    writeChartRuns(workspace, { runs: 6, points: 20_000 })
  })

  it('goes from chosen runs of the list to their curves, and opens a thousand', { timeout: 90_000 }, async (context) => {
    const { page, address, errors } = opened(context)
    await page.goto(address)
    await page.getByRole('link', { name: 'Runs', exact: true }).click()
    for (const name of ['b=16 seed=1', 'b=16 seed=2']) await page.getByRole('checkbox', { name: `Choose ${name}`, exact: true }).click()
    await page.getByRole('group', { name: 'Chosen runs' }).getByRole('button', { name: 'Compare' }).click()
    await drawn(page, 'train/batch-loss', 2)
    expect(page.url()).toContain('runs=run-001001,run-001002')
    await expectAccessible(page)

    await page.goto(`${new URL(address).origin}/#/compare?filter=steps%20%3D%20300&metrics=validation/accuracy`)
    await page.getByText('1000 of 1000 shown').waitFor()
    await drawn(page, 'validation/accuracy', 1000)
    expect(await page.getByRole('listitem').count()).toBeLessThan(80)
    expect(errors).toEqual([])
  })

  it('asks for the full detail of what is zoomed to, on all cards, and goes back', { timeout: 60_000 }, async (context) => {
    const { page, address, errors } = opened(context)
    await page.goto(`${new URL(address).origin}/#/compare?filter=steps%20%3D%2020000&metrics=train/batch-loss`)
    const card = await drawn(page, 'train/batch-loss', 6)
    await card.getByText('A point stands for up to').waitFor()
    await card.locator('.plot').focus()
    for (let i = 0; i < 20; i++) await page.keyboard.press('+')
    await page.locator('.curve[data-detail="true"]').waitFor()
    await card.getByText('A point stands for up to').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Reset the zoom' }).click()
    await card.getByText('A point stands for up to').waitFor()
    expect(errors).toEqual([])
  })

  it('puts runs together by a setting, hides lines without moving the others’ colours, and says what a logarithm hides', { timeout: 60_000 }, async (context) => {
    const { page, errors } = opened(context)
    const colorOf = async (line: string) => await page.getByRole('button', { name: `Another colour for ${line}` }).locator('i').getAttribute('style')
    const before = await colorOf('b=16 seed=3')
    await page.getByRole('checkbox', { name: 'Show b=16 seed=1' }).uncheck()
    const card = await drawn(page, 'train/batch-loss', 5)
    expect(await colorOf('b=16 seed=3')).toBe(before)
    await page.getByLabel('Log x').check()
    await card.getByText('has no place on a logarithmic axis').or(card.getByText('have no place on a logarithmic axis')).waitFor()
    await page.getByLabel('Log x').uncheck()
    await page.getByLabel('Group by').selectOption({ label: 'All but the seed' })
    await drawn(page, 'train/batch-loss', 1)
    await page.getByText('6 runs', { exact: true }).last().waitFor()
    await page.getByLabel('Band').selectOption({ label: '95% interval of the mean' })
    await page.getByLabel('Smoothing').fill('0.9')
    await page.locator('.curve .overlay').hover()
    await page.getByText('n = 6').first().waitFor()
    await expectAccessible(page)
    expect(errors).toEqual([])
  })

  it('takes a chart along as drawing, image and table', { timeout: 60_000 }, async (context) => {
    const { page, errors } = opened(context)
    for (const [kind, name] of [['SVG drawing', 'Batch-loss.svg'], ['PNG image', 'Batch-loss.png'], ['CSV table', 'Batch-loss.csv']] as const) {
      await page.getByRole('button', { name: 'Save the chart: Batch loss' }).click()
      const download = page.waitForEvent('download')
      await page.getByRole('menuitem', { name: kind }).click()
      expect((await download).suggestedFilename()).toBe(name)
    }
    expect(errors).toEqual([])
  })

  it('shows dark and Japanese without an error or a violation', { timeout: 60_000 }, async (context) => {
    const { browser, page, address } = opened(context)
    const second = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark', locale: 'ja-JP', storageState: await page.context().storageState() })).newPage()
    const said = watchForErrors(second)
    await second.goto(`${new URL(address).origin}/#/compare?filter=steps%20%3D%2020000&metrics=train/batch-loss&x=time`)
    await second.getByRole('heading', { name: '比較', level: 1 }).waitFor()
    await drawn(second, 'train/batch-loss', 6)
    await expectAccessible(second)
    expect(said).toEqual([])
  })
})
