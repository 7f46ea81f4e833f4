// The browser that the tests drive.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { homedir } from 'node:os'
import { findChromium } from './programs.mjs'
import { run } from './terminal.mjs'

/** Whether Playwright has a browser of its own; playwright-core finds it without being told. */
export function hasPlaywrightBrowser() {
  const caches = { darwin: join(homedir(), 'Library', 'Caches'), win32: process.env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local') }
  const cache = process.env.PLAYWRIGHT_BROWSERS_PATH ?? join(caches[process.platform] ?? join(homedir(), '.cache'), 'ms-playwright')
  return existsSync(cache) && readdirSync(cache).some((name) => name.startsWith('chromium'))
}

/** Installs a browser where it can; without one the browser tests are skipped, and say so. */
export async function installBrowser({ root, terminal }) {
  if (findChromium() !== null || hasPlaywrightBrowser()) return
  const isRoot = process.getuid?.() === 0
  if (process.platform === 'linux' && isRoot && existsSync('/usr/bin/apt-get')) {
    terminal.begin('Installing Chromium for the browser tests', 'about 100 MB, from the distribution’s packages')
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
    await run('apt-get', ['update', '-qq'], { env })
    await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { env })
  } else {
    terminal.begin('Installing a browser for the browser tests', 'about 180 MB, from Playwright')
    await run('npx', ['playwright-core', 'install', 'chromium'], { cwd: root })
  }
  if (findChromium() === null && !hasPlaywrightBrowser()) {
    terminal.warn('No browser could be installed: the browser tests will be skipped. Install Chromium, or name one with LOUPE_CHROMIUM.')
  }
}
