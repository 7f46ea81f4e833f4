import { existsSync, readFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'

/** The project's root, or the package's: two folders up from `main/cli`, and from the bundle in `dist/node`. */
export const projectRoot = resolve(import.meta.dirname, '../..')

/** Path of Electron's binary; null where it was not downloaded. */
export function findElectron(): string | null {
  const folder = join(projectRoot, 'node_modules', 'electron')
  const named = join(folder, 'path.txt')
  if (!existsSync(named)) return null
  const path = join(folder, 'dist', readFileSync(named, 'utf8').trim())
  return existsSync(path) ? path : null
}

/** True where a window can be shown. */
export function hasDisplay(): boolean {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'])
}

const BROWSERS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'firefox', 'microsoft-edge'] as const

/** A browser on the PATH, on systems where browsers are there; null where none is found. */
export function findBrowser(): string | null {
  const named = process.env['LOUPE_CHROMIUM']
  if (named) return existsSync(named) ? named : null
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return folders.flatMap((folder) => BROWSERS.map((name) => join(folder, name))).find((path) => existsSync(path)) ?? null
}
