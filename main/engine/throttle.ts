/** A call that is let through at most once an interval; the last one held back follows when the interval is over. */
export interface Throttle<Argument> {
  call(argument: Argument): void
  /** Lets through at once what is held back. */
  flush(): void
  /** Drops what is held back. */
  cancel(): void
}

/** Wraps an action so that it happens at most once every `intervalMs`, with the newest argument. */
export function throttle<Argument>(intervalMs: number, action: (argument: Argument) => void): Throttle<Argument> {
  let lastMs = Number.NEGATIVE_INFINITY
  let held: { readonly argument: Argument } | null = null
  let timer: NodeJS.Timeout | null = null

  const release = () => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (held === null) return
    const { argument } = held
    held = null
    lastMs = performance.now()
    action(argument)
  }
  return {
    call(argument) {
      held = { argument }
      const waitMs = lastMs + intervalMs - performance.now()
      if (waitMs <= 0) release()
      else timer ??= setTimeout(release, waitMs)
    },
    flush: release,
    cancel() {
      if (timer !== null) clearTimeout(timer)
      timer = null
      held = null
    },
  }
}
