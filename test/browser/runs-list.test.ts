import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { openLogWriter } from '../../main/log/open.ts'
import { writeMadeRuns } from '../support/demo/runs-log.ts'
import { expectAccessible, watchForErrors } from './browser.ts'
import { workbenchInBrowser } from './workbench-in-browser.ts'

const RUNS = 1000

/** The number of runs that fit, above the list. */
const found = (page: Page, count: string) => page.getByRole('status').filter({ hasText: new RegExp(`^${count}$`) })

describe('the list of runs, in a browser', () => {
  const opened = workbenchInBrowser((workspace) => {
    const log = openLogWriter({ workspace })
    writeMadeRuns(log, RUNS)
    log.close()
  })

  it('filters as one types, completes names, and points at what does not read', { timeout: 90_000 }, async (context) => {
    const { page, address, errors } = opened(context)
    await page.goto(address)
    await page.getByRole('link', { name: 'Runs', exact: true }).click()
    await found(page, '1,000 runs').waitFor()
    await expectAccessible(page)

    const filter = page.getByRole('combobox', { name: 'Filter', exact: true })
    await page.keyboard.press('/')
    await page.keyboard.type('accu')
    await page.getByRole('option', { name: /^accuracy/ }).first().waitFor()
    await expectAccessible(page)
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    expect(await filter.inputValue()).toBe('accuracy ')
    await page.keyboard.type('> 0.9 and model = cnn')
    await found(page, '1,000 runs').waitFor({ state: 'detached' })
    expect(await page.getByRole('row').count()).toBeLessThan(80)

    await filter.fill('accurcy > 0.9')
    await page.getByText('“accurcy” is not the name of a field. Expected: accuracy').waitFor()
    expect(await filter.getAttribute('aria-invalid')).toBe('true')
    await expectAccessible(page)

    await filter.fill('tag:paper')
    await found(page, '2 runs').waitFor()
    await filter.fill('')
    await found(page, '1,000 runs').waitFor()
    expect(errors).toEqual([])
  })

  it('scrolls to any run, loading pages as they come into sight', { timeout: 60_000 }, async (context) => {
    const { page } = opened(context)
    await page.getByRole('group', { name: 'Runs' }).evaluate((scroller) => (scroller.scrollTop = scroller.scrollHeight))
    await page.getByRole('link', { name: 'b=8 seed=1 #0', exact: true }).waitFor()
    await page.getByRole('group', { name: 'Runs' }).evaluate((scroller) => (scroller.scrollTop = 0))
    await page.getByRole('link', { name: 'trial 999', exact: true }).waitFor()
  })

  it('sorts, groups by study and moves columns, and keeps that as a view', { timeout: 60_000 }, async (context) => {
    const { page, errors } = opened(context)
    await page.getByRole('button', { name: 'Validation accuracy' }).click()
    await page.getByRole('button', { name: 'Validation accuracy' }).click()
    await page.getByRole('columnheader', { name: 'Validation accuracy', exact: false }).and(page.locator('[aria-sort=descending]')).waitFor()
    const heads = () => page.getByRole('columnheader').allInnerTexts()
    const before = (await heads()).findIndex((text) => text.startsWith('Validation accuracy'))
    await page.getByRole('button', { name: 'Validation accuracy' }).press('Alt+ArrowLeft')
    await expect.poll(async () => (await heads()).findIndex((text) => text.startsWith('Validation accuracy'))).toBe(before - 1)

    await page.getByLabel('Group by').selectOption('study')
    await page.getByRole('button', { name: 'Runs of Sweep 1', exact: true }).click()
    expect(await page.getByRole('button', { name: 'Runs of Sweep 1', exact: true }).getAttribute('aria-expanded')).toBe('false')
    await expectAccessible(page)

    await page.getByRole('button', { name: 'Save the view' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Best first')
    await page.getByRole('dialog').getByRole('button', { name: 'Save the view' }).click()
    const views = page.getByLabel('View', { exact: true })
    await expect.poll(() => views.locator('option').allInnerTexts()).toEqual(['All runs', 'Best first'])
    await views.selectOption('All runs')
    await expect.poll(() => page.getByRole('button', { name: /^Runs of Sweep/ }).count()).toBe(0)
    expect(errors).toEqual([])
  })

  it('stars, renames and tags in place, and takes it back', { timeout: 60_000 }, async (context) => {
    const { page, errors } = opened(context)
    await page.getByRole('combobox', { name: 'Filter', exact: true }).fill('"trial 999"')
    await found(page, '1 run').waitFor()
    await page.getByRole('button', { name: 'Star for trial 999' }).click()
    await expect.poll(() => page.getByRole('button', { name: 'Star for trial 999' }).getAttribute('aria-pressed')).toBe('true')
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => page.getByRole('button', { name: 'Star for trial 999' }).getAttribute('aria-pressed')).toBe('false')

    await page.getByRole('button', { name: /^Tags of trial 999/ }).focus()
    await page.keyboard.press('Enter')
    await page.keyboard.type('good, new')
    await page.keyboard.press('Enter')
    await page.locator('td').getByText('good', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Rename trial 999' }).focus()
    await page.keyboard.press('Enter')
    await page.keyboard.type('trial 999 renamed')
    await page.keyboard.press('Enter')
    await page.getByRole('link', { name: 'trial 999 renamed' }).waitFor()
    await expectAccessible(page)
    expect(errors).toEqual([])
  })

  it('moves chosen runs to the trash, brings them back, and deletes for good only when told twice', { timeout: 60_000 }, async (context) => {
    const { page, errors } = opened(context)
    await page.getByRole('combobox', { name: 'Filter', exact: true }).fill('study = none and seed = 5')
    await found(page, '100 runs').waitFor()
    await page.getByRole('checkbox', { name: 'Choose all runs that fit' }).click()
    await page.getByText('100 runs chosen').waitFor()
    await expectAccessible(page)
    await page.getByRole('group', { name: 'Chosen runs' }).getByRole('button', { name: 'Move to the trash' }).click()
    await page.getByText('No run fits the filter.').waitFor()
    await page.keyboard.press('Control+z')
    await found(page, '100 runs').waitFor()

    await page.getByRole('combobox', { name: 'Filter', exact: true }).fill('name = "trial 9"')
    await found(page, '1 run').waitFor()
    await page.getByRole('button', { name: 'Actions for trial 9', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Move to the trash' }).click()
    await page.getByText('No run fits the filter.').waitFor()
    await page.getByRole('button', { name: 'Trash…' }).click()
    await page.getByRole('cell', { name: /^trial 9/ }).waitFor()
    await expectAccessible(page)
    await page.getByRole('row', { name: /^trial 9/ }).getByRole('button', { name: 'Delete for good' }).click()
    await page.getByText('Nothing brings it back.').waitFor()
    await expectAccessible(page)
    await page.getByRole('dialog', { name: 'Delete for good?' }).getByRole('button', { name: 'Delete for good' }).click()
    await page.getByText('The trash is empty.').waitFor()
    await page.getByRole('dialog', { name: 'Trash' }).getByRole('button', { name: 'Close' }).click()
    expect(errors).toEqual([])
  })

  it('duplicates a run into a form that is filled in', { timeout: 60_000 }, async (context) => {
    const { page, errors } = opened(context)
    await page.getByRole('combobox', { name: 'Filter', exact: true }).fill('name = "trial 19"')
    await page.getByRole('button', { name: 'Actions for trial 19', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Duplicate and edit' }).click()
    await page.getByRole('heading', { name: 'Duplicate a run' }).waitFor()
    expect(await page.getByRole('textbox', { name: 'Batch size', exact: true }).inputValue()).toBe('256')
    await expectAccessible(page)
    expect(errors).toEqual([])
  })

  it('shows dark and Japanese without an error or a violation', { timeout: 60_000 }, async (context) => {
    const { browser, page, address } = opened(context)
    const second = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark', locale: 'ja-JP', storageState: await page.context().storageState() })).newPage()
    const said = watchForErrors(second)
    await second.goto(`${new URL(address).origin}/#/runs`)
    await second.getByRole('heading', { name: '実行一覧', level: 1 }).waitFor()
    await second.getByRole('combobox', { name: '絞り込み', exact: true }).fill('accuracy >')
    await second.keyboard.press('Escape')
    await second.getByText('ここに値がありません。').waitFor()
    await expectAccessible(second)
    expect(said).toEqual([])
  })
})
