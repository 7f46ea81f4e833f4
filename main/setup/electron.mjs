// Electron's binary, which its package does not carry.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findElectron, hasDisplay } from './programs.mjs'
import { run } from './terminal.mjs'

/** Downloads Electron where there is a display. Where it cannot be had, the browser shows the same workbench. */
export async function installElectron({ root, terminal }) {
  if (!hasDisplay() || findElectron(root) !== null) return
  // One failure is remembered for a day, so that a machine that never reaches the host starts quickly.
  const failed = join(root, 'node_modules', '.loupe-electron-failed')
  if (existsSync(failed) && Date.now() - Number(readFileSync(failed, 'utf8')) < 86_400_000) return
  terminal.begin('Downloading Electron, the desktop window', 'about 115 MB')
  await run('npx', ['install-electron'], { cwd: root, timeoutMs: 600_000 })
  if (findElectron(root) === null) {
    writeFileSync(failed, String(Date.now()))
    terminal.warn('Electron could not be downloaded; the workbench opens in the browser instead. To try again: npx install-electron')
  }
}
