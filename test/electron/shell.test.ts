import { _electron } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { projectRoot } from '../../main/cli/project-root.ts'
import { shellEntry, windowFolder } from '../../main/cli/window-build.ts'
import { temporaryWorkspace } from '../../main/log/temporary-log.ts'
import { findElectron, hasDisplay } from '../../main/setup/programs.mjs'

const executable = findElectron(projectRoot)
const missing = executable === null ? 'Electron is not downloaded (npx install-electron)' : hasDisplay() ? null : 'there is no display'

describe('the desktop window', () => {
  it('shows the workbench in a sandboxed page, which answers through the bridge', { timeout: 180_000 }, async (context) => {
    if (missing !== null) context.skip(missing)
    using workspace = temporaryWorkspace()
    await windowFolder({ note: () => {} })
    const entry = await shellEntry({ note: () => {} })
    const unsandboxed = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []
    const app = await _electron.launch({ executablePath: executable ?? '', args: [...unsandboxed, entry ?? '', '--workspace', workspace.folder] })
    try {
      const page = await app.firstWindow()
      const violations: string[] = []
      page.on('console', (message) => message.text().includes('Content Security Policy') && violations.push(message.text()))
      await page.waitForSelector('#app > *')
      expect(page.url()).toMatch(/^app:\/\/loupe\/index\.html/)
      const seen = await page.evaluate(async () => {
        const bridge: unknown = Reflect.get(globalThis, 'workbench')
        const request: unknown = Reflect.get(Object(bridge), 'request')
        const answer: unknown = typeof request === 'function' ? await request('run.list', {}) : null
        return { keys: Object.keys(Object(bridge)), hasNode: 'process' in globalThis || 'require' in globalThis, answer }
      })
      expect(seen).toEqual({ keys: ['request', 'onEvent'], hasNode: false, answer: { ok: true, value: { runs: [], total: 0 } } })
      expect(violations).toEqual([])
    } finally {
      await app.close()
    }
  })
})
