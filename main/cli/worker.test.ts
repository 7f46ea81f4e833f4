import { describe, expect, it } from 'vitest'
import { gatherWorkers } from '../cluster/gather-workers.ts'
import { isAlive, spawnWorker } from '../cluster/test/spawn-worker.ts'
import { spawnLoupe } from './test/spawn-loupe.ts'

const worker = (...args: string[]) => spawnLoupe(['worker', '--json', ...args], { env: { LOUPE_WORKER_TOKEN: '' }, onLine: (line, kill) => line.includes('"worker"') && kill('SIGTERM') })

describe('loupe worker', () => {
  it('listens on this machine only, unless told otherwise', async () => {
    const { code, stderr, lines } = await worker('--listen', '0.0.0.0:0')
    expect(code).toBe(2)
    expect(stderr).toContain('asks nobody who he is: they can read and write your files')
    expect(stderr).toContain('--allow-network')
    expect(lines).toMatchObject([{ error: { code: 'invalid-input', facts: { host: '0.0.0.0' } } }])
  })

  it('wants a token where other machines reach it, and says what that means', async () => {
    expect((await worker('--listen', '0.0.0.0:0', '--allow-network')).stderr).toContain('needs a token')
    const { code, stderr, lines } = await worker('--listen', '0.0.0.0:0', '--allow-network', '--token', 'secret')
    expect(code).toBe(0)
    expect(stderr).toContain('Warning: Listening on 0.0.0.0.')
    expect(stderr).toContain('SSH tunnel')
    expect(lines).toMatchObject([{ worker: { host: '0.0.0.0', port: expect.any(Number) } }])
  })

  it('says in one line that it is ready, on loopback without a warning, and ends in order at a SIGTERM', async () => {
    const { code, stderr, lines } = await worker('--listen', '127.0.0.1:0')
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(lines).toMatchObject([{ worker: { address: expect.stringMatching(/^127\.0\.0\.1:\d+$/), pid: expect.any(Number), loupe: expect.any(String), tensorflow: expect.any(String) } }])
  })

  it('refuses what is no address', async () => {
    expect(await worker('--listen', '4750')).toMatchObject({ code: 2, stderr: expect.stringContaining('--listen takes host:port') })
    expect(await worker('--threads', 'two')).toMatchObject({ code: 2 })
  })

  it.runIf(process.platform === 'linux')('takes its process with TensorFlow along at a SIGINT', async () => {
    const running = await spawnWorker()
    const cluster = await gatherWorkers({ hosts: [running.address] })
    const [child] = running.children()
    running.signal('SIGINT')
    expect(await running.exited).toBe(0)
    expect(isAlive(child!)).toBe(false)
    expect(await cluster.lost).toMatchObject({ code: 'worker-lost', facts: { reason: 'the worker was stopped' } })
    await cluster.close()
  })
})
