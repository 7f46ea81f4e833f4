import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { hostname } from 'node:os'
import { WebSocketServer } from 'ws'
import { LoupeError } from '../contract/errors.ts'
import { loupeVersion } from '../engine/environment.ts'
import { isLoopback } from '../serve/access.ts'
import { pinnedVersion } from '../tensorflow/library.ts'
import type { Versions } from './messages.ts'
import { workFor } from './worker-session.ts'
import type { Occupation } from './worker-session.ts'

export interface WorkerOptions {
  readonly host: string
  /** 0 for any free one. */
  readonly port: number
  /** Port of TensorFlow's server: a fixed one where a tunnel or a firewall must know it. Any free one when left out. */
  readonly tensorflowPort?: number
  /** Threads that an op may use, 0 for all cores. When left out the run decides. */
  readonly threads?: number
  /** What a run must show; nothing when left out. */
  readonly token?: string
  /** Called for people to read. */
  readonly onNote?: (text: string) => void
  /** For tests. */
  readonly versions?: Versions
}

export interface RunningWorker {
  readonly host: string
  readonly port: number
  /** What the user must know about who can reach this worker; null on loopback. */
  readonly warning: string | null
  /** Ends what runs, and listens no more. */
  close(): Promise<void>
}

/** Of this installation. */
export const ownVersions: Versions = { loupe: loupeVersion, tensorflow: pinnedVersion }

/** A hello and a cluster's addresses are far below this. */
const MAX_MESSAGE_BYTES = 2 ** 16

/**
 * Lends this machine to runs on others: listens for a run, starts TensorFlow for it, and ends TensorFlow when the run is done or gone.
 *
 * One run at a time. Each gets a new process.
 *
 * @throws LoupeError `port-taken`, or `invalid-input` for an address that is not this machine's.
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const server = createServer((_, response) => {
    response.writeHead(426, { 'Content-Type': 'text/plain; charset=utf-8', Upgrade: 'websocket' })
    response.end('A Loupe worker. Name its address in the hosts of a run.\n')
  })
  await listen(server, options)
  const { address, port } = server.address() as AddressInfo // a server on a port has such an address
  const occupation: Occupation = { current: null }
  const sockets = new WebSocketServer({
    server,
    path: '/worker',
    maxPayload: MAX_MESSAGE_BYTES,
    // Programs send no Origin: whoever does is a web page that a browser on this machine shows.
    verifyClient: ({ origin }: { readonly origin?: string }) => origin === undefined,
  })
  const settings = {
    occupation,
    versions: options.versions ?? ownVersions,
    hostname: hostname(),
    token: options.token ?? null,
    threads: options.threads ?? null,
    tensorflowPort: options.tensorflowPort ?? 0,
    confineTo: address === '0.0.0.0' || address === '::' ? null : address,
    note: options.onNote ?? (() => {}),
  }
  sockets.on('connection', (socket) => workFor(socket, settings))
  return {
    host: options.host,
    port,
    warning: isLoopback(options.host) ? null : exposed(options.host),
    async close() {
      for (const socket of sockets.clients) socket.close(GOING_AWAY, 'the worker was stopped')
      await occupation.current?.release()
      for (const socket of sockets.clients) socket.terminate()
      sockets.close()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

/** Close code of RFC 6455. */
const GOING_AWAY = 1001

function exposed(host: string): string {
  return (
    `Listening on ${host}. While a run works here, TensorFlow's own port is open as well, and TensorFlow asks nobody who he is: ` +
    'whoever reaches it can read and write the files of this user, and nothing is encrypted. Use a private network that you trust, or listen on 127.0.0.1 and use an SSH tunnel.'
  )
}

function listen(server: Server, { host, port }: WorkerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => {
      if (code === 'EADDRINUSE' || code === 'EACCES') {
        return reject(new LoupeError('port-taken', `Port ${port} on ${host} is in use. Stop what uses it, or choose another: --listen ${host}:${port + 1}`, { host, port }))
      }
      reject(new LoupeError('invalid-input', `The address ${host} cannot be listened on (${code}). Use an address of this machine, such as 127.0.0.1.`, { host, code }))
    })
    server.listen(port, host, () => resolve())
  })
}
