import type { AnyEvent } from '../contract/events.ts'

export type Emit = (event: AnyEvent) => void

/** Hands events to whoever listens, in this process. A listener that throws does not reach the others, nor the training. */
export class EventHub {
  readonly #listeners = new Set<(event: AnyEvent) => void>()

  readonly emit: Emit = (event) => {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event)
      } catch (error) {
        // A listener is a window or a socket: its trouble must not end a run.
        process.emitWarning(error instanceof Error ? error : String(error))
      }
    }
  }

  /** Returns a function that ends the subscription. */
  readonly on = (listener: (event: AnyEvent) => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
