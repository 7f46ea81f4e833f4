import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { clusterWarnings } from './cluster-warnings.ts'
import { gatherWorkers } from './gather-workers.ts'
import type { WorkerFacts } from './gather-workers.ts'
import { ownVersions, startWorker } from './worker.ts'
import type { WorkerOptions } from './worker.ts'

let ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends) await end()
  ends = []
})

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  ends.push(() => new Promise((resolve) => server.close(resolve)))
  return `127.0.0.1:${(server.address() as AddressInfo).port}` // a server on a port has such an address
}

async function worker(options: Partial<WorkerOptions> = {}): Promise<string> {
  const running = await startWorker({ host: '127.0.0.1', port: 0, ...options })
  ends.push(running.close)
  return `127.0.0.1:${running.port}`
}

describe('gathering workers refuses', () => {
  it('an address where nobody listens', async () => {
    const server = createServer()
    const host = await listening(server)
    await ends.pop()?.()
    await expect(gatherWorkers({ hosts: [host] })).rejects.toMatchObject({ code: 'worker-lost', message: expect.stringContaining(`Nobody listens at ${host}`), facts: { host } })
  })

  it('a name that no machine has', async () => {
    await expect(gatherWorkers({ hosts: ['no-such-machine.invalid:4750'] })).rejects.toMatchObject({ code: 'worker-lost', facts: { host: 'no-such-machine.invalid:4750' } })
  })

  it('what is no worker: a web server, or a program that speaks something else', async () => {
    const web = await listening(createHttpServer((_, response) => response.end('hello')))
    const other = await listening(createServer((socket) => socket.resume().on('error', () => {}).end('SSH-2.0-OpenSSH_9.6\r\n')))
    for (const host of [web, other]) {
      await expect(gatherWorkers({ hosts: [host] })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining(`What listens at ${host} is no worker of Loupe`) })
    }
  })

  it('what takes the connection and says nothing', async () => {
    const host = await listening(createServer((socket) => ends.unshift(async () => socket.destroy())))
    await expect(gatherWorkers({ hosts: [host], answerMs: 300 })).rejects.toMatchObject({ code: 'worker-lost', message: expect.stringContaining('does not answer') })
  })

  it('a worker of another version of Loupe or of TensorFlow, with both versions', async () => {
    const host = await worker({ versions: { loupe: '0.0.9', tensorflow: ownVersions.tensorflow } })
    await expect(gatherWorkers({ hosts: [host] })).rejects.toMatchObject({ code: 'unsupported', message: expect.stringContaining('is Loupe 0.0.9 with'), facts: { theirs: { loupe: '0.0.9' }, ours: ownVersions } })
    const other = await worker({ versions: { ...ownVersions, tensorflow: '2.20.0' } })
    await expect(gatherWorkers({ hosts: [other] })).rejects.toMatchObject({ code: 'unsupported', message: expect.stringContaining('with TensorFlow 2.20.0') })
  })

  it('a token that is missing or wrong', async () => {
    const host = await worker({ token: 'secret' })
    await expect(gatherWorkers({ hosts: [host] })).rejects.toMatchObject({ code: 'unauthorized', message: expect.stringContaining('LOUPE_WORKER_TOKEN') })
    await expect(gatherWorkers({ hosts: [host], token: 'Secret' })).rejects.toMatchObject({ code: 'unauthorized', facts: { host } })
  })

  it('the whole cluster where one worker fails, and frees the others', async () => {
    const [good, bad] = [await worker(), await worker({ token: 'secret' })]
    await expect(gatherWorkers({ hosts: [good, bad] })).rejects.toMatchObject({ code: 'unauthorized' })
    const cluster = await gatherWorkers({ hosts: [good] })
    await cluster.close()
  })

  it('lists that cannot work: none, one twice, no addresses, and loopback among others', async () => {
    const refusals = [
      [[], 'at least one worker'],
      [['a:1', 'a:1'], 'a:1 is named twice'],
      [['gpu-box'], '"gpu-box" is no address of a worker'],
      [['gpu-box:99999'], 'is no address'],
      [['http://gpu-box:4750'], 'is no address'],
      [['127.0.0.1:4750', '192.168.1.20:4750'], '127.0.0.1:4750 leads back to whoever asks'],
    ] as const
    for (const [hosts, message] of refusals) await expect(gatherWorkers({ hosts })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining(message) })
  })
})

describe('a worker', () => {
  it('works for one run at a time', async () => {
    const host = await worker()
    const cluster = await gatherWorkers({ hosts: [host] })
    await expect(gatherWorkers({ hosts: [host] })).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('busy with another run (process') })
    await cluster.close()
    await (await gatherWorkers({ hosts: [host] })).close()
  })

  it('does not answer web pages, which send where they come from', async () => {
    const socket = new WebSocket(`ws://${await worker()}/worker`, { origin: 'https://example.com' })
    expect(await new Promise((resolve) => socket.on('error', (error) => resolve(error.message)))).toContain('401')
  })

  it('closes on whoever begins with anything but a hello', async () => {
    for (const message of ['{"kind":"prepare","silentAfterMs":1000}', 'no JSON', '{"kind":"other"}']) {
      const socket = new WebSocket(`ws://${await worker()}/worker`)
      socket.on('open', () => socket.send(message))
      expect(await new Promise((resolve) => socket.on('close', resolve))).toBe(1007)
    }
  })

  it('says where its address is taken, or is no address of this machine', async () => {
    const port = Number((await worker()).split(':')[1])
    await expect(startWorker({ host: '127.0.0.1', port })).rejects.toMatchObject({ code: 'port-taken', facts: { port } })
    await expect(startWorker({ host: '203.0.113.7', port: 0 })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('203.0.113.7') })
  })
})

describe('warnings about a cluster', () => {
  const facts = (worker: number, traits: Partial<WorkerFacts> = {}): WorkerFacts => ({ worker, host: `box${worker}:4750`, hostname: `box${worker}`, cores: 8, memoryBytes: 2 ** 34, threads: 0, devices: [], ...traits })

  it('are none for workers that are alike', () => {
    expect(clusterWarnings([facts(0), facts(1)], [true, true])).toEqual([])
  })

  it('name what differs, with the values', () => {
    const gpu = { name: '/device:GPU:0', kind: 'GPU', memoryBytes: 1, description: 'NVIDIA H100' } as const
    const warnings = clusterWarnings([facts(0), facts(1, { cores: 4, threads: 2, devices: [gpu] })], [true, true])
    expect(warnings.map(({ facts: { trait, values } }) => [trait, values])).toEqual([
      ['cores', ['8', '4']],
      ['threads', ['all', '2']],
      ['devices', ['', 'NVIDIA H100']],
    ])
    expect(warnings[0]?.message).toContain('box0:4750 has 8, box1:4750 has 4')
  })

  it('name the machines whose TensorFlow port could not be confined', () => {
    expect(clusterWarnings([facts(0), facts(1)], [true, false])).toMatchObject([{ kind: 'open-port', facts: { hosts: ['box1:4750'] } }])
  })
})
