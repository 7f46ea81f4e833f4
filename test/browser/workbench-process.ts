import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { createInterface } from 'node:readline'

const root = resolve(import.meta.dirname, '..', '..')

export interface WorkbenchProcess {
  /** To open in the browser, token included. */
  readonly address: string
  stop(): Promise<void>
}

/** Starts `loupe serve` as a user would, on a free port, and waits for its address. */
export async function startWorkbench(workspace: string): Promise<WorkbenchProcess> {
  const child: ChildProcess = spawn(process.execPath, ['main/cli/loupe.ts', 'serve', '--port', '0', '--workspace', workspace, '--json'], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stderr?.on('data', (chunk) => (said += chunk))
  const lines = createInterface({ input: child.stdout! })
  const address = await new Promise<string>((done, failed) => {
    child.once('exit', (code) => failed(new Error(`loupe serve ended with ${code}:\n${said}`)))
    lines.on('line', (line) => {
      const { serve } = JSON.parse(line) as { serve?: { address: string } }
      if (serve) done(serve.address)
    })
  })
  return {
    address,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`loupe serve had ended by itself, with ${child.signalCode ?? child.exitCode}:\n${said}`)
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}
