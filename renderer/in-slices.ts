export interface SliceOptions {
  /** Ends the work before its next item. */
  readonly isOver: () => boolean
  /** Longest stretch of work between two rests. */
  readonly budgetMs?: number
  readonly now?: () => number
  readonly rest?: () => Promise<void>
}

/**
 * Works through a list in stretches of some milliseconds, resting in between, so that the window keeps answering.
 *
 * @returns Whether all of it was done.
 */
export async function inSlices<T>(items: readonly T[], work: (item: T) => void, { isOver, budgetMs = 10, now = () => performance.now(), rest = nextTask }: SliceOptions): Promise<boolean> {
  let began = now()
  for (const item of items) {
    if (now() - began >= budgetMs) {
      await rest()
      began = now()
    }
    if (isOver()) return false
    work(item)
  }
  return true
}

function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve))
}
