// Programs that Loupe uses where they are there. Plain JavaScript: the set-up runs before anything is installed, on any Node.
import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const chromiums = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome', 'microsoft-edge', 'msedge']
const otherBrowsers = ['firefox']

/** Where browsers are installed on systems that leave them off the PATH. */
function usualPlaces({ platform, environment }) {
  if (platform === 'darwin') {
    const at = (name) => `/Applications/${name}.app/Contents/MacOS/${name}`
    return { chromium: ['Google Chrome', 'Chromium', 'Microsoft Edge'].map(at), other: [at('Safari'), '/Applications/Firefox.app/Contents/MacOS/firefox'] }
  }
  if (platform === 'win32') {
    const roots = [environment.PROGRAMFILES ?? 'C:\\Program Files', environment['PROGRAMFILES(X86)'] ?? 'C:\\Program Files (x86)', ...(environment.LOCALAPPDATA ? [environment.LOCALAPPDATA] : [])]
    const at = (...parts) => roots.map((root) => [root, ...parts].join('\\'))
    return {
      chromium: [...at('Google', 'Chrome', 'Application', 'chrome.exe'), ...at('Chromium', 'Application', 'chrome.exe'), ...at('Microsoft', 'Edge', 'Application', 'msedge.exe')],
      other: at('Mozilla Firefox', 'firefox.exe'),
    }
  }
  return { chromium: [], other: [] }
}

function find(names, places, { platform, environment, exists }) {
  const named = environment.LOUPE_CHROMIUM
  if (named) return exists(named) ? named : null
  const files = platform === 'win32' ? names.map((name) => `${name}.exe`) : names
  const onPath = (environment.PATH ?? environment.Path ?? '').split(delimiter).filter(Boolean).flatMap((folder) => files.map((file) => join(folder, file)))
  return [...onPath, ...places].find((path) => exists(path)) ?? null
}

const here = { platform: process.platform, environment: process.env, exists: existsSync }

/** Path of a Chromium, Chrome or Edge, or null. LOUPE_CHROMIUM names one; else the PATH and the usual places are looked at. */
export function findChromium(machine = here) {
  return find(chromiums, usualPlaces(machine).chromium, machine)
}

/** Path of any browser, or null; a Chromium before another. */
export function findBrowser(machine = here) {
  const { chromium, other } = usualPlaces(machine)
  return find([...chromiums, ...otherBrowsers], [...chromium, ...other], machine)
}

/** Path of Electron's binary under a project's root, or null where it was not downloaded. */
export function findElectron(root) {
  const folder = join(root, 'node_modules', 'electron')
  const named = join(folder, 'path.txt')
  if (!existsSync(named)) return null
  const path = join(folder, 'dist', readFileSync(named, 'utf8').trim())
  return existsSync(path) ? path : null
}

/** Whether a window can be shown here. */
export function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}
