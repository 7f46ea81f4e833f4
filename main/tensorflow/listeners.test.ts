import { connect, createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import { afterEach, describe, expect, it } from 'vitest'
import { confineListeners } from './listeners.ts'

const servers: Server[] = []
afterEach(() => servers.splice(0).forEach((server) => server.close()))

function listenEverywhere(): Promise<number> {
  const server = createServer((socket) => socket.end())
  servers.push(server)
  return new Promise((resolve) => server.listen(0, '::', () => resolve((server.address() as AddressInfo).port))) // a server on a port has such an address
}

/** Whether a connection comes about within half a second: a packet that is dropped is never answered. */
function isReached(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 500 })
    const end = (answer: boolean) => (socket.destroy(), resolve(answer))
    socket.on('connect', () => end(true)).on('timeout', () => end(false)).on('error', () => end(false))
  })
}

const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
const outward = all.find(({ internal, family }) => !internal && family === 'IPv4')?.address
const outward6 = all.find(({ internal, family, address }) => !internal && family === 'IPv6' && !address.startsWith('fe80'))?.address
const hasLoopback6 = all.some(({ address }) => address === '::1')

describe.runIf(process.platform === 'linux')('a confined port', () => {
  it('is reached within the machine', async () => {
    const port = await listenEverywhere()
    expect(confineListeners(port, '127.0.0.1')).toBe(true)
    expect(await isReached('127.0.0.1', port)).toBe(true)
    if (hasLoopback6) expect(await isReached('::1', port)).toBe(true)
  })

  it.runIf(outward)('is not reached by an address that it was not confined to', async () => {
    const port = await listenEverywhere()
    expect(await isReached(outward!, port)).toBe(true)
    confineListeners(port, '127.0.0.1')
    expect(await isReached(outward!, port)).toBe(false)
  })

  it.runIf(outward)('is reached by the address that it was confined to', async () => {
    const port = await listenEverywhere()
    confineListeners(port, outward!)
    expect([await isReached(outward!, port), await isReached('127.0.0.1', port)]).toEqual([true, true])
    if (outward6) expect(await isReached(outward6, port)).toBe(false)
  })

  it.runIf(outward6)('takes IPv6 addresses too', async () => {
    const port = await listenEverywhere()
    confineListeners(port, outward6!)
    expect([await isReached(outward6!, port), await isReached('127.0.0.1', port), outward ? await isReached(outward, port) : false]).toEqual([true, true, false])
  })

  it('must listen', () => {
    expect(() => confineListeners(1, '127.0.0.1')).toThrow('Nothing in this process listens on port 1')
  })
})
