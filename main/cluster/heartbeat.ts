import type { WorkerLink } from './worker-link.ts'

export interface HeartOptions {
  readonly link: WorkerLink
  readonly everyMs: number
  readonly lostAfterMs: number
  /** Called once, with why. */
  readonly onLost: (reason: string) => void
}

/**
 * Watches a worker: its connection, its process with TensorFlow, and that both still answer. A process that hangs keeps its
 * connections.
 *
 * Unanswered beats are counted and time is not measured: while this process is busy tracing, nobody else is late.
 *
 * @returns A function that watches no more.
 */
export function watchHeart({ link, everyMs, lostAfterMs, onLost }: HeartOptions): () => void {
  const allowed = Math.max(2, Math.ceil(lostAfterMs / everyMs))
  let sent = 0
  let unanswered = 0
  let isOver = false

  function lose(reason: string): void {
    if (!isOver) onLost(reason)
    stop()
  }

  function stop(): void {
    isOver = true
    clearInterval(timer)
  }

  const timer = setInterval(() => {
    if (unanswered >= allowed) return lose(`it has not answered for ${(allowed * everyMs) / 1000} s, so it hangs or cannot be reached`)
    unanswered += 1
    link.send({ kind: 'ping', id: (sent += 1) })
  }, everyMs)
  link.onMessage((message) => {
    if (message.kind === 'pong') unanswered = 0
    if (message.kind === 'ended') lose(`its TensorFlow process ended (${message.how})`)
  })
  void link.closed.then(lose)
  return stop
}
