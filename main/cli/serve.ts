import { fromWireError } from '../contract/errors.ts'
import { forkEngine } from '../engine/host.ts'
import { startBackend } from '../serve/backend.ts'
import { DEFAULT_PORT, startServer } from '../serve/server.ts'
import { findBrowser, hasDisplay } from '../setup/programs.mjs'
import { exitCodes } from './exit-code.ts'
import type { Invocation } from './program.ts'
import { listenForInterrupt } from './signals.ts'
import { windowFolder } from './window-build.ts'

export interface ServeOptions {
  readonly host: string
  readonly port?: number
  readonly open?: boolean
}

/** `loupe serve`: the window in a browser, the engine in a process of its own. Ends with Ctrl+C, after saving. */
export async function serve({ output, workspace }: Invocation, options: ServeOptions): Promise<number> {
  // The engine starts while the window is looked at, and built where that is needed.
  const backend = startBackend({ workspace, start: forkEngine({ workspace, owner: `loupe serve, process ${process.pid}` }) })
  try {
    const [built, refusal] = await Promise.allSettled([windowFolder({ note: output.note }), backend.started])
    if (refusal.status === 'rejected') throw refusal.reason
    if (refusal.value !== null) throw fromWireError(refusal.value)
    if (built.status === 'rejected') throw built.reason
    const window = built.value
    const server = await startServer({ transport: backend.transport, windowFolder: window, host: options.host, ...(options.port === undefined ? { whenTaken: 'next' } : { port: options.port, whenTaken: 'refuse' }) })
    if (server.warning !== null) output.note(`Warning: ${server.warning}`)
    if (options.port === undefined && server.port !== DEFAULT_PORT) output.note(`Port ${DEFAULT_PORT} is in use, so another was taken.`)
    output.result({ json: { serve: { address: server.address, host: server.host, port: server.port, workspace } }, text: `Loupe: ${server.address}\nWorkspace ${workspace}. Ctrl+C saves and ends.` })
    if (options.open === true) await openBrowser(server.address)
    await interrupted(() => output.note('Saving what runs. Press Ctrl+C again to end at once.'))
    await server.close()
  } finally {
    await backend.close()
  }
  return exitCodes.done
}

/** Opens the address in the user's browser, where there is one and somebody sits in front of it. */
async function openBrowser(address: string): Promise<void> {
  if (process.env['CI'] !== undefined || !hasDisplay() || (process.platform === 'linux' && findBrowser() === null)) return
  const { default: open } = await import('open')
  await open(address).catch(process.emitWarning) // the address is printed anyway
}

/** Resolves at the first SIGINT or SIGTERM; the second ends the process at once. */
function interrupted(onFirst: () => void): Promise<void> {
  return new Promise((resolve) => {
    listenForInterrupt({
      onFirst() {
        onFirst()
        resolve()
      },
    })
  })
}
