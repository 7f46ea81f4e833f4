import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import type { TestContext } from 'vitest'
import { launchBrowser, watchForErrors } from './browser.ts'
import { startWorkbench } from './workbench-process.ts'

/** A workbench of its own with an empty workspace, open in a browser; its parts are there once a test runs. */
export interface WorkbenchInBrowser {
  readonly browser: Browser
  readonly page: Page
  readonly address: string
  readonly workspace: string
  /** What the page has complained of so far. */
  readonly errors: readonly string[]
}

/**
 * Starts a workbench and a browser before the tests of a suite and ends both after them.
 *
 * @param fill  Puts something into the workspace first.
 * @returns Gives them to a test; a test without a browser is skipped, and says what is missing.
 */
export function workbenchInBrowser(fill?: (workspace: string) => void): (context: Pick<TestContext, 'skip'>) => WorkbenchInBrowser {
  const workspace = mkdtempSync(join(tmpdir(), 'loupe-browser-'))
  let opened: WorkbenchInBrowser | null = null
  let stop: (() => Promise<void>) | null = null
  beforeAll(async () => {
    const browser = await launchBrowser()
    if (browser === null) return
    fill?.(workspace)
    const workbench = await startWorkbench(workspace)
    stop = async () => {
      await browser.close()
      await workbench.stop()
    }
    const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 } })).newPage()
    page.setDefaultTimeout(20_000)
    opened = { browser, page, address: workbench.address, workspace, errors: watchForErrors(page) }
  }, 120_000)
  afterAll(async () => {
    await stop?.()
    rmSync(workspace, { recursive: true, force: true })
  })
  return (context) => opened ?? context.skip('no browser: install Chromium or name one with LOUPE_CHROMIUM')
}
