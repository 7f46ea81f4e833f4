import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TestContext } from 'vitest'
import { windowFolder } from '../../main/cli/window-build.ts'
import { startDemoServer } from '../support/demo/server.ts'
import { expectAccessible, launchBrowser, watchForErrors } from './browser.ts'

/** Over the made-up workbench, whose runs are recommended changes at once; nothing is trained. */
describe('a run that decorrelates channels, in a browser', () => {
  let opened: { readonly browser: Browser; readonly page: Page; readonly address: string; readonly errors: readonly string[] } | null = null
  let stop: (() => Promise<void>) | null = null
  beforeAll(async () => {
    const browser = await launchBrowser()
    if (browser === null) return
    await windowFolder({ note: () => {} })
    const server = await startDemoServer()
    stop = async () => {
      await browser.close()
      server.close()
    }
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
    page.setDefaultTimeout(20_000)
    opened = { browser, page, address: server.url, errors: watchForErrors(page) }
  }, 120_000)
  afterAll(() => stop?.())
  const parts = (context: Pick<TestContext, 'skip'>) => opened ?? context.skip('no browser: install Chromium or name one with LOUPE_CHROMIUM')

  it('is set up from the start page: features in the network, examples, losses with what their batches can show', { timeout: 120_000 }, async (context) => {
    const { page, address, errors } = parts(context)
    await page.goto(address)
    await page.getByRole('link', { name: 'Train one network' }).click()
    await page.getByRole('heading', { name: 'Decorrelate the channels of a network', level: 1 }).waitFor()
    await page.getByLabel('Name of the run').fill('From the browser')

    const block = page.getByRole('button', { name: /^Block 1 .*compare these channels$/ })
    expect(await block.getAttribute('aria-pressed')).toBe('false')
    await block.focus()
    await page.keyboard.press('Enter')
    expect(await block.getAttribute('aria-pressed')).toBe('true')
    await page.getByRole('button', { name: 'Block 1, B: compare channels on unlabelled examples' }).click()
    expect(await block.getAttribute('aria-pressed')).toBe('false')
    await page.getByRole('button', { name: 'Block 1, A: compare channels on labelled examples' }).click()

    await page.getByRole('img', { name: /^Example 0, / }).first().waitFor()
    await page.getByText('Labelled: Fashion-MNIST').first().waitFor()
    const threshold = page.getByRole('textbox', { name: 'Third: unlabelled: Stops at or below' })
    await threshold.fill('0.002')
    await page.getByText(/^Below the noise floor: unlikely with 128 samples\. From \d+ samples on/).waitFor()
    await threshold.fill('0.05')
    await page.getByText('Within reach.').waitFor()
    await page.getByText('3C: task, labelled correlation', { exact: true }).first().click()
    await page.getByText('Second and fourth loss: labelled examples alone.').waitFor()
    await page.getByText('3B: task, both correlations', { exact: true }).first().click()
    await expectAccessible(page)

    await page.getByRole('button', { name: 'Start training' }).click()
    await page.getByRole('heading', { name: 'From the browser', level: 1 }).waitFor()
    await page.getByText('Warming up').first().waitFor()
    expect(errors).toEqual([])
  })

  it('shows its losses and the correlations between channels while it trains', { timeout: 120_000 }, async (context) => {
    const { page, address, errors } = parts(context)
    await page.goto(`${address}#/runs/decorrelated-live`)
    await page.getByText(/^Will not reach a threshold/).waitFor()
    await page.getByRole('rowheader', { name: 'correlation on unlabelled examples (third)' }).waitFor()
    await page.getByRole('img', { name: /^Correlations between channels: Block 2/ }).waitFor()
    await page.getByRole('combobox', { name: /^Order of the channels/ }).selectOption({ label: 'By leading direction' })
    await page.getByRole('combobox', { name: /^Feature/ }).selectOption({ label: 'Block 1' })
    await page.getByRole('combobox', { name: /^Examples/ }).selectOption({ label: 'Unlabelled set 2: Digits' })
    await page.getByRole('img', { name: /^Correlations between channels: Block 1/ }).hover()
    await page.getByText(/^Channels \d+ and \d+: ρ/).waitFor()
    await page.getByRole('button', { name: 'Previous logged step' }).click()
    await expectAccessible(page)
    expect(errors).toEqual([])
  })

  it('saves the network and ends the run while it trains', { timeout: 120_000 }, async (context) => {
    const { page, errors } = parts(context)
    await page.getByRole('button', { name: 'Save network' }).click()
    await page.getByText(/^Saved as it is at step [\d,]+: 1\.28 MB, SHA-256 \w{12}…/).waitFor()
    await page.getByRole('link', { name: /^Go on from here: Step/ }).waitFor()
    await page.getByText('1 copy saved').waitFor()
    await expectAccessible(page)
    expect(errors).toEqual([])
  })

  it('goes on with recommended conditions, as they were edited, and ends the run before', { timeout: 120_000 }, async (context) => {
    const { page, errors } = parts(context)
    await page.getByRole('button', { name: 'Dismiss' }).first().click()
    await page.getByText('2 earlier recommendations').waitFor()
    await page.getByRole('button', { name: 'Apply…' }).click()
    const dialog = page.locator('dialog[open]')
    await dialog.getByRole('textbox', { name: 'Third loss: unlabelled: To' }).fill('0.5')
    await dialog.getByRole('checkbox', { name: 'Batch size of unlabelled set 1' }).uncheck()
    await expectAccessible(page)
    await dialog.getByRole('button', { name: 'Go on' }).click()
    await page.getByText(/^Branches off decorrelated-live at step/).waitFor()
    await page.getByText('unlabelledWeight: 0.5').waitFor()
    await page.getByRole('button', { name: 'End', exact: true }).click()
    await page.getByText('Ended by the user', { exact: true }).waitFor()
    expect(await page.getByRole('button', { name: 'Save network' }).isDisabled()).toBe(true)
    await expectAccessible(page)
    expect(errors).toEqual([])
  })

  it('shows a comparison on few labels by its verdict, against the labels, and in numbers', { timeout: 60_000 }, async (context) => {
    const { page, address, errors } = parts(context)
    await page.goto(`${address}#/studies/study-000014`)
    await page.getByRole('heading', { name: 'Do channels shrink?' }).waitFor()
    await page.locator('canvas').nth(1).waitFor()
    await expectAccessible(page)
    await page.getByRole('tab', { name: /^Curves/ }).click()
    await page.getByLabel('Labels').and(page.locator('select')).selectOption({ label: '10%' })
    await page.locator('canvas').first().waitFor()
    await expectAccessible(page)
    await page.getByRole('tab', { name: /^Runs/ }).click()
    await page.getByRole('link', { name: '3B on 1% of the labels, seed 1' }).waitFor()
    await expectAccessible(page)
    expect(errors).toEqual([])
  })

  it('shows the same in the dark and in Japanese without an error or a violation', { timeout: 120_000 }, async (context) => {
    const { browser, address } = parts(context)
    const page = await (await browser.newContext({ viewport: { width: 1024, height: 700 }, colorScheme: 'dark', locale: 'ja-JP' })).newPage()
    const said = watchForErrors(page)
    for (const [path, heading] of [['decorrelate', 'ネットワーク構造'], ['runs/decorrelated-done', '特徴のチャネル'], ['studies/study-000014', 'チャネルは縮んだか']] as const) {
      await page.goto(`${address}#/${path}`)
      await page.getByRole('heading', { name: heading }).waitFor()
      await page.locator('canvas').first().waitFor()
      await expectAccessible(page)
    }
    expect(said).toEqual([])
  })
})
