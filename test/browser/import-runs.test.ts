import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { openLogWriter } from '../../main/log/open.ts'
import { writeMadeRuns } from '../support/demo/runs-log.ts'
import { expectAccessible, watchForErrors } from './browser.ts'
import { workbenchInBrowser } from './workbench-in-browser.ts'

const reference = join(import.meta.dirname, '../../main/import/reference')
/** Where screenshots go; none unless this is set. */
const pictures = process.env['LOUPE_PICTURES']

async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return
  await page.waitForTimeout(500)
  await page.screenshot({ path: join(pictures, `${name}.png`) })
}
const found = (page: Page, count: string) => page.getByRole('status').filter({ hasText: new RegExp(`^${count}$`) })

describe('runs of other tools, in a browser', () => {
  const opened = workbenchInBrowser((workspace) => {
    const log = openLogWriter({ workspace })
    writeMadeRuns(log, 40)
    log.close()
  })

  it('are looked at before they are imported, and say what is left out', { timeout: 90_000 }, async (context) => {
    const { page, address, errors } = opened(context)
    await page.goto(address)
    await page.getByRole('link', { name: 'Runs', exact: true }).click()
    await found(page, '40 runs').waitFor()
    await page.getByRole('button', { name: 'Import…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Import runs' })
    await expectAccessible(page)
    await picture(page, 'import-empty')

    await dialog.getByLabel('File or folder', { exact: true }).fill('/nowhere/at/all')
    await dialog.getByRole('button', { name: 'Look', exact: true }).click()
    await dialog.getByText('There is no file or folder /nowhere/at/all').waitFor()
    await expectAccessible(page)

    await dialog.getByLabel('File or folder', { exact: true }).fill(join(reference, 'events'))
    await dialog.getByRole('button', { name: 'Look', exact: true }).click()
    await dialog.getByText('4 runs of TensorBoard').waitFor()
    await dialog.getByText('3 values were taken back by a restart of their run.').waitFor()
    await expectAccessible(page)
    await picture(page, 'import-preview')
    await dialog.getByRole('checkbox', { name: 'Choose tf2/half' }).uncheck()
    await dialog.getByLabel('Tags for them, a comma between two').fill('borrowed')
    await dialog.getByRole('button', { name: 'Import 3 runs' }).click()
    await dialog.getByText('3 runs are new.').waitFor()
    await expectAccessible(page)
    await picture(page, 'import-done')
    expect(errors).toEqual([])
  })

  it('are in the same list, found by where they come from, their parameters and their own metrics', { timeout: 60_000 }, async (context) => {
    const { page, errors } = opened(context)
    await page.getByRole('dialog', { name: 'Import runs' }).getByRole('button', { name: 'Show them' }).click()
    await found(page, '3 runs').waitFor()
    await picture(page, 'import-list')
    const filter = page.getByRole('combobox', { name: 'Filter', exact: true })
    await filter.fill('param.lr < 0.01 and min(metric.epoch_loss) < 0.2')
    await found(page, '1 run').waitFor()
    await filter.fill('tag:borrowed or b = 64')
    await found(page, '9 runs').waitFor()
    await filter.fill('')
    await filter.press('ArrowDown')
    await filter.fill('param.')
    await page.getByRole('option', { name: 'param.lr' }).waitFor()
    await filter.fill('source = tensorboard')
    await found(page, '3 runs').waitFor()
    await page.getByRole('button', { name: 'Actions for tf2/train' }).click()
    expect(await page.getByRole('menuitem').allInnerTexts()).toEqual(['Open', 'Archive', 'Move to the trash'])
    await page.keyboard.press('Escape')
    expect(errors).toEqual([])
  })

  it('open with their curves, parameters and what was left out, in dark and Japanese, too', { timeout: 90_000 }, async (context) => {
    const { browser, page, address, errors } = opened(context)
    await page.getByRole('link', { name: 'tf2/train' }).click()
    await page.getByRole('heading', { name: 'tf2/train', level: 1 }).waitFor()
    await page.getByText('Imported from TensorBoard', { exact: true }).waitFor()
    await page.getByRole('heading', { name: 'epoch_loss' }).waitFor()
    await page.getByText('2 values are NaN or infinite and have no place in the chart.').waitFor()
    await page.getByText('Called “val_accuracy” there').waitFor()
    await page.getByText('1 image is left out.').waitFor()
    await expectAccessible(page)
    await picture(page, 'imported-run')
    await page.getByLabel('Search metrics').fill('val_')
    await page.getByText('1 of 1 metrics').waitFor()
    await page.getByLabel('Horizontal axis').selectOption('wall')
    expect(errors).toEqual([])

    const second = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark', locale: 'ja-JP', storageState: await page.context().storageState() })).newPage()
    const said = watchForErrors(second)
    await second.goto(`${address.split('#')[0]}#${new URL(page.url()).hash.slice(1)}`)
    await second.getByText('TensorBoard から取り込み', { exact: true }).waitFor()
    await expectAccessible(second)
    await picture(second, 'imported-run-dark')
    expect(said).toEqual([])
    await second.context().close()
  })

  it('are taken back at once, and come back with the next import', { timeout: 60_000 }, async (context) => {
    const { page, errors } = opened(context)
    await page.getByRole('link', { name: 'Runs', exact: true }).click()
    await page.getByRole('button', { name: 'Import…' }).click()
    const dialog = page.getByRole('dialog', { name: 'Import runs' })
    await dialog.getByRole('button', { name: 'Take it back: move the new runs to the trash' }).click()
    await dialog.getByText('The new runs are in the trash.').waitFor()
    await dialog.getByRole('button', { name: 'Import more' }).click()
    await dialog.getByRole('button', { name: 'Look', exact: true }).click()
    await dialog.getByText('In the trash').first().waitFor()
    await dialog.getByRole('checkbox', { name: 'Choose all' }).check()
    await dialog.getByRole('button', { name: 'Import 4 runs' }).click()
    await dialog.getByText('3 runs are back from the trash.').waitFor()
    await dialog.getByText('1 run is new.').waitFor()
    expect(errors).toEqual([])
  })
})
