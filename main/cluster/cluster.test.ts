import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openTensorFlow } from '../tensorflow/open.ts'
import { onDevice } from '../tensorflow/ops.ts'
import type { Runtime, Session } from '../tensorflow/runtime.ts'
import { tf } from '../tensorflow/tf.ts'
import { gatherWorkers } from './gather-workers.ts'
import type { Cluster, GatherOptions } from './gather-workers.ts'
import { isAlive, spawnWorker, until } from './test/spawn-worker.ts'
import type { SpawnedWorker } from './test/spawn-worker.ts'

const portOf = (worker: SpawnedWorker) => Number(worker.address.split(':')[1])

describe.runIf(process.platform === 'linux')('a cluster of two workers', () => {
  let workers: SpawnedWorker[] = []
  let runtime: Runtime
  let cluster: Cluster
  let session: Session
  beforeAll(async () => {
    workers = await Promise.all([spawnWorker(['--threads', '1']), spawnWorker(['--threads', '1'])])
    runtime = await openTensorFlow()
  })
  afterEach(async () => {
    await session.close()
    await cluster.close()
  })
  afterAll(async () => {
    for (const worker of workers) worker.signal('SIGTERM')
    await Promise.all(workers.map((worker) => worker.exited))
  })

  /** Gathers all workers and places a variable on each. */
  async function open(options: Partial<GatherOptions> = {}): Promise<void> {
    cluster = await gatherWorkers({ hosts: workers.map(({ address }) => address), heartbeatMs: 200, lostAfterMs: 1000, ...options })
    session = await runtime.openSession({ target: cluster.target })
    await session.createVariables({ near: { shape: [2], type: 'float32', values: Float32Array.of(1, 2) } }, cluster.devices[0])
    await session.createVariables({ far: { shape: [2], type: 'float32', values: Float32Array.of(10, 20) } }, cluster.devices[1])
  }

  async function addOnWorker1(): Promise<Float32Array | Int32Array> {
    const step = session.compile({ name: 'add', inputs: {}, trace: ({ read }) => ({ sum: onDevice(cluster.devices[1]!, () => tf.add(read('near'), read('far'))) }) })
    return (await step.run({})).sum
  }

  /** A call that takes worker 1 many seconds. */
  function longCall(): Promise<unknown> {
    const step = session.compile({
      name: 'long',
      inputs: {},
      trace: ({ read }) =>
        onDevice(cluster.devices[1]!, () => {
          // From a variable, or TensorFlow would compute it ahead, as a constant.
          let power = tf.add(tf.fill([1000, 1000], 1e-3), tf.sum(read('far')))
          for (let i = 0; i < 1000; i++) power = tf.matMul(power, power)
          return { sum: tf.sum(power) }
        }),
    })
    return step.run({})
  }

  /** Begins a long call, does something to a worker, and gives what the call and the cluster then say. */
  async function disturb(harm: () => void): Promise<{ readonly call: unknown; readonly lost: unknown; readonly tookMs: number }> {
    const call = longCall().then(
      () => 'it went on',
      (error: unknown) => error,
    )
    await new Promise((wait) => setTimeout(wait, 400))
    const start = performance.now()
    harm()
    return { call: await call, lost: await cluster.lost, tookMs: performance.now() - start }
  }

  it('computes on each with what lies on the other, and ends its processes when it is closed', async () => {
    await open()
    expect(await addOnWorker1()).toEqual(Float32Array.of(11, 22))
    expect(cluster.devices).toEqual(['/job:worker/task:0/device:CPU:0', '/job:worker/task:1/device:CPU:0'])
    expect(cluster.workers.map(({ worker, host, threads }) => ({ worker, host, threads }))).toEqual(workers.map(({ address }, worker) => ({ worker, host: address, threads: 1 })))
    expect(cluster.workers[0]).toMatchObject({ cores: expect.any(Number), memoryBytes: expect.any(Number), hostname: expect.any(String) })
    expect(cluster.warnings).toEqual([])
    expect(workers.map((worker) => worker.children().length)).toEqual([1, 1])
    await session.close()
    await cluster.close()
    expect(workers.map((worker) => worker.children().length)).toEqual([0, 0])
  })

  it('begins anew each time: another process, no variables of the last', async () => {
    await open()
    const before = workers.map((worker) => worker.children()[0])
    await session.close()
    await cluster.close()
    await open()
    expect(await addOnWorker1()).toEqual(Float32Array.of(11, 22))
    expect(workers.map((worker) => worker.children()[0])).not.toEqual(before)
  })

  it('fails a call at once where a worker is killed, names it, and works again with one in its place', async () => {
    await open({ lostAfterMs: 60_000 })
    const [, killed] = workers
    const process1 = killed!.children()[0]!
    const { call, lost, tookMs } = await disturb(() => killed!.signal('SIGKILL'))
    expect(call).toMatchObject({ code: 'worker-lost', facts: { worker: 1 }, message: expect.stringContaining('worker 1 is gone') })
    expect(lost).toMatchObject({ code: 'worker-lost', facts: { worker: 1, host: killed!.address, reason: 'its connection broke' } })
    expect(tookMs).toBeLessThan(10_000)
    await until(() => !isAlive(process1))
    await session.close()
    await cluster.close()
    expect(workers[0]!.children()).toEqual([])

    workers[1] = await spawnWorker(['--threads', '1'], { port: portOf(killed!) })
    await open()
    expect(await addOnWorker1()).toEqual(Float32Array.of(11, 22))
  })

  it('fails a call at once where the worker is killed that the calls go to', async () => {
    await open({ lostAfterMs: 60_000 })
    const [killed] = workers
    const { call, lost, tookMs } = await disturb(() => killed!.signal('SIGKILL'))
    expect(call).toMatchObject({ code: 'worker-lost', facts: { worker: 0 } })
    expect(lost).toMatchObject({ code: 'worker-lost', facts: { worker: 0 } })
    expect(tookMs).toBeLessThan(10_000)
    workers[0] = await spawnWorker(['--threads', '1'], { port: portOf(killed!) })
  })

  it('notices a worker that hangs, and ends the call that waits for it', async () => {
    await open()
    const hung = workers[1]!.children()[0]!
    const { call, lost, tookMs } = await disturb(() => process.kill(hung, 'SIGSTOP'))
    expect(call).toMatchObject({ code: 'worker-lost', facts: { worker: 1 }, message: expect.stringContaining('it has not answered for 1 s') })
    expect(lost).toMatchObject({ facts: { worker: 1, reason: 'it has not answered for 1 s, so it hangs or cannot be reached' } })
    expect(tookMs).toBeLessThan(10_000)
    await cluster.close()
    expect(isAlive(hung)).toBe(false)
  })

  it('notices a suspended machine, and takes it back when it wakes up', async () => {
    await open()
    const [sleeping] = workers
    const { call, lost } = await disturb(() => [sleeping!.pid, ...sleeping!.children()].forEach((pid) => process.kill(pid, 'SIGSTOP')))
    expect([call, lost]).toMatchObject([{ code: 'worker-lost', facts: { worker: 0 } }, { facts: { worker: 0 } }])
    for (const pid of [sleeping!.pid, ...sleeping!.children()]) process.kill(pid, 'SIGCONT')
    await until(() => sleeping!.children().length === 0)
    await session.close()
    await cluster.close()
    await open()
    expect(await addOnWorker1()).toEqual(Float32Array.of(11, 22))
  })

  it('says so where only the process with TensorFlow died', async () => {
    await open()
    const { call, lost } = await disturb(() => process.kill(workers[1]!.children()[0]!, 'SIGKILL'))
    expect(call).toMatchObject({ code: 'worker-lost', facts: { worker: 1 } })
    expect(lost).toMatchObject({ facts: { worker: 1, reason: 'its TensorFlow process ended (signal SIGKILL)' } })
  })

  it('says so where a worker was stopped in order', async () => {
    await open()
    const [stopped] = workers
    const { lost } = await disturb(() => stopped!.signal('SIGTERM'))
    expect(lost).toMatchObject({ facts: { worker: 0, reason: 'the worker was stopped' } })
    expect(await stopped!.exited).toBe(0)
    workers[0] = await spawnWorker(['--threads', '1'], { port: portOf(stopped!) })
  })

  it('frees its workers where the run is killed', async () => {
    await open()
    await session.close()
    await cluster.close()
    const run = spawn(process.execPath, [join(import.meta.dirname, 'test/gather-and-hang.ts'), ...workers.map(({ address }) => address)], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(run.stdout, 'data')
    expect(workers.map((worker) => worker.children().length)).toEqual([1, 1])
    await expect(gatherWorkers({ hosts: [workers[0]!.address] })).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining(`process ${run.pid} on`) })
    run.kill('SIGKILL')
    await until(() => workers.every((worker) => worker.children().length === 0))
    await open()
  })
})
