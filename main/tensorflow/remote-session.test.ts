import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { liveObjects } from './live-objects.ts'
import { workerDevice } from './lost-worker.ts'
import { openTensorFlow } from './open.ts'
import { onDevice } from './ops.ts'
import type { Runtime, Session } from './runtime.ts'
import { statusError } from './status.ts'
import { tf } from './tf.ts'

/** An address of this machine that others may reach it by. */
const outward = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []).find(({ internal, family }) => !internal && family === 'IPv4')?.address
const remote = { target: 'grpc://127.0.0.1:7171', callTimeoutMs: 2500 }

describe('a status of a call to another process', () => {
  it('names the worker that is gone', () => {
    const message = 'From /job:worker/replica:0/task:0:\nSocket closed\nAdditional GRPC error information from remote target /job:worker/replica:0/task:2 while calling /tensorflow.WorkerService/RunGraph:\n:UNKNOWN'
    const error = statusError(14, message, 'Running step "a"', remote)
    expect(error).toMatchObject({ code: 'worker-lost', facts: { status: 'UNAVAILABLE', worker: 2 } })
    expect(error.message).toBe('Running step "a" failed because worker 2 is gone (UNAVAILABLE: Socket closed). Start `loupe worker` there again, then go on from the last checkpoint.')
  })

  it('blames the source of a tensor, not who waited for it', () => {
    const waiting = 'Additional GRPC error information from remote target /job:worker/replica:0/task:1 while calling /tensorflow.WorkerService/RunGraph'
    const source = 'Additional GRPC error information from remote target /job:worker/replica:0/task:3 while calling /tensorflow.WorkerService/RecvTensor'
    expect(statusError(14, `${waiting}\n${source}`, 'a', remote).facts['worker']).toBe(3)
  })

  it('says how long a call may take where it took longer', () => {
    expect(statusError(4, 'Deadline Exceeded', 'Running step "a"', remote)).toMatchObject({ code: 'worker-lost', message: expect.stringContaining('longer than 2.5 s'), facts: { worker: null } })
  })

  it('stays an error of TensorFlow where it tells of the step, or where the session is of this process', () => {
    expect(statusError(3, 'bad shape', 'a', remote).code).toBe('tensorflow')
    expect(statusError(8, 'OOM', 'a', remote).code).toBe('out-of-memory')
    expect(statusError(1, 'cancelled', 'a').code).toBe('tensorflow')
  })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a server on a port has such an address
  server.close()
  await once(server, 'close')
  return port
}

describe('a session over two processes', () => {
  let servers: ChildProcess[] = []
  let runtime: Runtime
  let target: string
  let session: Session
  let port: number
  beforeAll(async () => {
    const addresses = [`127.0.0.1:${await freePort()}`, `127.0.0.1:${await freePort()}`]
    port = Number(addresses[1]?.split(':')[1])
    servers = addresses.map((_, task) => fork(join(import.meta.dirname, 'test/tensorflow-server.ts'), [String(task), ...addresses], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] }))
    const targets = await Promise.all(servers.map(async (server) => (await once(server, 'message'))[0] as string)) // the server sends its target
    target = targets[0]!
    runtime = await openTensorFlow()
    session = await runtime.openSession({ target, callTimeoutMs: 4000 })
  })
  afterAll(async () => {
    await session.close()
    for (const server of servers) server.kill('SIGKILL')
  })

  it('keeps variables where they were placed, and computes where it is told', async () => {
    expect(session.device).toBe('/job:worker/task:0/device:CPU:0')
    await session.createVariables({ a: { shape: [2], type: 'float32', values: Float32Array.of(1, 2) } })
    await session.createVariables({ b: { shape: [2], type: 'float32', values: Float32Array.of(10, 20) } }, workerDevice(1))
    const step = session.compile({
      name: 'cross',
      inputs: { by: { shape: [], type: 'float32' } },
      trace: ({ inputs, read, assign }) => {
        const sum = onDevice(workerDevice(1), () => tf.add(read('b'), tf.mul(read('a'), inputs.by)))
        assign('b', sum)
        return { back: onDevice(workerDevice(0), () => tf.sum(sum)) }
      },
    })
    expect([await step.run({ by: 1 }), await step.run({ by: 2 })]).toEqual([{ back: Float32Array.of(33) }, { back: Float32Array.of(39) }])
    expect((await session.readVariables(['a', 'b']))['b']?.values).toEqual(Float32Array.of(13, 26))
    const devices = (await step.profile({ by: 0 })).map(({ type, device }) => `${type} ${device.replace(/^\/job:worker\/replica:0/, '')}`)
    expect(devices).toContain('Mul /task:1/device:CPU:0')
    expect(devices).toContain('Sum /task:0/device:CPU:0')
  })

  it.runIf(process.platform === 'linux' && outward)('listens within this machine only, where it was told so', async () => {
    const socket = connect({ host: outward!, port, timeout: 300 })
    const answer = await new Promise((resolve) => ['connect', 'timeout', 'error'].forEach((event) => socket.once(event, () => resolve(event))))
    socket.destroy()
    expect(answer).toBe('timeout')
  })

  it('takes an array of 50 MB to the far worker, and gives one of 10 MB back', async () => {
    const bytes = Uint8Array.from({ length: 50_000_000 }, (_, i) => i % 251)
    await session.createResident('data', { shape: [50_000, 1000], type: 'uint8', values: bytes }, workerDevice(1))
    const step = session.compile({ name: 'rows', inputs: { start: { shape: [], type: 'int32' } }, trace: ({ inputs, range }) => ({ rows: onDevice(workerDevice(1), () => range('data', inputs.start, 2500)) }) })
    const { rows } = await step.run({ start: 47_500 })
    expect([rows.length, rows[0], rows[2_499_999]]).toEqual([2_500_000, 47_500_000 % 251, 49_999_999 % 251])
  })

  it('keeps its variables for itself', async () => {
    const other = await runtime.openSession({ target })
    await other.createVariables({ a: { shape: [3], type: 'int32', values: Int32Array.of(7, 8, 9) } })
    expect((await session.readVariables(['a']))['a']?.values).toEqual(Float32Array.of(1, 2))
    await other.close()
    expect((await session.readVariables(['a']))['a']?.values).toEqual(Float32Array.of(1, 2))
  })

  it('gives back every object, also where it was never used', async () => {
    const before = liveObjects()
    const other = await runtime.openSession({ target })
    await other.createVariables({ c: { shape: [1], type: 'float32', values: new Float32Array(1) } }, workerDevice(1))
    await other.close()
    await (await runtime.openSession({ target })).close()
    expect(liveObjects()).toBe(before)
  })

  it('ends a call at its time limit where a worker hangs, and goes on when it is back', async () => {
    const hasty = await runtime.openSession({ target, callTimeoutMs: 700 })
    await hasty.createVariables({ d: { shape: [1], type: 'float32', values: Float32Array.of(5) } }, workerDevice(1))
    servers[1]!.kill('SIGSTOP')
    await expect(hasty.readVariables(['d'])).rejects.toMatchObject({ code: 'worker-lost', facts: { status: 'DEADLINE_EXCEEDED', callTimeoutMs: 700 } })
    servers[1]!.kill('SIGCONT')
    await hasty.close()
    expect((await session.readVariables(['b']))['b']?.values).toEqual(Float32Array.of(13, 26))
  })

  it('fails at once where a worker dies, and names it', async () => {
    const step = session.compile({
      name: 'long',
      inputs: {},
      trace: ({ read }) =>
        onDevice(workerDevice(1), () => {
          // From a variable, or TensorFlow would compute it ahead, as a constant.
          let power = tf.add(tf.fill([1000, 1000], 1e-3), tf.sum(read('b')))
          for (let i = 0; i < 200; i++) power = tf.matMul(power, power)
          return { sum: tf.sum(power) }
        }),
    })
    const running = expect(step.run({})).rejects.toMatchObject({ code: 'worker-lost', facts: { status: 'UNAVAILABLE', worker: 1 } })
    setTimeout(() => servers[1]!.kill('SIGKILL'), 300)
    await running
    await expect(session.readVariables(['b'])).rejects.toMatchObject({ code: 'worker-lost', facts: { worker: 1 } })
  })
})
