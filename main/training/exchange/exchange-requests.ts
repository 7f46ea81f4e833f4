/** What a user asks of a run that exchanges gradients while it trains. Answered at the next step. */
export class ExchangeRequests {
  #snapshot = false

  /** Asks for the gradients of the next step in full. */
  requestSnapshot(): void {
    this.#snapshot = true
  }

  /** True where they were asked for and not yet given; they count as given then. */
  takeSnapshotRequest(): boolean {
    const wanted = this.#snapshot
    this.#snapshot = false
    return wanted
  }
}
