import { response } from '../main/contract/rpc.ts'
import type { Response, Transport } from '../main/contract/rpc.ts'
import type { AnyEvent } from '../main/contract/events.ts'
import { z } from '../main/contract/zod.ts'

export type ConnectionState = 'connecting' | 'connected' | 'lost'

/** The part of a browser's WebSocket that the transport uses; tests pass a fake. */
export interface Socket {
  send(text: string): void
  close(): void
  onopen: (() => void) | null
  onmessage: ((message: { data: unknown }) => void) | null
  onclose: (() => void) | null
}

export interface SocketTransportOptions {
  readonly open: () => Socket
  readonly onState: (state: ConnectionState) => void
  /** Waits before each try to connect again; the last one repeats. */
  readonly backOffMs?: readonly number[]
  readonly setTimer?: (callback: () => void, ms: number) => void
}

// The event's payload was built from the contract's own table by the server; only the envelope is checked here.
const answered = z.object({ id: z.int(), response })
const announced = z.object({ event: z.object({ name: z.string(), payload: z.unknown() }) })

/**
 * Requests and events over one WebSocket that comes back by itself.
 *
 * What is asked while the socket is away waits for the next connection; what was under way when it broke is answered
 * with `engine-stopped`, because nobody knows whether it was done.
 */
export function createSocketTransport(options: SocketTransportOptions): Transport {
  const backOffMs = options.backOffMs ?? [250, 500, 1000, 2000, 5000]
  const setTimer = options.setTimer ?? ((callback: () => void, ms: number) => void setTimeout(callback, ms))
  const listeners = new Set<(event: AnyEvent) => void>()
  const pending = new Map<number, (response: Response) => void>()
  let waiting: string[] = []
  let socket: Socket | null = null
  let lastId = 0
  let failures = 0

  function receive(data: unknown): void {
    if (typeof data !== 'string') return
    const message: unknown = JSON.parse(data)
    const answer = answered.safeParse(message)
    if (answer.success) {
      pending.get(answer.data.id)?.(answer.data.response)
      pending.delete(answer.data.id)
      return
    }
    const event = announced.safeParse(message)
    if (event.success) for (const listener of listeners) listener(event.data.event as AnyEvent)
  }

  function connect(): void {
    const opening = options.open()
    opening.onopen = () => {
      socket = opening
      failures = 0
      options.onState('connected')
      const texts = waiting
      waiting = []
      for (const text of texts) opening.send(text)
    }
    opening.onmessage = (message) => receive(message.data)
    opening.onclose = () => {
      const wasOpen = socket === opening
      if (wasOpen) socket = null
      options.onState('lost')
      if (wasOpen) failPending()
      const wait = backOffMs[Math.min(failures, backOffMs.length - 1)] ?? 1000
      failures += 1
      setTimer(connect, wait)
    }
  }

  function failPending(): void {
    const error = { code: 'engine-stopped' as const, message: 'The connection to Loupe broke before the answer came. It is being restored; ask again.', facts: {} }
    for (const resolve of pending.values()) resolve({ ok: false, error })
    pending.clear()
  }

  options.onState('connecting')
  connect()
  return {
    request(name, input) {
      lastId += 1
      const id = lastId
      const text = JSON.stringify({ id, name, input })
      return new Promise((resolve) => {
        pending.set(id, resolve)
        if (socket) socket.send(text)
        else waiting.push(text)
      })
    },
    onEvent(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
