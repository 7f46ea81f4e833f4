import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { fromWireError, LoupeError, toWireError } from '../contract/errors.ts'
import type { WireError } from '../contract/errors.ts'
import type { Response, Transport } from '../contract/rpc.ts'
import { EventHub } from './event-hub.ts'
import { fromEngine } from './port.ts'
import type { ToEngine } from './port.ts'

/** A started engine process, however it was started: Node's `fork` here, Electron's `utilityProcess` in the shell. */
export interface EngineProcess {
  post(message: ToEngine): void
  onMessage(listener: (message: unknown) => void): void
  onExit(listener: (exit: { readonly exitCode: number | null; readonly signal: string | null }) => void): void
  kill(): void
}

export interface EngineHostOptions {
  readonly start: () => EngineProcess
  /** For tests. */
  readonly clock?: () => number
}

/** The engine as seen from the process that started it. Give it commands; it outlives crashes of the engine. */
export interface EngineHost extends Transport {
  /** Resolves when the engine takes requests. Rejects where it refused to start, such as with `conflict`. */
  readonly ready: Promise<void>
  /** Lets the engine save and exit; kills it after `graceMs` (a minute where left out). */
  close(options?: { readonly graceMs?: number }): Promise<void>
}

/** Crashes within this time count together. */
const CRASH_WINDOW_MS = 5 * 60_000
const CRASHES_ALLOWED = 3

/**
 * Starts an engine process and keeps it going.
 *
 * When the process dies, every request in flight is rejected with `engine-stopped`, `engine.stopped` says whether a new
 * one is coming, and it is started anew, unless it died 3 times within 5 minutes. What ran is marked `interrupted` by
 * the new engine and can be resumed. An engine that refuses to start (its log is in use, or too new) is not started again.
 */
export function startEngineHost(options: EngineHostOptions): EngineHost {
  const clock = options.clock ?? Date.now
  const hub = new EventHub()
  const inFlight = new Map<number, (response: Response) => void>()
  const ready = Promise.withResolvers<void>()
  ready.promise.catch(() => {}) // whoever does not ask must not crash for it
  let engine: EngineProcess | null = null
  let refusal: WireError | null = null
  let crashesMs: readonly number[] = []
  let nextId = 1
  let closing = false
  let gone = Promise.withResolvers<void>()

  const launch = () => {
    const started = options.start()
    engine = started
    gone = Promise.withResolvers()
    started.onMessage((raw) => {
      const parsed = fromEngine.safeParse(raw)
      if (!parsed.success) return
      const message = parsed.data
      switch (message.kind) {
        case 'ready':
          ready.resolve()
          return hub.emit({ name: 'engine.started', payload: {} })
        case 'refused':
          refusal = message.error
          return ready.reject(fromWireError(message.error))
        case 'event':
          return hub.emit(message.event)
        case 'response': {
          inFlight.get(message.id)?.(message.response)
          inFlight.delete(message.id)
        }
      }
    })
    started.onExit((exit) => onExit(exit))
  }

  const onExit = (exit: { readonly exitCode: number | null; readonly signal: string | null }) => {
    engine = null
    gone.resolve()
    const now = clock()
    crashesMs = [...crashesMs.filter((at) => now - at < CRASH_WINDOW_MS), now]
    const willRestart = !closing && refusal === null && crashesMs.length < CRASHES_ALLOWED
    const error = refusal ?? stopped(willRestart, exit)
    for (const answer of inFlight.values()) answer({ ok: false, error })
    inFlight.clear()
    ready.reject(fromWireError(error))
    hub.emit({ name: 'engine.stopped', payload: { ...exit, willRestart } })
    if (willRestart) launch()
  }

  launch()
  return {
    ready: ready.promise,
    onEvent: hub.on,
    request(name, input) {
      const running = engine
      if (running === null || closing) return Promise.resolve({ ok: false, error: refusal ?? stopped(false, null) })
      const id = nextId++
      return new Promise((resolve) => {
        inFlight.set(id, resolve)
        running.post({ kind: 'request', id, name, input })
      })
    },
    async close({ graceMs = 60_000 } = {}) {
      closing = true
      const running = engine
      if (running === null) return
      const timer = setTimeout(() => running.kill(), graceMs)
      running.post({ kind: 'close' })
      await gone.promise
      clearTimeout(timer)
    },
  }
}

/** Starts the engine with Node's `fork`. */
export function forkEngine(options: { readonly workspace: string; readonly owner?: string; readonly entry?: string; readonly onFork?: (pid: number) => void }): () => EngineProcess {
  const entry = options.entry ?? fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './entry.ts' : './entry.js', import.meta.url))
  const args = ['--workspace', options.workspace, ...(options.owner === undefined ? [] : ['--owner', options.owner])]
  return () => {
    // Ctrl+C reaches the whole process group: the host decides when the engine ends, so the engine gets a group of its own.
    // Standard output is the host's alone: with --json nothing else may stand there.
    const child = fork(entry, args, { stdio: ['ignore', 2, 2, 'ipc'], serialization: 'advanced', detached: process.platform !== 'win32' })
    if (child.pid !== undefined) options.onFork?.(child.pid)
    return {
      post: (message) => void (child.connected && child.send(message, () => {})), // a child that is gone is reported by its exit
      onMessage: (listener) => child.on('message', listener),
      onExit: (listener) => {
        let isTold = false
        const tell: typeof listener = (exit) => {
          if (!isTold) listener(exit)
          isTold = true
        }
        child.once('exit', (exitCode, signal) => tell({ exitCode, signal }))
        // One that could not be started never exits.
        child.once('error', () => child.pid === undefined && tell({ exitCode: null, signal: null }))
      },
      kill: () => child.kill('SIGKILL'),
    }
  }
}

function stopped(willRestart: boolean, exit: { readonly exitCode: number | null; readonly signal: string | null } | null): WireError {
  const how = exit === null ? '' : ` (${exit.signal === null ? `exit code ${exit.exitCode}` : `signal ${exit.signal}`})`
  const next = willRestart ? 'A new one is starting; what ran is kept and can be resumed.' : 'It is not started again by itself. What ran is kept; start Loupe again to resume it.'
  return toWireError(new LoupeError('engine-stopped', `The training process has ended${how}. ${next}`, { willRestart, ...exit }))
}
