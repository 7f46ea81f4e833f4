// The browser that the tests drive.
import { existsSync, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { homedir } from 'node:os'
import { run } from './terminal.mjs'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const places = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  join(process.env.PROGRAMFILES ?? 'C:\\Program Files', 'Google', 'Chrome', 'Application', 'chrome.exe'),
]

/** Path of a Chromium, or null. LOUPE_CHROMIUM names one; else the usual places are looked at. */
export function findBrowser() {
  const named = process.env.LOUPE_CHROMIUM
  if (named) return existsSync(named) ? named : null
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  return [...onPath, ...places].find((path) => existsSync(path)) ?? null
}

/** Whether Playwright has a browser of its own; playwright-core finds it without being told. */
export function hasPlaywrightBrowser() {
  const cache = process.env.PLAYWRIGHT_BROWSERS_PATH ?? (process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches', 'ms-playwright') : join(homedir(), '.cache', 'ms-playwright'))
  return existsSync(cache) && readdirSync(cache).some((name) => name.startsWith('chromium'))
}

/** Installs a browser where it can; without one the browser tests are skipped, and say so. */
export async function installBrowser({ root, terminal }) {
  if (findBrowser() !== null || hasPlaywrightBrowser()) return
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
  if (findBrowser() === null && !hasPlaywrightBrowser()) {
    terminal.warn('No browser could be installed: the browser tests will be skipped. Install Chromium, or name one with LOUPE_CHROMIUM.')
  }
}
