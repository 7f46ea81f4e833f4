import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { WebSocketServer } from 'ws'
import { z } from '../../../main/contract/zod.ts'
import { createDemoWorkbench } from './workbench.ts'

const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' }
/** The policy that the window is served with: nothing inline, nothing from elsewhere. */
export const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self' ws:; base-uri 'none'; form-action 'none'"
const request = z.object({ id: z.int(), name: z.string(), input: z.unknown() })

/** Serves the built window over a made-up workbench. */
export async function startDemoServer(port = 0): Promise<{ readonly url: string; close(): void }> {
  const root = fileURLToPath(new URL('../../../dist/renderer/', import.meta.url))
  const workbench = createDemoWorkbench()
  const server = createServer((incoming, outgoing) => {
    const path = normalize(new URL(incoming.url ?? '/', 'http://localhost').pathname)
    readFile(join(root, path === '/' ? 'index.html' : path)).then(
      (content) => outgoing.writeHead(200, { 'content-type': types[extname(path)] ?? 'text/html', 'content-security-policy': policy }).end(content),
      () => outgoing.writeHead(404).end(),
    )
  })
  const sockets = new WebSocketServer({ server, path: '/rpc' })
  sockets.on('connection', (socket) => {
    const end = workbench.onEvent((event) => socket.send(JSON.stringify({ event })))
    socket.on('close', end)
    socket.on('message', (data) => {
      const { id, name, input } = request.parse(JSON.parse(String(data)))
      void workbench.request(name, input).then((response) => socket.send(JSON.stringify({ id, response })))
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const address: AddressInfo | string | null = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : port}/`,
    close() {
      workbench.close()
      for (const socket of sockets.clients) socket.terminate()
      server.close()
    },
  }
}
