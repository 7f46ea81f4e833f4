import { spawn } from 'node:child_process'
import { enableCompileCache } from 'node:module'
import { parseArgs } from 'node:util'

enableCompileCache()

/**
 * What `npm start` runs once everything is set up: the desktop window where Electron and a display are there, else the
 * same window served to a browser on this machine.
 */
async function launch(): Promise<number> {
  const { values } = parseArgs({
    options: {
      workspace: { type: 'string' },
      browser: { type: 'boolean', default: false },
      'no-open': { type: 'boolean', default: false },
      port: { type: 'string' },
    },
  })
  const { defaultWorkspace } = await import('../log/default-workspace.ts')
  const { findElectron, hasDisplay } = await import('../setup/programs.mjs')
  const { projectRoot } = await import('./project-root.ts')
  const { createOutput } = await import('./output.ts')
  const output = createOutput({ isJson: false })
  const workspace = defaultWorkspace(values.workspace)

  const electron = values.browser ? null : findElectron(projectRoot)
  if (electron !== null && hasDisplay()) {
    const { shellEntry, windowFolder } = await import('./window-build.ts')
    await windowFolder({ note: output.note })
    const entry = await shellEntry({ note: output.note })
    if (entry !== null) return await openDesktop({ electron, entry, workspace })
  }
  const { serve } = await import('./serve.ts')
  return await serve({ output, workspace }, { host: '127.0.0.1', open: !values['no-open'], ...(values.port === undefined ? {} : { port: portNumber(values.port) }) })
}

/** Starts the shell and waits for it to be closed. */
function openDesktop(options: { readonly electron: string; readonly entry: string; readonly workspace: string }): Promise<number> {
  return new Promise((resolve, reject) => {
    // Under root, as in a container, Chromium's sandbox refuses to start.
    const unsandboxed = process.platform === 'linux' && process.getuid?.() === 0 ? ['--no-sandbox'] : []
    const child = spawn(options.electron, [...unsandboxed, options.entry, '--workspace', options.workspace], { stdio: 'inherit' })
    process.on('SIGINT', () => {}) // it reaches the window as well, which saves and closes
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

function portNumber(text: string): number {
  const port = Number(text)
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port
  throw new RangeError(`--port ${text} is no port. Use a whole number from 0 to 65535.`)
}

try {
  const code = await launch()
  process.exit(code)
} catch (error) {
  const { toWireError } = await import('../contract/errors.ts')
  console.error(`loupe: ${toWireError(error).message}`)
  process.exit(1)
}
