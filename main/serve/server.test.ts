import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { get, request as httpRequest } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { LoupeError } from '../contract/errors.ts'
import type { AnyEvent } from '../contract/events.ts'
import { answerCommands } from '../contract/rpc.ts'
import type { CommandHandlers, Transport } from '../contract/rpc.ts'
import { startServer } from './server.ts'
import type { RunningServer } from './server.ts'

const TOKEN = 'a-token-for-this-test'
let root: string
let server: RunningServer
const listeners = new Set<(event: AnyEvent) => void>()

const refuse = () => {
  throw new LoupeError('unsupported', 'Not in this test.')
}
const handlers: CommandHandlers = {
  'study.start': refuse,
  'study.pause': ({ studyId }) => {
    throw new LoupeError('not-found', `There is no study ${studyId}.`, { studyId })
  },
  'study.resume': refuse,
  'study.stop': () => ({}),
  'study.extend': refuse,
  'study.stopPoint': refuse,
  'study.estimate': refuse,
  'run.start': ({ config }) => ({ runId: `batch-${config.batchSize}` }),
  'run.pause': refuse,
  'run.resume': refuse,
  'run.stop': refuse,
  'run.end': refuse,
  'run.saveNetwork': refuse,
  'run.steer': refuse,
  'run.snapshotGradients': refuse,
  'run.branch': refuse,
  'run.exportModel': refuse,
  'model.compare': refuse,
  'run.previewImport': refuse,
  'run.import': refuse,
  'run.stopImport': refuse,
  'run.annotate': refuse,
  'study.annotate': refuse,
  'trash.put': refuse,
  'trash.restore': refuse,
  'trash.purge': refuse,
  'checkpoint.setKept': refuse,
  'checkpoint.prune': refuse,
  'checkpoint.export': refuse,
  'view.save': refuse,
  'view.delete': refuse,
  'dataset.keep': refuse,
  'dataset.forget': refuse,
  'model.measure': refuse,
  'report.save': refuse,
  'report.pin': refuse,
  'report.copy': refuse,
  'report.fromStudy': refuse,
  'report.delete': refuse,
  'report.restore': refuse,
  'report.purge': refuse,
  'queue.list': refuse,
  'queue.move': refuse,
  'queue.setPriority': refuse,
  'queue.pause': refuse,
  'queue.resume': refuse,
  'queue.hold': refuse,
  'queue.release': refuse,
  'queue.resumeInterrupted': refuse,
  'queue.configure': refuse,
  'engine.describe': refuse,
}
const transport: Transport = {
  request: answerCommands(handlers),
  onEvent(listener) {
    listeners.add(listener)
    return () => listeners.delete(listener)
  },
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'loupe-serve-'))
  const windowFolder = join(root, 'renderer')
  await mkdir(join(windowFolder, 'assets'), { recursive: true })
  await writeFile(join(windowFolder, 'index.html'), '<!doctype html><title>Loupe</title>')
  await writeFile(join(windowFolder, 'assets', 'app-1a2b.js'), `export const x = ${JSON.stringify('x'.repeat(5000))}`)
  await writeFile(join(windowFolder, 'assets', 'app.css'), 'body { margin: 0 }')
  await writeFile(join(windowFolder, '.secret.txt'), 'hidden')
  await writeFile(join(root, 'outside.txt'), 'outside')
  server = await startServer({ transport, windowFolder, port: 0, token: TOKEN })
})
afterAll(async () => {
  await server.close()
  await rm(root, { recursive: true, force: true })
})

interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Raw, so that nothing tidies the path. */
function fetchRaw(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = httpRequest({ host: '127.0.0.1', port: server.port, path, method, headers }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString() }))
    })
    asked.on('error', reject)
    asked.end()
  })
}

const cookie = () => ({ Cookie: `loupe-${server.port}=${TOKEN}` })

function connect(headers: Record<string, string>, path = '/rpc'): Promise<WebSocket | number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, { headers })
    socket.on('open', () => resolve(socket))
    socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
    socket.on('error', () => {})
  })
}

