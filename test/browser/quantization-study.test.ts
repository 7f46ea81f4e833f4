import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { expectAccessible, watchForErrors } from './browser.ts'
import { workbenchInBrowser } from './workbench-in-browser.ts'

/** A comparison of seconds: 1,000 digits, a network of 16 units, two workers, two ways with one seed. Its first layer has 1,024 weights. */
const smallExchange = ({ name, epochs }: { readonly name: string; readonly epochs: number }) => `
method: gradient-quantization
name: ${name}
run:
  dataset: { name: digits, trainExamples: 1000, validationExamples: 200 }
  model: { kind: mlp, hidden: [16] }
  optimizer: { kind: sgd, learningRate: 0.2 }
exchange: { workers: 2, logEvery: 20 }
compression: { ratio: 0.05 }
quantization: { arms: [dense, fitted-laplace], seeds: 1, batchSize: 20, epochs: ${epochs}, parallelRuns: 1 }
`

describe('a comparison of ways to send gradients, in a browser', () => {
  const opened = workbenchInBrowser()

  async function startStudy(page: Page, study: { readonly name: string; readonly epochs: number }): Promise<void> {
    await page.getByRole('link', { name: 'New study: Gradient quantization' }).click()
    await page.getByRole('heading', { name: 'New study', level: 1 }).waitFor()
    await page.getByRole('button', { name: 'As YAML' }).click()
    await page.getByRole('textbox', { name: 'Settings as YAML' }).fill(smallExchange(study))
    await page.getByRole('button', { name: 'Apply' }).click()
    await page.getByText('2 ways × 1 seeds, 2 workers').waitFor()
    await page.getByRole('button', { name: 'Start the study' }).click()
    await page.getByRole('heading', { name: study.name, level: 1 }).waitFor()
  }

  it('goes from the start page over the form to a verdict', { timeout: 240_000 }, async (context) => {
    const { page, address, errors } = opened(context)

    await page.goto(address)
    await startStudy(page, { name: 'Small exchange', epochs: 4 })
    await page.getByText('Finished', { exact: true }).first().waitFor({ timeout: 180_000 })
    await page.getByText('One seed', { exact: true }).waitFor()
    await page.getByRole('rowheader', { name: 'Laplace' }).waitFor()
    await page.locator('canvas').nth(2).waitFor()
    await expectAccessible(page)
    for (const tab of ['Curves', 'Runs', 'Settings', 'Log']) {
      await page.getByRole('tab', { name: new RegExp(`^${tab}`) }).click()
      await page.getByRole('tabpanel').waitFor()
      await expectAccessible(page)
    }
    expect(errors).toEqual([])
  })

  it('shows how the gradients of a run were distributed, step by step', { timeout: 120_000 }, async (context) => {
    const { page, errors } = opened(context)
    await page.getByRole('tab', { name: /^Runs/ }).click()
    await page.getByRole('link', { name: 'Laplace, seed 1' }).click()
    await page.getByRole('heading', { name: 'Exchanged gradients' }).waitFor()

    // Of 200 steps the 1st, 21st, … 181st are logged, and the newest is shown.
    await page.getByText('10 of 10 logged').waitFor()
    const histogram = (step: number) => page.getByRole('img', { name: new RegExp(`^Histogram of 1,024 values of .* at step ${step};`) }).first()
    await histogram(181).locator('canvas').waitFor()
    for (const family of ['Normal', 'Laplace', 'Cauchy', 'Student-t']) await page.getByRole('rowheader', { name: new RegExp(`^${family}`) }).waitFor()
    expect(await page.getByRole('columnheader', { name: 'Threshold ±' }).count()).toBe(1)
    await expectAccessible(page)

    await page.getByLabel('Step', { exact: true }).fill('2')
    await page.getByText('3 of 10 logged').waitFor()
    await histogram(41).locator('canvas').waitFor()
    await page.getByRole('button', { name: 'Previous logged step' }).click()
    await histogram(21).locator('canvas').waitFor()
    await page.getByRole('combobox', { name: /^Worker/ }).selectOption({ label: 'Worker 1' })
    await histogram(21).locator('canvas').waitFor()

    await page.getByText('Error', { exact: true }).click()
    await page.getByText('Fits of the error itself; nothing is sent of it, so it has no threshold.').waitFor()
    await histogram(21).locator('canvas').waitFor()
    expect(await page.getByRole('columnheader', { name: 'Threshold ±' }).count()).toBe(0)
    await expectAccessible(page)

    for (const [tab, heading] of [['All layers', 'Layers side by side'], ['Over time', 'Distributions over time']] as const) {
      await page.getByRole('tab', { name: new RegExp(`^${tab}`) }).click()
      await page.getByRole('heading', { name: heading }).waitFor()
      await expectAccessible(page)
    }
    expect(errors).toEqual([])
  })

  it('shows the same in the dark and in Japanese without an error or a violation', { timeout: 60_000 }, async (context) => {
    const { browser, page } = opened(context)
    const second = await (await browser.newContext({ viewport: { width: 1024, height: 700 }, colorScheme: 'dark', locale: 'ja-JP', storageState: await page.context().storageState() })).newPage()
    const said = watchForErrors(second)
    await second.goto(page.url())
    await second.getByRole('heading', { name: '交換した勾配' }).waitFor()
    await second.locator('canvas').first().waitFor()
    expect(await second.locator('html').getAttribute('lang')).toBe('ja')
    await expectAccessible(second)
    expect(said).toEqual([])
  })

  it('saves the gradients of a step in full while a run trains', { timeout: 120_000 }, async (context) => {
    const { page, errors } = opened(context)
    await page.getByRole('link', { name: 'Start', exact: true }).click()
    // Far more than it will compute: it is stopped below.
    await startStudy(page, { name: 'Long exchange', epochs: 10_000 })
    await page.getByRole('tab', { name: /^Runs/ }).click()
    await page.getByRole('link', { name: 'Dense, seed 1' }).click()
    await page.getByRole('button', { name: 'Save full values of the next exchange' }).click()
    await page.getByText('Saved in the workspace; the events below say where.').waitFor()
    await page.getByText('gradients.saved', { exact: true }).waitFor()
    await expectAccessible(page)
    await page.getByRole('link', { name: /Study/ }).first().click()
    await page.getByRole('button', { name: 'Stop', exact: true }).click()
    await page.locator('dialog[open]').getByRole('button', { name: 'Stop', exact: true }).click()
    await page.getByText('Stopped', { exact: true }).first().waitFor()
    expect(errors).toEqual([])
  })
})
