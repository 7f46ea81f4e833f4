/** What a user may ask of a controlled run while it trains. */
export type ControlRequest = { readonly kind: 'freeze' | 'release' | 'rollback' } | { readonly kind: 'set'; readonly batchSize: number }
  /** So many of the run's devices are available from now on, its first one always. */
  | { readonly kind: 'devices'; readonly available: number }

/** Hands requests over to a run, which takes one before each call. */
export class ControlRequests {
  readonly #waiting: ControlRequest[] = []

  ask(request: ControlRequest): void {
    this.#waiting.push(request)
  }

  take(): ControlRequest | null {
    return this.#waiting.shift() ?? null
  }
}
