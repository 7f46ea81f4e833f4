import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { expectAccessible, watchForErrors } from './browser.ts'
import { workbenchInBrowser } from './workbench-in-browser.ts'

/** A comparison of seconds: 1,000 digits, a residual MLP of three narrow blocks, students of one and two, one seed. */
const smallStudents = `
method: feature-distillation
name: Small students
run:
  dataset: { name: digits, trainExamples: 1000, validationExamples: 200 }
  model: { kind: residual-mlp, width: 16, depth: 3 }
  compute: { jit: 'off' }
students: { ways: [whole, alone, distilled, self-distillation], depths: [1, 2], rearDepths: [1], seeds: 1, epochs: 3, maxMemoryMiB: 1, parallelRuns: 1 }
`

describe('a comparison of students, in a browser', () => {
  const opened = workbenchInBrowser()

  it('goes from the start page over the form to a verdict and a choice', { timeout: 240_000 }, async (context) => {
    const { page, address, errors } = opened(context)

    await page.goto(address)
    await page.getByRole('link', { name: 'New study: Feature distillation' }).click()
    await page.getByRole('heading', { name: 'New study', level: 1 }).waitFor()
    const third = page.getByRole('checkbox', { name: '3 blocks', exact: true })
    expect(await third.isChecked()).toBe(true)
    await third.uncheck()
    await expect.poll(() => page.locator('#setting-students-depths').inputValue()).toBe('1, 2')
    await expectAccessible(page)
    await page.getByRole('button', { name: 'As YAML' }).click()
    await page.getByRole('textbox', { name: 'Settings as YAML' }).fill(smallStudents)
    await page.getByRole('button', { name: 'Apply' }).click()
    await page.getByText('4 ways, students of 1, 2 blocks × 1 seeds').waitFor()
    await page.getByRole('button', { name: 'Start the study' }).click()

    await page.getByRole('heading', { name: 'Small students', level: 1 }).waitFor()
    await page.getByText('Finished', { exact: true }).first().waitFor({ timeout: 180_000 })
    await page.getByText('One seed', { exact: true }).waitFor()
    await page.getByText(/^Within all limits are \d of \d candidates/).first().waitFor()
    await page.getByRole('rowheader', { name: 'Self-distillation, 2 blocks' }).waitFor()
    await page.getByRole('img', { name: /^A chain of 3 blocks/ }).waitFor()
    await expectAccessible(page)
    expect(errors).toEqual([])
  })

  it('exports the chosen student into files, and says how accurate they are and where', { timeout: 120_000 }, async (context) => {
    const { page, errors, workspace } = opened(context)
    await page.getByRole('button', { name: 'Export', exact: true }).click()
    const path = page.getByText(new RegExp(`^${workspace}/exports/run-\\d+-depth-\\d$`))
    await path.waitFor({ timeout: 60_000 })
    await page.getByText(/^The run logged [\d.]+% on the same \d+ test examples: the files are as accurate\.$/).waitFor()
    expect(readdirSync((await path.textContent())!).toSorted()).toEqual(['model-card.json', 'saved_model', 'tfjs'])
    await page.getByRole('rowheader', { name: 'TensorFlow.js' }).waitFor()
    await expectAccessible(page)
    for (const name of ['TensorFlow SavedModel', 'TensorFlow.js']) await page.getByRole('checkbox', { name }).uncheck()
    expect(await page.getByRole('button', { name: 'Export', exact: true }).isDisabled()).toBe(true)
    expect(errors).toEqual([])
  })

  it('shows curves, sizes and early exits, and what chosen exits predict', { timeout: 120_000 }, async (context) => {
    const { page, errors } = opened(context)
    const open = async (tab: string) => {
      await page.getByRole('tab', { name: new RegExp(`^${tab}`) }).click()
      await page.getByRole('tabpanel').waitFor()
    }
    await open('Curves')
    await page.locator('canvas').nth(5).waitFor()
    await page.getByRole('button', { name: 'Alone', pressed: true }).click()
    await page.getByRole('button', { name: 'Alone', pressed: false }).waitFor()
    await expectAccessible(page)

    await open('Size')
    await page.locator('canvas').nth(1).waitFor()
    await page.getByRole('button', { name: 'Multiply-adds' }).click()
    await page.getByRole('region', { name: 'Candidates' }).getByText('chosen').waitFor()
    await expectAccessible(page)

    await open('Predictions')
    await page.getByRole('button', { name: 'Add another' }).click()
    await expect.poll(() => page.getByRole('figure').count()).toBe(3)
    await page.getByRole('heading', { name: 'Where they disagree' }).waitFor()
    await page.getByRole('img', { name: /^Example \d+, labelled \d$/ }).first().waitFor()
    await expectAccessible(page)

    await open('Early exit')
    await page.getByText(/^Leaving at 90%/).waitFor()
    await page.getByRole('slider').focus()
    await page.keyboard.press('End')
    await page.getByText(/^Leaving at 100%/).waitFor()
    await expectAccessible(page)
    expect(errors).toEqual([])
  })

  it('shows how alike the features of a run are, step by step, in the study and in the run', { timeout: 120_000 }, async (context) => {
    const { page, errors } = opened(context)
    await page.getByRole('tab', { name: /^Similarity/ }).click()
    await page.getByRole('heading', { name: 'Pairs that are compared' }).waitFor()
    await page.locator('canvas').nth(1).waitFor()
    await page.getByRole('button', { name: 'Previous logged step' }).click()
    await expectAccessible(page)
    const between = page.getByRole('region', { name: 'Two runs side by side' })
    await expect.poll(() => between.getByRole('combobox').nth(1).locator('option:checked').textContent()).toMatch(/^Whole stack, seed 1/)
    await between.getByRole('button', { name: 'Compare' }).click()
    await between.getByText(/\(rows\) and .* \(columns\), on 200 validation examples\.$/).waitFor({ timeout: 60_000 })
    await between.locator('canvas').waitFor()
    await expectAccessible(page)
    await page.getByRole('link', { name: 'Open the run' }).click()
    await page.getByRole('heading', { name: 'Features', exact: true }).waitFor()
    await page.locator('canvas').nth(3).waitFor()
    const exporting = page.getByRole('region', { name: 'Export' })
    await exporting.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'Whole model of 3 blocks' })
    await exporting.getByRole('button', { name: 'Export' }).click()
    await exporting.getByText(/exports\/run-\d+-depth-3$/).waitFor({ timeout: 60_000 })
    await page.getByRole('region', { name: 'Events' }).getByText(/is exported to .*-depth-3/).waitFor()
    await expectAccessible(page)
    expect(errors).toEqual([])
  })

  it('shows the same in the dark and in Japanese without an error or a violation', { timeout: 60_000 }, async (context) => {
    const { browser, page } = opened(context)
    const second = await (await browser.newContext({ viewport: { width: 1024, height: 700 }, colorScheme: 'dark', locale: 'ja-JP', storageState: await page.context().storageState() })).newPage()
    const said = watchForErrors(second)
    await second.goto(page.url())
    await second.getByRole('heading', { name: '特徴', exact: true }).waitFor()
    await second.locator('canvas').nth(3).waitFor()
    await expectAccessible(second)
    expect(said).toEqual([])
  })
})
