import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runConfig } from '../../main/contract/run-config.ts'
import type { RunConfigInput } from '../../main/contract/run-config.ts'
import { openLogWriter } from '../../main/log/open.ts'
import { expectAccessible, launchBrowser, watchForErrors } from './browser.ts'
import { startWorkbench } from './workbench-process.ts'
import type { WorkbenchProcess } from './workbench-process.ts'

let folder: string
let workspace: string
let browser: Browser | null = null
let workbench: WorkbenchProcess
let page: Page
let errors: readonly string[] = []

const small = { dataset: { name: 'digits' }, model: { kind: 'mlp', hidden: [8] }, batchSize: 8, evaluation: { everyExamples: 20_000 }, checkpointEveryExamples: 2000, compute: { jit: 'off' } } as const satisfies RunConfigInput
const endless = 2_000_000_000

/** A queue that was left paused: one that trains for ever, two that are short, one whose data are gone. */
beforeAll(async () => {
  browser = await launchBrowser()
  if (browser === null) return
  folder = mkdtempSync(join(tmpdir(), 'loupe-queue-browser-'))
  workspace = join(folder, 'workspace')
  const table = join(folder, 'table.csv')
  writeFileSync(table, 'a,label\n1,0\n')
  const log = openLogWriter({ workspace })
  const add = (name: string, change: RunConfigInput = {}) => log.createRun({ studyId: null, key: '', config: runConfig.parse({ ...small, name, ...change }) })
  add('long', { maxExamples: endless })
  add('short one', { maxExamples: 8000 })
  add('data gone', { dataset: { name: 'file', path: table } })
  add('short two', { maxExamples: 8000 })
  log.configureQueue({ isPaused: true })
  log.close()
  rmSync(table)
  workbench = await startWorkbench(workspace)
  page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
  page.setDefaultTimeout(30_000)
  errors = watchForErrors(page)
  await page.goto(workbench.address)
  await page.getByRole('link', { name: /^Queue/ }).click()
}, 120_000)
afterAll(async () => {
  await browser?.close()
  if (browser === null) return
  await workbench.stop()
  rmSync(folder, { recursive: true, force: true })
})

const waiting = async () => await page.getByRole('region', { name: /^Waiting/ }).locator('li a').allTextContents()
const lines = (expected: readonly string[]) => expect.poll(waiting, { timeout: 20_000 }).toEqual(expected)
const handle = (name: string) => page.getByRole('button', { name: `Move ${name}`, exact: true })

describe('the queue in a browser', () => {
  it('changes its order by dragging, by keys and by buttons', { timeout: 120_000 }, async (context) => {
    if (browser === null) return context.skip('no browser: install Chromium or name one with LOUPE_CHROMIUM')
    await lines(['long', 'short one', 'data gone', 'short two'])
    await page.getByText('The queue is paused: what trains goes on').waitFor()
    await expectAccessible(page)

    const from = await handle('short two').boundingBox()
    const to = await handle('short one').boundingBox()
    if (from === null || to === null) throw new Error('the handles are in sight')
    await page.mouse.move(from.x + 10, from.y + 10)
    await page.mouse.down()
    await page.mouse.move(from.x + 12, from.y - 20, { steps: 5 })
    await page.mouse.move(to.x + 12, to.y - 4, { steps: 15 })
    await page.waitForTimeout(300) // the lines make room
    await page.mouse.up()
    await lines(['long', 'short two', 'short one', 'data gone'])

    await handle('data gone').focus()
    await page.keyboard.press('ArrowUp')
    await lines(['long', 'short two', 'data gone', 'short one'])
    await page.getByText('data gone is at place 3 of 4 now.').waitFor({ state: 'attached' })
    expect(await page.locator(':focus').getAttribute('aria-label')).toBe('Move data gone')
    await page.keyboard.press('Home')
    await lines(['data gone', 'long', 'short two', 'short one'])
    await page.getByRole('button', { name: 'Move long down' }).click()
    await lines(['data gone', 'short two', 'long', 'short one'])
    await page.getByRole('combobox', { name: 'Priority of short one' }).selectOption('high')
    await lines(['short one', 'data gone', 'short two', 'long'])
    await page.reload()
    await lines(['short one', 'data gone', 'short two', 'long'])
    expect(errors).toEqual([])
  })

  it('cancels one and takes that back to its place, and holds one', { timeout: 120_000 }, async (context) => {
    if (browser === null) return context.skip('no browser')
    await page.getByRole('button', { name: 'Cancel short two' }).click()
    await lines(['short one', 'data gone', 'long'])
    await page.getByRole('button', { name: 'Undo' }).click()
    await lines(['short one', 'data gone', 'short two', 'long'])
    await page.getByRole('button', { name: 'Hold short one' }).click()
    await page.getByText('Held by you').waitFor()
  })

  it('trains in that order, past one that fails, and tells what ended', { timeout: 120_000 }, async (context) => {
    if (browser === null) return context.skip('no browser')
    await page.getByRole('button', { name: 'Resume the queue' }).click()
    await page.getByText('data gone failed').waitFor()
    await page.getByText('short two has finished').waitFor()
    await page.getByRole('progressbar', { name: 'Progress of long' }).waitFor()
    await lines(['short one'])
    expect(await page.getByRole('link', { name: /^Queue/ }).innerText()).toContain('2')
    await expectAccessible(page)

    await page.getByRole('button', { name: /^Notifications: 2 missed/ }).click()
    const recent = page.getByRole('region', { name: 'Finished or failed lately' })
    expect(await recent.locator('li a').allTextContents()).toEqual(['short two', 'data gone'])
    await expectAccessible(page)
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Notifications', exact: true }).waitFor()
    expect(errors).toEqual([])
  })

  it('is the same after the server was started anew, and offers what trained', { timeout: 120_000 }, async (context) => {
    if (browser === null) return context.skip('no browser')
    await workbench.stop()
    workbench = await startWorkbench(workspace)
    await page.goto(workbench.address)
    await page.getByRole('link', { name: /^Queue/ }).click()
    await lines(['short one'])
    await page.getByText('Held by you').waitFor()
    const resumable = page.getByRole('region', { name: /^To be resumed/ })
    expect(await resumable.locator('li a').allTextContents()).toEqual(['long'])
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Resume all interrupted' }).click()
    await page.getByRole('progressbar', { name: 'Progress of long' }).waitFor()
    await page.getByRole('button', { name: 'Release short one' }).click()
    await page.getByText('Waits for a free device').or(page.getByText('Starts in about')).waitFor()
    await page.getByRole('button', { name: 'Pause long' }).click()
    await page.getByText('short one has finished').waitFor()
    expect(await resumable.locator('li a').allTextContents()).toEqual(['long'])
  })

  it('shows dark and Japanese without an error or a violation', { timeout: 60_000 }, async (context) => {
    if (browser === null) return context.skip('no browser')
    const second = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'dark', locale: 'ja-JP', storageState: await page.context().storageState() })).newPage()
    const said = watchForErrors(second)
    await second.goto(`${new URL(workbench.address).origin}/#/queue`)
    await second.getByRole('heading', { name: 'キュー', level: 1 }).waitFor()
    await second.getByRole('region', { name: /^再開できるもの/ }).waitFor()
    await expectAccessible(second)
    expect(said).toEqual([])
  })
})
