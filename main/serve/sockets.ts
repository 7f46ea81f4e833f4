import type { IncomingMessage, Server } from 'node:http'
import { WebSocketServer } from 'ws'
import type { WebSocket } from 'ws'
import { toWireError } from '../contract/errors.ts'
import type { LoupeError } from '../contract/errors.ts'
import type { AnyEvent, EventName } from '../contract/events.ts'
import type { Transport } from '../contract/rpc.ts'
import { z } from '../contract/zod.ts'

/** Imported points are the largest input: 5 MB of CSV. */
const MAX_MESSAGE_BYTES = 8 * 2 ** 20
/** A client that reads slower than this falls behind; it then misses the events that the next one makes up for. */
const BACKLOG_BYTES = 2 ** 20
const SKIPPABLE: ReadonlySet<EventName> = new Set(['run.progressed', 'metrics.appended', 'study.changed'])
const PING_MS = 30_000
/** Close codes of RFC 6455: a payload that is not what it should be; and one of the private range for a missing token. */
const BAD_PAYLOAD = 1007

const request = z.object({ id: z.union([z.int(), z.string().max(100)]), name: z.string().max(200), input: z.unknown() })

/**
 * Speaks the contract over WebSockets at `/rpc`: `{ id, name, input }` is answered by `{ id, response }`, and events come
 * as `{ event: { name, payload } }`.
 *
 * @param options.isAllowed  Says why a client may not connect; null where it may.
 */
export function acceptSockets(options: { readonly server: Server; readonly transport: Transport; readonly isAllowed: (request: IncomingMessage) => LoupeError | null }): { close(): void } {
  const { server, transport, isAllowed } = options
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES })
  const alive = new WeakSet<WebSocket>()

  server.on('upgrade', (incoming, socket, head) => {
    const isOurs = pathOf(incoming) === '/rpc'
    const error = isOurs ? isAllowed(incoming) : null
    if (!isOurs || error !== null) {
      // Node takes its own listener off a socket that asks for an upgrade: a client that hangs up now must not end the process.
      socket.on('error', () => socket.destroy())
      const body = JSON.stringify({ error: error === null ? null : toWireError(error) })
      socket.end(`HTTP/1.1 ${error === null ? '404 Not Found' : '401 Unauthorized'}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`)
      return
    }
    sockets.handleUpgrade(incoming, socket, head, (opened) => sockets.emit('connection', opened, incoming))
  })

  sockets.on('connection', (socket) => {
    alive.add(socket)
    socket.on('pong', () => alive.add(socket))
    socket.on('error', () => socket.terminate())
    socket.on('message', (data) => {
      const parsed = request.safeParse(parseJson(String(data)))
      if (!parsed.success) return socket.close(BAD_PAYLOAD, 'A message is { id, name, input }.')
      const { id, name, input } = parsed.data
      void transport.request(name, input).then((response) => socket.send(JSON.stringify({ id, response })))
    })
  })

  const endEvents = transport.onEvent((event: AnyEvent) => {
    if (sockets.clients.size === 0) return
    const message = JSON.stringify({ event })
    for (const socket of sockets.clients) {
      if (socket.readyState !== socket.OPEN) continue
      if (socket.bufferedAmount > BACKLOG_BYTES && SKIPPABLE.has(event.name)) continue
      socket.send(message)
    }
  })
  // A client whose machine went to sleep never says goodbye.
  const pings = setInterval(() => {
    for (const socket of sockets.clients) {
      if (!alive.has(socket)) socket.terminate()
      else {
        alive.delete(socket)
        socket.ping()
      }
    }
  }, PING_MS)
  pings.unref()

  return {
    close() {
      clearInterval(pings)
      endEvents()
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
    },
  }
}

/** Null for what is no address, such as `//`: any page may ask for it, with or without a token. */
function pathOf({ url = '/' }: IncomingMessage): string | null {
  return URL.canParse(url, 'http://localhost') ? new URL(url, 'http://localhost').pathname : null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
