import { describe, expect, it } from 'vitest'
import { openLogWriter } from '../../main/log/open.ts'
import { writeMadeRuns } from '../support/demo/runs-log.ts'
import { expectAccessible } from './browser.ts'
import { workbenchInBrowser } from './workbench-in-browser.ts'

describe('finding one’s way, in a browser', () => {
  const opened = workbenchInBrowser((workspace) => {
    const log = openLogWriter({ workspace })
    writeMadeRuns(log, 200)
    log.close()
  })

  it('leads to any page, study and run from the keyboard alone', { timeout: 60_000 }, async (context) => {
    const { page, address, errors } = opened(context)
    await page.goto(address)
    await page.getByRole('button', { name: 'Find', exact: true }).waitFor()
    await page.keyboard.press('Control+k')
    const box = page.getByRole('combobox', { name: 'A page, a study, a run, or what to do' })
    await box.waitFor()
    await page.keyboard.type('dist')
    await expectAccessible(page)
    await box.focus() // the check of accessibility takes the focus along
    await page.getByRole('option', { name: /^Prepare a study: Feature distillation/ }).waitFor()
    await page.keyboard.press('Enter')
    await expect.poll(() => page.url()).toContain('/studies/new')

    await page.keyboard.press('Control+k')
    await page.keyboard.type('sweep 3')
    await page.getByRole('option', { name: /^Sweep 3/ }).waitFor()
    await page.keyboard.press('Escape')
    await box.waitFor({ state: 'hidden' })

    await page.keyboard.press('Control+k')
    await page.keyboard.type('trial 199')
    await page.getByRole('option', { name: /^trial 199/ }).first().waitFor()
    await page.keyboard.press('Enter')
    await expect.poll(() => page.url()).toContain('#/runs/run-')
    expect(errors).toEqual([])
  })

  it('explains each method, with its formulae drawn', { timeout: 60_000 }, async (context) => {
    const { page, errors } = opened(context)
    await page.getByRole('link', { name: 'Help', exact: true }).click()
    for (const title of ['Critical batch size', 'Batch size from the loss gap', 'Gradient quantization', 'Feature distillation', 'Channel decorrelation']) {
      await page.getByRole('link', { name: title, exact: true }).click()
      await page.getByRole('heading', { name: title, level: 1 }).waitFor()
      await page.locator('math').first().waitFor()
      await expectAccessible(page)
      await page.getByRole('link', { name: 'All help' }).click()
    }
    await expectAccessible(page)
    expect(errors).toEqual([])
  })

  it('goes through a first study step by step, and leaves the window usable', { timeout: 60_000 }, async (context) => {
    const { page, errors } = opened(context)
    await page.getByRole('button', { name: 'Begin', exact: true }).click()
    const card = page.getByRole('complementary', { name: 'First study' })
    await card.getByText('step 1 of 5').waitFor()
    await expectAccessible(page)
    await page.getByRole('link', { name: 'Sweep 1', exact: true }).click()
    await card.getByText('step 2 of 5').waitFor()
    await card.getByRole('button', { name: 'Next' }).click()
    await card.getByRole('button', { name: 'Next' }).click()
    await card.getByRole('heading', { name: 'Read the answer' }).waitFor()
    await card.getByRole('button', { name: 'End the tour' }).click()
    await card.waitFor({ state: 'hidden' })
    expect(errors).toEqual([])
  })
})
