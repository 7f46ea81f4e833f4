import { describe, expect, it } from 'vitest'
import { expectAccessible, watchForErrors } from './browser.ts'
import { workbenchInBrowser } from './workbench-in-browser.ts'

/** A comparison of seconds: 1,000 images of Fashion-MNIST, a network of 16 units, two ways with one seed. */
const smallComparison = `
method: loss-gap-batch
name: Small comparison
run:
  dataset: { name: fashion-mnist, trainExamples: 1000, validationExamples: 200 }
  model: { kind: mlp, hidden: [16] }
  optimizer: { kind: sgd, learningRate: 0.1 }
  compute: { jit: 'off' }
controller: { kind: loss-gap, batchMax: 256 }
comparison:
  arms: [controller, fixed-small]
  seeds: 1
  smallBatch: 16
  largeBatch: 256
  epochs: 12
  warmupEpochs: 1
`

describe('a comparison of batch policies, in a browser', () => {
  const opened = workbenchInBrowser()

  it('goes from the start page over the form to a verdict', { timeout: 240_000 }, async (context) => {
    const { page, address, errors } = opened(context)

    await page.goto(address)
    await page.getByRole('link', { name: 'New study: Batch size from the loss gap' }).click()
    await page.getByRole('heading', { name: 'Preview over a recorded run' }).waitFor()
    await page.getByText('No finished run with a loss for each step yet. Train one, and the preview appears here.').waitFor()
    await expectAccessible(page)

    await page.getByLabel('Smallest batch', { exact: true }).fill('4096')
    await page.getByText('The smallest batch must not be above the largest.').first().waitFor()
    expect(await page.getByRole('button', { name: 'Start the study' }).isDisabled()).toBe(true)

    await page.getByRole('button', { name: 'As YAML' }).click()
    await page.getByRole('textbox', { name: 'Settings as YAML' }).fill(smallComparison)
    await page.getByRole('button', { name: 'Apply' }).click()
    await page.getByText('2 ways × 1 seeds').waitFor()
    await page.getByRole('button', { name: 'Start the study' }).click()

    await page.getByRole('heading', { name: 'Small comparison', level: 1 }).waitFor()
    await page.getByText('Finished', { exact: true }).first().waitFor({ timeout: 180_000 })
    await page.getByText('One seed', { exact: true }).waitFor()
    await page.getByRole('rowheader', { name: 'Loss-gap controller' }).waitFor()
    await page.locator('canvas').nth(2).waitFor()
    await expectAccessible(page)
    for (const tab of ['Curves', 'Runs', 'Settings', 'Log']) {
      await page.getByRole('tab', { name: new RegExp(`^${tab}`) }).click()
      await page.getByRole('tabpanel').waitFor()
      await expectAccessible(page)
    }
    expect(errors).toEqual([])
  })

  it('shows what the controller of a run did, and branches the run off a checkpoint', { timeout: 120_000 }, async (context) => {
    const { page, errors } = opened(context)
    await page.getByRole('tab', { name: /^Runs/ }).click()
    await page.getByRole('link', { name: 'Loss-gap controller, seed 1' }).click()
    await page.getByRole('heading', { name: 'Batch-size controller' }).waitFor()
    await page.getByRole('heading', { name: 'Slope over its error' }).waitFor()
    await page.getByRole('heading', { name: 'Change requests' }).waitFor()
    await page.getByLabel('Horizontal axis').first().selectOption('epoch')
    await page.locator('canvas').nth(4).waitFor()
    await expectAccessible(page)

    await page.getByRole('link', { name: /^Branch from here/ }).first().click()
    await page.getByRole('heading', { name: 'Branch a run' }).waitFor()
    await page.getByText(/^It would (not )?have changed the batch size/).first().waitFor()
    await expectAccessible(page)
    // Far more than it will compute: it is stopped below.
    await page.getByLabel('Ends after', { exact: true }).fill('50000000')
    await page.getByLabel('Name of the run').fill('Branch')
    await page.getByRole('button', { name: 'Start the run' }).click()

    await page.getByRole('heading', { name: 'Branch', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Hold the controller' }).click()
    await page.getByText('Held', { exact: true }).waitFor()
    await page.getByLabel('Batch size', { exact: true }).fill('64')
    await page.getByRole('button', { name: 'Set', exact: true }).click()
    await page.getByText('Batch size 64', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Roll back now' }).click()
    await page.locator('dialog[open]').getByRole('button', { name: 'Roll back now' }).click()
    await page.getByText('rolled back 1 of 3 times').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Stop', exact: true }).click()
    await page.getByText('Stopped', { exact: true }).first().waitFor()
    expect(errors).toEqual([])
  })

  it('replays a controller over a recorded run while a threshold is dragged', { timeout: 60_000 }, async (context) => {
    const { page, errors } = opened(context)
    await page.getByRole('link', { name: 'Start', exact: true }).click()
    await page.getByRole('link', { name: 'New study: Batch size from the loss gap' }).click()
    const summary = page.getByText(/^It would (not )?have changed the batch size/).first()
    await summary.waitFor()
    const field = page.locator('#setting-controller-flatT')
    await page.locator('#slider-flatT').focus()
    await page.keyboard.press('Home')
    await expect.poll(() => field.inputValue()).toBe('0')
    await page.keyboard.press('End')
    await expect.poll(() => field.inputValue()).toBe('8')
    await field.fill('2')
    await expect.poll(() => page.locator('#slider-flatT').inputValue()).toBe('50')
    await summary.waitFor()
    await page.locator('canvas').first().waitFor()
    await expectAccessible(page)
    expect(errors).toEqual([])
  })

  it('shows the same in the dark and in Japanese without an error or a violation', { timeout: 60_000 }, async (context) => {
    const { browser, page } = opened(context)
    const second = await (await browser.newContext({ viewport: { width: 1024, height: 700 }, colorScheme: 'dark', locale: 'ja-JP', storageState: await page.context().storageState() })).newPage()
    const said = watchForErrors(second)
    await second.goto(page.url())
    await second.getByRole('heading', { name: '記録した実行での予測' }).waitFor()
    await second.locator('canvas').first().waitFor()
    await expectAccessible(second)
    expect(said).toEqual([])
  })
})
