import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LoupeError, toWireError } from '../contract/errors.ts'
import type { Transport } from '../contract/rpc.ts'
import { cookieName, isLoopback, isSameToken, isTrustedHost, isTrustedOrigin, newToken, tokenOf } from './access.ts'
import { acceptSockets } from './sockets.ts'
import { staticFiles } from './static-files.ts'
import { windowHeaders } from './window-headers.ts'

export const DEFAULT_PORT = 4747
const LOOPBACK = '127.0.0.1'

export interface ServerOptions {
  /** Answers requests and gives events. */
  readonly transport: Transport
  /** Folder of the built window. */
  readonly windowFolder: string
  /** Address to listen on; 127.0.0.1 when left out. */
  readonly host?: string
  /** 0 for any free one; 4747 when left out. */
  readonly port?: number
  /** Where the port is taken: `refuse` with an error that says so, or take the `next` free one. */
  readonly whenTaken?: 'refuse' | 'next'
  readonly token?: string
}

export interface RunningServer {
  /** The address to open, token included. */
  readonly address: string
  readonly host: string
  readonly port: number
  readonly token: string
  /** What the user must know about who can reach this server; null on loopback. */
  readonly warning: string | null
  close(): Promise<void>
}

const HEADERS = { ...windowHeaders, 'X-Frame-Options': 'DENY', 'Permissions-Policy': 'camera=(), microphone=(), geolocation=()' } as const

/**
 * Serves the window over HTTP and the contract over a WebSocket at `/rpc`.
 *
 * The printed address carries a token that is new at each start. The first page load with it sets a cookie, which the
 * page's WebSocket then sends by itself; whoever has neither gets `unauthorized`. Requests that were addressed to another
 * name or come from another site's page are refused.
 *
 * @throws LoupeError `port-taken`
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const host = options.host ?? LOOPBACK
  const token = options.token ?? newToken()
  const files = staticFiles(options.windowFolder)
  const server = createServer((request, response) => {
    respond({ request, response, files, token, host, port: portOf(server) }).catch((error: unknown) => {
      process.emitWarning(error instanceof Error ? error : String(error))
      if (!response.headersSent) response.writeHead(500, HEADERS)
      response.end()
    })
  })
  await listen({ server, host, port: options.port ?? DEFAULT_PORT, whenTaken: options.whenTaken ?? 'refuse' })
  const port = portOf(server)
  const sockets = acceptSockets({ server, transport: options.transport, isAllowed: (request) => refusal({ request, token, host, port }) })
  return {
    host,
    port,
    token,
    address: `http://${addressHost(host)}:${port}/?token=${token}`,
    warning: isLoopback(host)
      ? null
      : `Serving on ${host}: everybody who reaches this machine and has the token can train here, and the connection is not encrypted. On an untrusted network serve on ${LOOPBACK} and use a tunnel: ssh -L ${port}:${LOOPBACK}:${port} THIS-MACHINE`,
    async close() {
      sockets.close()
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}

interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly files: ReturnType<typeof staticFiles>
  readonly token: string
  readonly host: string
  readonly port: number
}

async function respond(exchange: Exchange): Promise<void> {
  const { request, response, files, token, host, port } = exchange
  if (!isTrustedHost(request.headers.host, host)) return refuse(response, 403, 'This server does not answer to that name.')
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405, 'Only GET and HEAD.')
  const asked = request.url ?? '/'
  if (!URL.canParse(asked, 'http://localhost')) return refuse(response, 404, 'There is no such file.')
  const url = new URL(asked, 'http://localhost')

  if (url.pathname === '/rpc') {
    const error = refusal(exchange)
    const status = error === null ? 426 : 401
    response.writeHead(status, { ...HEADERS, 'Content-Type': 'application/json; charset=utf-8', ...(error === null ? { Upgrade: 'websocket' } : {}) })
    response.end(JSON.stringify({ error: toWireError(error ?? new LoupeError('invalid-input', 'This address takes WebSockets.')) }))
    return
  }
  const given = url.searchParams.get('token')
  if (given !== null && isSameToken(given, token)) {
    // The token leaves the address bar, so that it is not copied or kept in the history along with it.
    url.searchParams.delete('token')
    response.writeHead(303, { ...HEADERS, Location: `${url.pathname}${url.search}`, 'Set-Cookie': `${cookieName(port)}=${token}; Path=/; HttpOnly; SameSite=Strict`, 'Cache-Control': 'no-store' })
    response.end()
    return
  }
  const file = await files(url.pathname)
  if (file === null) return refuse(response, 404, 'There is no such file.')
  const isPage = file.type.startsWith('text/html')
  if (isPage && refusal(exchange) !== null) {
    return refuse(response, 401, 'unauthorized: open the address that Loupe printed when it started; it carries the token (?token=...). The token is new at each start.')
  }
  const isGzipped = file.gzipped !== null && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  const body = isGzipped && file.gzipped !== null ? file.gzipped : file.body
  response.writeHead(200, {
    ...HEADERS,
    'Content-Type': file.type,
    'Content-Length': body.length,
    'Cache-Control': file.isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    Vary: 'Accept-Encoding',
    ...(isGzipped ? { 'Content-Encoding': 'gzip' } : {}),
  })
  response.end(request.method === 'HEAD' ? undefined : body)
}

/** Why a request may not use the workbench; null where it may. */
function refusal(options: { readonly request: IncomingMessage; readonly token: string; readonly host: string; readonly port: number }): LoupeError | null {
  const { request, token, host, port } = options
  if (!isTrustedHost(request.headers.host, host) || !isTrustedOrigin(request)) {
    return new LoupeError('unauthorized', 'This server answers only to its own page.', { host: request.headers.host, origin: request.headers.origin })
  }
  const given = tokenOf(request, port)
  if (given !== null && isSameToken(given, token)) return null
  return new LoupeError('unauthorized', given === null ? 'No token. Open the address that Loupe printed when it started.' : 'The token is not that of this server. Open the address that it printed when it started.')
}

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { ...HEADERS, 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' })
  response.end(`${message}\n`)
}

async function listen(options: { readonly server: Server; readonly host: string; readonly port: number; readonly whenTaken: 'refuse' | 'next' }): Promise<void> {
  const { server, host, port, whenTaken } = options
  const candidates = whenTaken === 'next' && port !== 0 ? [port, ...Array.from({ length: 20 }, (_, index) => port + 1 + index), 0] : [port]
  for (const candidate of candidates) {
    const code = await tryListen(server, host, candidate)
    if (code === null) return
    if (code === 'EADDRINUSE' || code === 'EACCES') continue
    throw new LoupeError('invalid-input', `The address ${host} cannot be served on (${code}). Use an address of this machine, such as ${LOOPBACK}.`, { host, code })
  }
  throw new LoupeError('port-taken', `Port ${port} on ${host} is in use. Stop what uses it, or choose another: --port ${port + 1} (--port 0 for any free one).`, { host, port })
}

function tryListen(server: Server, host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const onError = (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message)
    server.once('error', onError)
    server.listen(port, host, () => {
      server.removeListener('error', onError)
      resolve(null)
    })
  })
}

function portOf(server: Server): number {
  const address = server.address()
  return isAddressInfo(address) ? address.port : 0
}

function isAddressInfo(address: AddressInfo | string | null): address is AddressInfo {
  return address !== null && typeof address !== 'string'
}

/** An address that listens everywhere is opened on this machine. */
function addressHost(host: string): string {
  if (host === '0.0.0.0') return LOOPBACK
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
