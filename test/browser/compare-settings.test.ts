import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { openLogWriter } from '../../main/log/open.ts'
import { writeGridRuns } from '../support/demo/grid-log.ts'
import { expectAccessible, watchForErrors } from './browser.ts'
import { workbenchInBrowser } from './workbench-in-browser.ts'

const tab = async (page: Page, name: string) => await page.getByRole('tab', { name, exact: true }).click()

/** Drags over the chart, by shares of its width and height. */
async function drag(page: Page, [fromX, fromY]: readonly [number, number], [toX, toY]: readonly [number, number]): Promise<void> {
  const box = (await page.locator('.canvas canvas').first().boundingBox())!
  await page.mouse.move(box.x + fromX * box.width, box.y + fromY * box.height)
  await page.mouse.down()
  await page.mouse.move(box.x + toX * box.width, box.y + toY * box.height, { steps: 8 })
  await page.mouse.up()
}

describe('settings and results of compared runs, in a browser', () => {
  const opened = workbenchInBrowser((workspace) => {
    const log = openLogWriter({ workspace })
    writeGridRuns(log, { seeds: 3 })
    log.close()
  })

  it('says in what the runs differ, and shows two of them as text', { timeout: 90_000 }, async (context) => {
    const { page, address, errors } = opened(context)
    await page.goto(address)
    await page.getByRole('link', { name: 'Compare', exact: true }).click()
    await page.getByRole('textbox', { name: /^Filter for the runs/ }).fill('study = Grid')
    await page.keyboard.press('Enter')
    await tab(page, 'Differences')
    await page.getByText('These 540 runs differ in network, optimizer, learning rate, label smoothing, batch size, seed and 1 more.').waitFor()
    const table = page.getByRole('group', { name: 'Settings of the runs' })
    expect(await table.getByRole('row', { name: /^Batch size 16 examples/ }).count()).toBe(1)
    expect(await table.getByRole('cell').count()).toBeLessThan(600)
    await table.evaluate((scroller) => (scroller.scrollLeft = scroller.scrollWidth))
    await table.getByRole('link', { name: 'cnn adam b=512 lr=0.1 seed=1' }).waitFor()
    await page.getByRole('checkbox', { name: 'Show all settings' }).check()
    await table.getByRole('rowheader', { name: 'Split seed' }).waitFor()
    await page.getByLabel('Right run').selectOption({ label: 'cnn adam b=512 lr=0.1 seed=1' })
    await page.getByRole('cell', { name: 'batchSize: 512' }).waitFor()
    await expectAccessible(page)
    expect(errors).toEqual([])
  })

  it('plots any field against any other, and chooses runs by an area', { timeout: 90_000 }, async (context) => {
    const { page, errors } = opened(context)
    await tab(page, 'Scatter')
    await page.getByRole('img', { name: 'Validation accuracy against Batch size, 504 runs' }).waitFor()
    await page.getByText('36 runs have no value on an axis and are not drawn.').waitFor()
    await page.getByLabel('Horizontal').selectOption('duration')
    await page.getByRole('combobox', { name: 'Colour', exact: true }).selectOption('optimizer.learningRate')
    await page.getByRole('checkbox', { name: 'Means over seeds' }).check()
    await page.getByRole('checkbox', { name: 'Pareto front' }).check()
    await page.getByRole('img', { name: 'Validation accuracy against Training time, 504 runs' }).waitFor()
    await expectAccessible(page)
    await page.getByLabel('Dragging').selectOption('choose')
    await drag(page, [0.06, 0.2], [0.5, 0.5])
    const chosen = page.getByRole('group', { name: 'Runs chosen in the chart' })
    await chosen.waitFor()
    const chosenNow = async () => Number((await chosen.getByRole('status').innerText()).replace(/\D/g, ''))
    // The area is read now and then while it is drawn: what counts is what stays.
    let count = -1
    await expect.poll(async () => count === (count = await chosenNow()), { interval: 500, timeout: 10_000 }).toBe(true)
    expect(count).toBeGreaterThan(5)
    expect(count).toBeLessThan(504)
    await expectAccessible(page)
    await chosen.getByRole('button', { name: 'Compare these alone' }).click()
    await page.getByText(`${count} runs`, { exact: true }).waitFor()
    expect(page.url()).toContain('runs=run-')
    await page.goBack()
    await page.getByText('540 runs', { exact: true }).waitFor()
    expect(errors).toEqual([])
  })

  it('draws runs over axes in any order, and keeps those that pass where an axis is marked', { timeout: 90_000 }, async (context) => {
    const { page, errors } = opened(context)
    await tab(page, 'Parallel coordinates')
    const axes = page.getByRole('list', { name: 'Axes, from left to right' })
    await axes.getByRole('listitem').first().waitFor()
    await page.getByRole('button', { name: 'Move Learning rate to the left' }).click()
    expect((await axes.getByRole('listitem').first().innerText()).startsWith('←')).toBe(true)
    await expect.poll(() => page.getByRole('img', { name: /^504 runs as lines over Learning rate, Batch size/ }).count()).toBe(1)
    await page.getByRole('textbox', { name: 'Greatest Batch size' }).fill('32')
    await page.keyboard.press('Enter')
    // Two of six batch sizes.
    await page.getByText('168 runs chosen').waitFor()
    await drag(page, [0.86, 0.3], [0.86, 0.45])
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Take the marks away' }).click()
    await expect.poll(() => page.getByRole('group', { name: 'Runs chosen in the chart' }).count()).toBe(0)
    expect(errors).toEqual([])
  })

  it('says what a metric depends on, and what chance is', { timeout: 90_000 }, async (context) => {
    const { page, errors } = opened(context)
    await tab(page, 'Importance')
    await page.getByText(/^Over these 504 runs, validation accuracy depends most on learning rate \(\d+%\)/).waitFor({ timeout: 60_000 })
    await page.getByText(/^Runs of the same settings differ by ±0\.00\d+ from seed to seed/).waitFor()
    await page.getByText('36 runs without a value of validation accuracy were left out').waitFor()
    await page.getByText('What this can say, and what it cannot').click()
    await page.getByRole('button', { name: 'Batch size', exact: true }).click()
    await page.getByRole('heading', { name: 'Along Batch size' }).waitFor()
    await expectAccessible(page)
    const [file] = await Promise.all([page.waitForEvent('download'), (async () => {
      await page.getByRole('button', { name: 'Save the chart: What Validation accuracy depends on' }).click()
      await page.getByRole('menuitem', { name: 'SVG drawing' }).first().click()
    })()])
    expect(file.suggestedFilename()).toBe('What-Validation-accuracy-depends-on.svg')
    expect(errors).toEqual([])
  })

  it('shows dark and Japanese without an error or a violation', { timeout: 90_000 }, async (context) => {
    const { browser, page, address } = opened(context)
    const second = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark', locale: 'ja-JP', storageState: await page.context().storageState() })).newPage()
    const said = watchForErrors(second)
    await second.goto(`${new URL(address).origin}/#/compare?filter=study%20%3D%20Grid&tab=differences`)
    await second.getByText(/^540 件の実行は/).waitFor()
    await expectAccessible(second)
    for (const name of ['散布図', '平行座標']) {
      await tab(second, name)
      await second.locator('.canvas canvas').first().waitFor()
      await expectAccessible(second)
    }
    await tab(second, '重要度')
    await second.getByText(/^504 件の実行では/).waitFor({ timeout: 60_000 })
    await expectAccessible(second)
    expect(said).toEqual([])
  })
})
