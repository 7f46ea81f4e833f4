/** Hands requests over to a run whose workers exchange gradients, which looks here before each step. */
export class ExchangeRequests {
  #isSnapshotAsked = false

  /** Asks for all arrays of the next step. Asking again before that step changes nothing. */
  askSnapshot(): void {
    this.#isSnapshotAsked = true
  }

  /** True from the asking until the request is taken: the next step is to give its arrays. */
  snapshotWanted(): boolean {
    return this.#isSnapshotAsked
  }

  /** The same, once: whoever takes the request answers it, by `onSnapshot` of the observer. */
  takeSnapshotRequest(): boolean {
    const wasAsked = this.#isSnapshotAsked
    this.#isSnapshotAsked = false
    return wasAsked
  }
}
