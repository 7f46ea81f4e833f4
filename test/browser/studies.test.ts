import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { openLogReader, openLogWriter } from '../../main/log/open.ts'
import { writeMadeRuns } from '../support/demo/runs-log.ts'
import { expectAccessible, watchForErrors } from './browser.ts'
import { workbenchInBrowser } from './workbench-in-browser.ts'

/** Names of the studies in the table of the start page, in order. */
const names = async (page: Page) => await page.getByRole('group', { name: 'Studies' }).getByRole('row').locator('td:nth-child(2) a').allInnerTexts()

describe('studies, in a browser', () => {
  const opened = workbenchInBrowser((workspace) => {
    const log = openLogWriter({ workspace })
    writeMadeRuns(log, 200)
    log.close()
  })

  it('are found, sorted, starred, tagged and archived on the start page, and that is taken back', { timeout: 90_000 }, async (context) => {
    const { page, address, errors } = opened(context)
    await page.goto(address)
    await expect.poll(() => names(page)).toEqual(['Sweep 5', 'Sweep 4', 'Sweep 3', 'Sweep 2', 'Sweep 1'])
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Study', exact: true }).click()
    await expect.poll(() => names(page)).toEqual(['Sweep 1', 'Sweep 2', 'Sweep 3', 'Sweep 4', 'Sweep 5'])
    await page.getByRole('button', { name: 'Star for Sweep 3' }).click()
    await expect.poll(() => page.getByRole('button', { name: 'Star for Sweep 3' }).getAttribute('aria-pressed')).toBe('true')
    await page.getByRole('button', { name: '★', exact: true }).click()
    await expect.poll(async () => (await names(page))[0]).toBe('Sweep 3')

    await page.getByRole('button', { name: /^Tags of Sweep 2/ }).focus()
    await page.keyboard.press('Enter')
    await page.keyboard.type('paper, draft')
    await page.keyboard.press('Enter')
    await page.getByRole('searchbox', { name: 'Search studies' }).fill('paper')
    await expect.poll(() => names(page)).toEqual(['Sweep 2'])
    await page.getByRole('searchbox', { name: 'Search studies' }).fill('nowhere')
    await page.getByText('No study fits.').waitFor()
    await page.getByRole('searchbox', { name: 'Search studies' }).fill('')

    await page.getByRole('button', { name: 'Actions for Sweep 1', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Archive' }).click()
    await expect.poll(async () => (await names(page)).includes('Sweep 1')).toBe(false)
    await page.getByLabel('Show archived (1)').check()
    await expect.poll(async () => (await names(page)).includes('Sweep 1')).toBe(true)
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByLabel('Show archived (1)').waitFor({ state: 'detached' })
    expect(errors).toEqual([])
  })

  it('go to the trash with all of their runs and come back', { timeout: 60_000 }, async (context) => {
    const { page, errors } = opened(context)
    await page.getByRole('button', { name: 'Actions for Sweep 4', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Move to the trash' }).click()
    await expect.poll(async () => (await names(page)).includes('Sweep 4')).toBe(false)
    await page.keyboard.press('Control+z')
    await expect.poll(async () => (await names(page)).includes('Sweep 4')).toBe(true)
    expect(errors).toEqual([])
  })

  it('are renamed, noted, starred, duplicated and trashed on their own page', { timeout: 90_000 }, async (context) => {
    const { page, workspace, errors } = opened(context)
    await page.getByRole('link', { name: 'Sweep 5', exact: true }).click()
    await page.getByRole('heading', { name: 'Sweep 5', level: 1 }).waitFor()
    await page.getByText('No note').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Rename Sweep 5' }).click()
    await page.keyboard.type('Batch sizes')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Batch sizes', level: 1 }).waitFor()
    await page.getByRole('button', { name: 'Note of Batch sizes' }).click()
    await page.keyboard.type('Shown to Ada.')
    await page.keyboard.press('Enter')
    await page.getByText('Shown to Ada.').waitFor()
    await page.getByRole('button', { name: 'Star for Batch sizes' }).click()
    await expect.poll(() => page.getByRole('button', { name: 'Star for Batch sizes' }).getAttribute('aria-pressed')).toBe('true')
    const reader = openLogReader({ workspace })
    expect(reader.annotation('study', 'study-0005')).toMatchObject({ name: 'Batch sizes', note: 'Shown to Ada.', isStarred: true })
    reader.close()

    await page.getByRole('button', { name: 'Actions for Batch sizes' }).click()
    await page.getByRole('menuitem', { name: 'Duplicate and edit' }).click()
    await page.getByRole('heading', { name: 'New study' }).waitFor()
    expect(await page.getByRole('textbox', { name: 'Name of the study', exact: true }).inputValue()).toBe('Batch sizes')
    await page.goBack()
    await page.getByRole('heading', { name: 'Batch sizes', level: 1 }).waitFor()
    await page.getByRole('button', { name: 'Actions for Batch sizes' }).click()
    await page.getByRole('menuitem', { name: 'Move to the trash' }).click()
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(async () => (await names(page)).includes('Batch sizes')).toBe(true)
    expect(errors).toEqual([])
  })

  it('show dark and Japanese without an error or a violation', { timeout: 60_000 }, async (context) => {
    const { browser, page, address } = opened(context)
    const second = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark', locale: 'ja-JP', storageState: await page.context().storageState() })).newPage()
    const said = watchForErrors(second)
    await second.goto(`${new URL(address).origin}/#/`)
    await second.getByRole('searchbox', { name: '調査を検索' }).waitFor()
    await expectAccessible(second)
    await second.getByRole('link', { name: 'Sweep 2', exact: true }).click()
    await second.getByText('メモなし').waitFor()
    await expectAccessible(second)
    expect(said).toEqual([])
  })
})
