import { AxeBuilder } from '@axe-core/playwright'
import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { findChromium } from '../../main/setup/programs.mjs'

/** Chromium as the set-up found it; null where there is none. */
export async function launchBrowser(): Promise<Browser | null> {
  const executablePath = findChromium()
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run']
  try {
    return await chromium.launch({ ...(executablePath === null ? {} : { executablePath }), args })
  } catch (error) {
    if (executablePath === null) return null
    throw error
  }
}

/** Collects what a page must never say: console errors and warnings (a blocked style or script is one), and uncaught exceptions. */
export function watchForErrors(page: Page): readonly string[] {
  const errors: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') errors.push(`${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => errors.push(`uncaught: ${error.message}`))
  page.on('requestfailed', (request) => errors.push(`failed: ${request.url()}`))
  return errors
}

/** No accessibility rule is broken on what the page shows now. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.map(({ id, nodes }) => ({ id, where: nodes.map((node) => node.target.join(' ')).slice(0, 5) }))).toEqual([])
}