/** An upgrade whose path nothing tidies. */
function connectRaw(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const headers = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' }
    const asked = httpRequest({ host: '127.0.0.1', port: server.port, path, headers }, (response) => resolve(response.resume().statusCode ?? 0))
    asked.on('error', reject)
    asked.end()
  })
}

async function connected(): Promise<WebSocket> {
  const socket = await connect(cookie())
  if (typeof socket === 'number') throw new Error(`refused with ${socket}`)
  return socket
}

function ask(socket: WebSocket, message: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    socket.once('message', (data) => resolve(JSON.parse(String(data))))
    socket.once('close', (code) => reject(new Error(`closed ${code}`)))
    socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  })
}

describe('the page', () => {
  it('takes the token of the printed address, keeps it in a cookie and leaves it out of the address', async () => {
    expect(server.address).toBe(`http://127.0.0.1:${server.port}/?token=${TOKEN}`)
    const answer = await fetchRaw(`/?token=${TOKEN}`)
    expect(answer.status).toBe(303)
    expect(answer.headers.location).toBe('/')
    expect(answer.headers['set-cookie']).toEqual([`loupe-${server.port}=${TOKEN}; Path=/; HttpOnly; SameSite=Strict`])
    expect((await fetchRaw('/', cookie())).body).toContain('<title>Loupe</title>')
  })

  it('is refused without the token, with what to do', async () => {
    const [without, wrong] = [await fetchRaw('/'), await fetchRaw('/?token=guess')]
    expect([without.status, wrong.status]).toEqual([401, 401])
    expect(without.body).toContain('open the address that Loupe printed')
  })

  it('comes with headers that let nothing foreign run, load or frame it', async () => {
    const { headers } = await fetchRaw('/', cookie())
    const policy = headers['content-security-policy'] ?? ''
    for (const rule of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"]) expect(policy).toContain(rule)
    expect(policy).not.toContain('unsafe')
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'x-frame-options': 'DENY', 'content-type': 'text/html; charset=utf-8' })
  })

  it('serves assets with their types, compressed where that helps, and to be cached', async () => {
    const script = await fetchRaw('/assets/app-1a2b.js', { 'Accept-Encoding': 'gzip' })
    expect(script.headers).toMatchObject({ 'content-type': 'text/javascript; charset=utf-8', 'content-encoding': 'gzip', 'cache-control': 'public, max-age=31536000, immutable' })
    expect(Number(script.headers['content-length'])).toBeLessThan(500)
    const style = await fetchRaw('/assets/app.css')
    expect(style.headers).toMatchObject({ 'content-type': 'text/css; charset=utf-8', 'content-length': '18' })
  })

  it.each(['/../outside.txt', '/%2e%2e/outside.txt', '/..%2foutside.txt', '/assets/../../outside.txt', '/..\\outside.txt', '/%2e%2e%5coutside.txt', '/.secret.txt', '/assets/%00.js', '/%zz.js', '//etc/passwd.txt', '//', '/assets/none.js'])(
    'gives nothing for %s',
    async (path) => {
      const answer = await fetchRaw(path, cookie())
      expect(answer.status).toBe(404)
      expect(answer.body).not.toMatch(/outside|hidden|root:/)
    },
  )

  it('is not served to a name that another site can point here', async () => {
    expect((await fetchRaw('/', { ...cookie(), Host: 'evil.example' })).status).toBe(403)
    expect((await fetchRaw('/', { ...cookie(), Host: `localhost:${server.port}` })).status).toBe(200)
  })

  it('refuses to be written to', async () => {
    expect((await fetchRaw('/', cookie(), 'POST')).status).toBe(405)
  })
})

