/**
 * Runs an action at once, and then at most once every `intervalMs` however often it is asked for; the last ask is never lost.
 * The next run also waits for the one before it to end.
 */
export function coalesce(action: () => Promise<void>, intervalMs: number): { ask(): void; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | null = null
  let isRunning = false
  let isWanted = false

  async function run(): Promise<void> {
    isRunning = true
    isWanted = false
    timer = setTimeout(onInterval, intervalMs)
    try {
      await action()
    } finally {
      isRunning = false
      if (isWanted && timer === null) void run()
    }
  }
  function onInterval(): void {
    timer = null
    if (isWanted && !isRunning) void run()
  }
  return {
    ask() {
      isWanted = true
      if (timer === null && !isRunning) void run()
    },
    cancel() {
      isWanted = false
      if (timer !== null) clearTimeout(timer)
      timer = null
    },
  }
}
