import { LoupeError, toWireError } from '../contract/errors.ts'
import type { WireError } from '../contract/errors.ts'
import type { EventKind } from '../contract/event-kinds.ts'
import type { LogWriter } from '../log/log.ts'
import type { Emit } from './event-hub.ts'

/**
 * Stands between the training and a log that may be unable to write for a while: its disk is full, or another program holds it.
 *
 * Such a write is tried again every second until it goes through: nothing is lost and nothing is
 * recorded out of order. Meanwhile whoever asked with `onTrouble` holds, and listeners get one clear event.
 */
export class LogGate {
  readonly #writer: LogWriter
  readonly #emit: Emit
  readonly #retryMs: number
  readonly #holds = new Set<() => void>()
  readonly #closing = new AbortController()
  readonly #poll: NodeJS.Timeout
  #trouble: { readonly error: WireError; readonly sinceMs: number } | null = null

  constructor(options: { readonly writer: LogWriter; readonly emit: Emit; readonly retryMs?: number }) {
    this.#writer = options.writer
    this.#emit = options.emit
    this.#retryMs = options.retryMs ?? 1000
    this.#poll = setInterval(() => this.#look(), Math.min(500, this.#retryMs))
    this.#poll.unref()
  }

  /** What keeps the log from writing, null when all is well. */
  get trouble(): WireError | null {
    return this.#trouble?.error ?? null
  }

  /** Calls back when the log stops being able to write. Returns a function that ends the subscription. */
  onTrouble(hold: () => void): () => void {
    this.#holds.add(hold)
    return () => this.#holds.delete(hold)
  }

  /**
   * Writes, and waits where that cannot be done now.
   *
   * @throws What `action` throws, unless it is the log's own trouble; that, too, once the gate is closed.
   */
  async write<T>(action: () => T): Promise<T> {
    for (;;) {
      try {
        const value = action()
        this.#look()
        return value
      } catch (error) {
        if (!(error instanceof LoupeError && passes(error))) throw error
        this.#enter(toWireError(error))
        if (this.#closing.signal.aborted) throw error
        await this.#pause()
      }
    }
  }

  /** Resolves once the log can write, or the gate is closed. */
  async recovered(): Promise<void> {
    while (this.#trouble !== null && !this.#closing.signal.aborted) {
      await this.#pause()
      this.#look()
    }
  }

  /** Lets go of every write that waits: each then throws the log's error. */
  close(): void {
    clearInterval(this.#poll)
    this.#closing.abort()
  }

  #look(): void {
    const { health } = this.#writer
    if (health !== null) this.#enter(health)
    if (this.#trouble === null) return
    try {
      this.#writer.flush()
    } catch {
      return // `health` says why; the next look tries again
    }
    if (this.#writer.health === null) this.#leave()
  }

  #enter(error: WireError): void {
    if (this.#trouble !== null) return
    this.#trouble = { error, sinceMs: Date.now() }
    // The log cannot take this event, so it goes to the listeners alone; `log.recovered` is logged afterwards.
    this.#emit({
      name: 'log.event',
      payload: {
        event: {
          id: 0,
          studyId: null,
          runId: null,
          at: Date.now(),
          level: 'error',
          kind: 'log.unwritable' satisfies EventKind,
          message: `The log cannot write: ${error.message} Training holds and goes on by itself once it can be written.`,
          facts: { ...error.facts, code: error.code, reason: error.message },
        },
      },
    })
    for (const hold of [...this.#holds]) hold()
  }

  #leave(): void {
    const trouble = this.#trouble
    if (trouble === null) return
    this.#trouble = null
    try {
      const heldMs = Date.now() - trouble.sinceMs
      const event = this.#writer.appendEvent({
        studyId: null,
        runId: null,
        level: 'warning',
        kind: 'log.recovered',
        message: `The log writes again after ${Math.round(heldMs / 1000)} s; nothing was lost.`,
        facts: { heldMs, code: trouble.error.code },
      })
      this.#emit({ name: 'log.event', payload: { event } })
    } catch (error) {
      this.#trouble = { error: toWireError(error), sinceMs: trouble.sinceMs }
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const { signal } = this.#closing
      const end = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, this.#retryMs)
      signal.addEventListener('abort', end, { once: true })
    })
  }
}

/** True for trouble that ends without us: no room, or a lock of another program's. Another *writer* of ours is here to stay. */
function passes({ code, facts }: LoupeError): boolean {
  return code === 'disk-full' || (code === 'conflict' && typeof facts['sqlite'] === 'string')
}