describe('the socket', () => {
  it('refuses whoever has no token, the wrong one, another site’s page, another name, another path', async () => {
    expect(await connect({})).toBe(401)
    expect(await connect({ Cookie: `loupe-${server.port}=guess` })).toBe(401)
    expect(await connect({ ...cookie(), Origin: 'http://evil.example' })).toBe(401)
    expect(await connect({ ...cookie(), Origin: 'null' })).toBe(401)
    expect(await connect({ ...cookie(), Host: 'evil.example' })).toBe(401)
    expect(await connect(cookie(), '/other')).toBe(404)
  })

  it('outlives an address that is none, from whoever asks', async () => {
    // Without a token, as any page in the user's browser could: `new WebSocket('ws://127.0.0.1:4747//')`.
    expect(await connectRaw('//')).toBe(404)
    expect((await fetchRaw('/', cookie())).status).toBe(200)
  })

  it('lets in the page itself, and a program with the token as a bearer', async () => {
    for (const headers of [{ ...cookie(), Origin: `http://127.0.0.1:${server.port}` }, { Authorization: `Bearer ${TOKEN}` }]) {
      const socket = await connect(headers)
      expect(socket).toBeInstanceOf(WebSocket)
      if (socket instanceof WebSocket) socket.close()
    }
  })

  it('says why to a page that asks over HTTP', async () => {
    const answer = await fetchRaw('/rpc')
    expect(answer.status).toBe(401)
    expect(JSON.parse(answer.body)).toMatchObject({ error: { code: 'unauthorized' } })
    expect((await fetchRaw('/rpc', cookie())).status).toBe(426)
  })

  it('answers a request under its id, with defaults filled in', async () => {
    const socket = await connected()
    expect(await ask(socket, { id: 7, name: 'run.start', input: { config: {} } })).toEqual({ id: 7, response: { ok: true, value: { runId: 'batch-64' } } })
    socket.close()
  })

  it('answers errors as data', async () => {
    const socket = await connected()
    expect(await ask(socket, { id: 8, name: 'study.pause', input: { studyId: 's' } })).toEqual({ id: 8, response: { ok: false, error: { code: 'not-found', message: 'There is no study s.', facts: { studyId: 's' } } } })
    expect(await ask(socket, { id: 9, name: 'study.pause', input: { study: 's' } })).toMatchObject({ response: { ok: false, error: { code: 'invalid-input' } } })
    expect(await ask(socket, { id: 10, name: 'toString', input: {} })).toMatchObject({ response: { ok: false, error: { code: 'invalid-input' } } })
    expect(await ask(socket, { id: 11, name: 'run.start', input: { config: { batchSize: -1 } } })).toMatchObject({ response: { ok: false, error: { code: 'invalid-input' } } })
    socket.close()
  })

  it('closes on what is no request', async () => {
    for (const message of ['not json', '[]', '{"id":{},"name":"x"}', '{"name":"study.list"}']) {
      const socket = await connected()
      await expect(ask(socket, message)).rejects.toThrow('closed 1007')
    }
  })

  it('passes events on to every client', async () => {
    const [one, other] = [await connected(), await connected()]
    const received = Promise.all([one, other].map((socket) => new Promise((resolve) => socket.once('message', (data) => resolve(JSON.parse(String(data)))))))
    for (const listener of listeners) listener({ name: 'metrics.appended', payload: { runIds: ['r1'] } })
    expect(await received).toEqual([{ event: { name: 'metrics.appended', payload: { runIds: ['r1'] } } }, { event: { name: 'metrics.appended', payload: { runIds: ['r1'] } } }])
    one.close()
    other.close()
  })
})

describe('the port', () => {
  it('that is taken is named, with what to do', async () => {
    const again = startServer({ transport, windowFolder: root, port: server.port })
    await expect(again).rejects.toMatchObject({ code: 'port-taken', message: expect.stringContaining(`--port ${server.port + 1}`) })
  })

  it('moves on to a free one where that is allowed', async () => {
    const next = await startServer({ transport, windowFolder: root, port: server.port, whenTaken: 'next' })
    expect(next.port).not.toBe(server.port)
    expect(next.token).toHaveLength(32)
    await next.close()
  })

  it('open to other machines comes with a warning', async () => {
    const open = await startServer({ transport, windowFolder: root, host: '0.0.0.0', port: 0 })
    expect(open.warning).toContain('not encrypted')
    expect(open.address).toMatch(/^http:\/\/127\.0\.0\.1:/)
    expect(server.warning).toBeNull()
    const status = await new Promise((resolve) => get(`http://127.0.0.1:${open.port}/`, (response) => resolve(response.resume().statusCode)))
    expect(status).toBe(404) // there is no window in that folder
    await open.close()
  })
})
