import { describe, expect, it } from 'vitest'
import { expectAccessible, watchForErrors } from './browser.ts'
import { workbenchInBrowser } from './workbench-in-browser.ts'

/** A sweep of seconds: 1,000 digits, a network of 16 units. */
const smallSweep = `
name: Small sweep
run:
  dataset: { name: digits, trainExamples: 1000, validationExamples: 200 }
  model: { kind: mlp, hidden: [16] }
  optimizer: { kind: sgd, learningRate: 0.2 }
  compute: { jit: 'off' }
sweep:
  batchSizes: [4, 8, 16, 32, 64]
  minSeeds: 2
  maxSeeds: 2
  target: { criterion: train-loss, value: 0.4 }
  estimateFirst: false
`

describe('the first study, in a browser', () => {
  const opened = workbenchInBrowser()

  it('goes from the start page to an answer, with no console error and no accessibility violation', { timeout: 240_000 }, async (context) => {
    const { page, address, errors } = opened(context)

    await page.goto(address)
    await page.getByRole('heading', { name: 'How do neural networks train?' }).waitFor()
    expect(new URL(page.url()).search).toBe('') // the token has left the address bar
    await expectAccessible(page)

    await page.getByRole('link', { name: 'Choose the settings first' }).click()
    await page.getByRole('heading', { name: 'New study', level: 1 }).waitFor()
    await expectAccessible(page)

    const batchSizes = page.getByLabel('Batch sizes', { exact: true })
    await batchSizes.fill('8, 8, 16, 32, 64')
    await page.getByText('The same batch size stands twice; write each once.').first().waitFor()
    expect(await page.getByRole('button', { name: 'Start the study' }).isDisabled()).toBe(true)

    await page.getByRole('button', { name: 'As YAML' }).click()
    await page.getByRole('textbox', { name: 'Settings as YAML' }).fill(smallSweep)
    await page.getByRole('button', { name: 'Apply' }).click()
    await page.getByRole('button', { name: 'Start the study' }).click()

    await page.getByRole('heading', { name: 'Small sweep', level: 1 }).waitFor()
    await page.getByText('Finished', { exact: true }).first().waitFor({ timeout: 180_000 })
    // How many there are depends on timing: a seed is held back while the first one of its batch size takes far too long.
    await page.getByText(/^(\d+) of \1 runs$/).waitFor()
    await expectAccessible(page)

    for (const tab of ['Curves', 'Time and cost', 'Targets', 'Noise scale', 'Runs', 'Stages', 'Settings', 'Log']) {
      await page.getByRole('tab', { name: new RegExp(`^${tab}`) }).click()
      await page.getByRole('tabpanel').waitFor()
      await expectAccessible(page)
    }
    expect(errors).toEqual([])
  })

  it('fits points measured elsewhere, and names the row that does not read', { timeout: 60_000 }, async (context) => {
    const { page, errors } = opened(context)
    await page.getByRole('link', { name: 'Start', exact: true }).click()
    await page.getByRole('link', { name: 'Fit points measured elsewhere' }).click()
    await page.getByRole('heading', { name: 'Nothing fitted yet' }).waitFor()
    await page.getByRole('button', { name: 'Fill in an example' }).click()
    await page.getByText('Minimum found', { exact: true }).waitFor()
    await page.locator('canvas').first().waitFor()
    await expectAccessible(page)

    await page.getByRole('textbox', { name: 'Points' }).fill('batch,seed,steps\n8,1,1000\n16,1,none')
    await page.getByRole('button', { name: 'Fit the laws' }).click()
    await page.getByRole('alert').getByText('Line 3: steps is “none”. It must be a number above 0.').waitFor()
    await expectAccessible(page)
    expect(errors).toEqual([])
  })

  it('shows what was trained in the runs table and in a run of its own', { timeout: 60_000 }, async (context) => {
    const { page, errors } = opened(context)
    await page.getByRole('link', { name: 'Runs', exact: true }).click()
    await page.getByRole('heading', { name: 'Runs', level: 1 }).waitFor()
    await page.getByText('b=16 seed=1').first().click()
    await page.getByRole('heading', { name: 'b=16 seed=1' }).waitFor()
    await page.locator('canvas').first().waitFor()
    await expectAccessible(page)
    expect(errors).toEqual([])
  })

  it('shows the dark theme and Japanese without an error or a violation', { timeout: 60_000 }, async (context) => {
    const { browser, page } = opened(context)
    const second = await (await browser.newContext({ viewport: { width: 1024, height: 700 }, colorScheme: 'dark', locale: 'ja-JP', storageState: await page.context().storageState() })).newPage()
    const said = watchForErrors(second)
    await second.goto(page.url())
    await second.locator('canvas').first().waitFor()
    expect(await second.locator('html').getAttribute('lang')).toBe('ja')
    await expectAccessible(second)
    expect(said).toEqual([])
  })
})
