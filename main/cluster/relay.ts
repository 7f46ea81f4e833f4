import { createServer as createHttp2Server } from 'node:http2'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export interface Relay {
  /** On 127.0.0.1. */
  readonly port: number
  /** From now on every call fails at once, those that run included. */
  break(failure: { readonly worker: number; readonly reason: string }): void
  /** Breaks it. It goes on to answer for a while, for a session that is closed later, and keeps no process alive. */
  close(): void
}

export interface RelayOptions {
  readonly host: string
  readonly port: number
  /** Called once where the far end breaks a connection, or takes none. */
  readonly onBroken: (reason: string) => void
}

const LEAVE_MS = 60_000

/** gRPC's ABORTED: a status that is not tried again. */
const ABORTED = 10

/**
 * Stands between TensorFlow's client in this process and a server elsewhere, so that a call can be ended.
 *
 * That client cannot be told to give up: a call to a server that hangs or is gone waits for its time limit, and so does the end of this
 * process. Bytes pass through here unread; a broken relay answers every call itself with why. It breaks by itself where the far
 * end does, or the client would send a step a second time.
 */
export async function startRelay(options: RelayOptions): Promise<Relay> {
  const sockets = new Set<Socket>()
  let failure: { readonly worker: number; readonly reason: string } | null = null
  let isTold = false
  const answering = createHttp2Server().on('stream', (stream) => {
    const message = encodeURIComponent(`From /job:worker/replica:0/task:${failure?.worker}:\n${failure?.reason}`)
    stream.on('error', () => {}) // the client may be gone
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': String(ABORTED), 'grpc-message': message }, { endStream: true })
  })

  function onBroken(reason: string): void {
    if (!isTold && failure === null) options.onBroken(reason)
    isTold = true
  }

  function keep(socket: Socket): Socket {
    sockets.add(socket)
    return socket.setNoDelay(true).on('close', () => sockets.delete(socket))
  }

  const server = createServer((near) => {
    keep(near).on('error', () => near.destroy())
    if (failure !== null) return void answering.emit('connection', near)
    const far = keep(connect({ host: options.host, port: options.port }))
    let isLeft = false
    near.on('close', () => {
      isLeft = true
      far.destroy()
    })
    far.on('error', (error) => void (isLeft || onBroken(error.message)))
    far.on('close', () => {
      if (!isLeft) onBroken('it closed the connection')
      near.destroy()
    })
    near.pipe(far)
    far.pipe(near)
  })
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', () => resolve()))
  const endAll = () => sockets.forEach((socket) => socket.destroy())
  return {
    port: (server.address() as AddressInfo).port, // a server on a port has such an address
    break(how) {
      failure ??= how
      endAll()
    },
    close() {
      failure ??= { worker: 0, reason: 'the cluster was closed' }
      endAll()
      server.unref()
      setTimeout(() => server.close(), LEAVE_MS).unref()
    },
  }
}
