import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { fromServer } from './messages.ts'
import type { FromServer, ToServer } from './messages.ts'

/** A worker's view of the process that holds TensorFlow. */
export interface TensorFlowChild {
  readonly pid: number | undefined
  send(message: ToServer): void
  /** Resolves when it is gone, with how: `signal SIGKILL`. */
  readonly ended: Promise<string>
  /** Ends it at once; also where it is suspended. */
  kill(): Promise<void>
}

/** Starts the process that will hold TensorFlow's server. It says `ready`, or `failed`, when TensorFlow is loaded. */
export function forkTensorFlow(options: { readonly port: number; readonly onMessage: (message: FromServer) => void }): TensorFlowChild {
  const entry = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './tensorflow-process.ts' : './tensorflow-process.js', import.meta.url))
  // Ctrl+C reaches the whole process group: the worker decides when this one ends, so it gets a group of its own. Standard output is the
  // worker's alone: with --json nothing else may stand there.
  const child = fork(entry, ['--port', String(options.port)], { stdio: ['ignore', 2, 2, 'ipc'], detached: process.platform !== 'win32' })
  const ended = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal === null ? `exit code ${code}` : `signal ${signal}`))
    // One that could not be started never exits.
    child.once('error', (error) => child.pid === undefined && resolve(error.message))
  })
  child.on('message', (raw) => {
    const message = fromServer.safeParse(raw)
    if (message.success) options.onMessage(message.data)
  })
  return {
    pid: child.pid,
    send: (message) => void (child.connected && child.send(message, () => {})), // a child that is gone is told by `ended`
    ended,
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
