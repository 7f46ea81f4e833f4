import { connect, createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { openTensorFlow } from '../tensorflow/open.ts'
import { startRelay } from './relay.ts'
import type { Relay } from './relay.ts'

let [server, relay]: [Server | null, Relay | null] = [null, null]
afterEach(() => {
  server?.close()
  relay?.close()
})

/** Answers what it gets, twice. */
async function echo(): Promise<number> {
  const listening = createServer((socket) => socket.on('data', (data) => socket.write(Buffer.concat([data, data]))).on('error', () => {}))
  server = listening
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', () => resolve()))
  return (listening.address() as AddressInfo).port // a server on a port has such an address
}

function ask(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text))
    socket.on('data', (data) => (socket.destroy(), resolve(String(data)))).on('error', () => {})
    socket.on('close', () => resolve('closed'))
  })
}

/** A call of TensorFlow's client to the relay. */
async function call(port: number): Promise<unknown> {
  const session = await (await openTensorFlow()).openSession({ target: `grpc://127.0.0.1:${port}`, callTimeoutMs: 30_000 })
  try {
    return await session.createVariables({ a: { shape: [1], type: 'float32', values: new Float32Array(1) } }).catch((error: unknown) => error)
  } finally {
    await session.close()
  }
}

describe('a relay', () => {
  it('passes bytes both ways', async () => {
    relay = await startRelay({ host: '127.0.0.1', port: await echo(), onBroken: () => {} })
    expect(await ask(relay.port, 'abc')).toBe('abcabc')
  })

  it('says once that nobody is at the far end, and then answers calls with why', async () => {
    const told: string[] = []
    const port = await echo()
    server?.close()
    const opened = await startRelay({
      host: '127.0.0.1',
      port,
      onBroken: (reason) => {
        told.push(reason)
        opened.break({ worker: 0, reason: 'a reason: ünïcode, 100 %' })
      },
    })
    relay = opened
    expect(await call(relay.port)).toMatchObject({ code: 'worker-lost', facts: { worker: 0, status: 'ABORTED' }, message: expect.stringContaining('a reason: ünïcode, 100 %') })
    expect(told).toEqual([expect.stringContaining('ECONNREFUSED')])
  })

  it('ends what runs when it is broken, and does not call that a fault of the far end', async () => {
    const told: string[] = []
    relay = await startRelay({ host: '127.0.0.1', port: await echo(), onBroken: (reason) => told.push(reason) })
    const socket = connect(relay.port, '127.0.0.1')
    socket.write('x')
    await new Promise((resolve) => socket.once('data', resolve))
    const ended = new Promise((resolve) => socket.once('close', resolve))
    relay.break({ worker: 3, reason: 'it hangs' })
    await ended
    expect(await call(relay.port)).toMatchObject({ facts: { worker: 3 }, message: expect.stringContaining('it hangs') })
    expect(told).toEqual([])
  })

  it('still answers a session that is closed after it', async () => {
    relay = await startRelay({ host: '127.0.0.1', port: await echo(), onBroken: () => {} })
    relay.close()
    expect(await call(relay.port)).toMatchObject({ code: 'worker-lost', message: expect.stringContaining('the cluster was closed') })
  })
})
