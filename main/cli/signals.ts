import { exitCodes } from './exit-code.ts'

/**
 * A terminal gives Ctrl+C to every process in front, and npm, under which Loupe mostly runs, passes its own on to its child:
 * signals within this time are one press.
 */
const ONE_PRESS_MS = 1000

export interface InterruptOptions {
  /** Called once, at the first SIGINT or SIGTERM. */
  readonly onFirst: () => void
  /** For tests. */
  readonly clock?: () => number
  readonly exit?: (code: number) => void
}

/**
 * Listens for SIGINT and SIGTERM: the first press saves, the second ends the process at once.
 *
 * @returns A function that listens no more.
 */
export function listenForInterrupt({ onFirst, clock = performance.now.bind(performance), exit = process.exit.bind(process) }: InterruptOptions): () => void {
  let firstMs: number | null = null
  const onSignal = () => {
    if (firstMs === null) {
      firstMs = clock()
      onFirst()
    } else if (clock() - firstMs > ONE_PRESS_MS) exit(exitCodes.interrupted)
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return () => {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}
