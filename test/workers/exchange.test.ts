import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { spawnWorker } from '../../main/cluster/test/spawn-worker.ts'
import type { SpawnedWorker } from '../../main/cluster/test/spawn-worker.ts'
import { createClient } from '../../main/contract/rpc.ts'
import { realParts } from '../../main/engine/real-parts.ts'
import { openWorkbench } from '../../main/engine/workbench.ts'
import type { Workbench } from '../../main/engine/workbench.ts'

let workspace: string
let workbench: Workbench
let workers: SpawnedWorker[]

beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'loupe-workers-'))
  workers = [await spawnWorker(['--threads', '1']), await spawnWorker(['--threads', '1'])]
  workbench = await openWorkbench({ workspace, parts: realParts })
})
afterEach(async () => {
  await workbench.close()
  for (const { signal } of workers) signal('SIGTERM')
  await Promise.all(workers.map(({ exited }) => exited))
  await rm(workspace, { recursive: true, force: true })
})

const hosts = () => workers.map(({ address }) => address)
const configOf = (exchange: object, maxExamples: number) => ({
  dataset: { name: 'digits' as const },
  model: { kind: 'mlp' as const, hidden: [32] },
  optimizer: { kind: 'momentum' as const, learningRate: 0.05 },
  batchSize: 32,
  seed: 3,
  maxExamples,
  checkpointEveryExamples: 640,
  exchange: { workers: 2, compressor: { kind: 'fitted' as const, distribution: 'laplace' as const, ratio: 0.05 }, minTensor: 100, ...exchange },
})
const until = (check: () => boolean) => vi.waitFor(() => expect(check()).toBe(true), { timeout: 60_000, interval: 20 })

async function train(config: object): Promise<string> {
  const client = createClient(workbench)
  const { runId } = await client.request('run.start', { config: config as never }) // parsed by the workbench
  return runId
}
const lossesOf = (runId: string) => workbench.writer.series({ runIds: [runId], keys: ['train/batch-loss'], maxPoints: 2000, from: null, to: null })[0] ?? { step: [], last: [] }
const bytesOf = (runId: string) => workbench.writer.series({ runIds: [runId], keys: ['exchange/bytes-up'], maxPoints: 2000, from: null, to: null })[0]?.last.map((bytes) => bytes > 0)
const kindsOf = (runId: string) =>
  workbench.writer
    .events({ runId, studyId: null, limit: 100, offset: 0 })
    .toSorted((a, b) => a.id - b.id)
    .map(({ kind }) => kind)
    .filter((kind) => kind.startsWith('worker.'))

it.each([
  ['gradients', {}],
  ['weight deltas', { target: 'weight-delta', localSteps: 3 }],
])('workers in processes of their own train as replicas on this machine do, exchanging %s', async (_, exchange) => {
  const [near, far] = [await train(configOf(exchange, 1280)), await train(configOf({ ...exchange, hosts: hosts() }, 1280))]
  await until(() => ['finished', 'failed'].includes(workbench.writer.run(near).status) && ['finished', 'failed'].includes(workbench.writer.run(far).status))
  expect(workbench.writer.run(far)).toMatchObject({ status: 'finished', error: null, steps: 40 })
  const [here, there] = [lossesOf(near), lossesOf(far)]
  expect(there.step).toEqual(here.step)
  expect(bytesOf(far)).toEqual(bytesOf(near))
  here.last.forEach((loss, i) => expect(there.last[i]).toBeCloseTo(loss, 4))
}, 120_000)

it.each([
  ['gradients', {}],
  ['weight deltas, from between two exchanges', { target: 'weight-delta', localSteps: 7 }],
])('a worker that is killed is waited for, and the run goes on from its checkpoint with nothing logged lost or twice: %s', async (_, exchange) => {
  const runId = await train(configOf({ ...exchange, hosts: hosts(), waitSeconds: 30 }, 20_000))
  await until(() => workbench.writer.run(runId).steps >= 60)
  const [, second] = workers
  const port = Number(second?.address.split(':').at(-1))
  second?.signal('SIGKILL')
  await second?.exited
  await until(() => kindsOf(runId).includes('worker.lost'))
  expect(workbench.writer.run(runId).status).toBe('running')
  workers[1] = await spawnWorker(['--threads', '1'], { port })
  await until(() => ['finished', 'failed', 'paused'].includes(workbench.writer.run(runId).status))
  expect(workbench.writer.run(runId)).toMatchObject({ status: 'finished', steps: 625 })
  expect(kindsOf(runId)).toEqual(['worker.lost', 'worker.returned'])
  expect(lossesOf(runId).step).toEqual(Array.from({ length: 625 }, (_, i) => i + 1))
}, 120_000)

it.each([
  ['gradients', {}],
  ['weight deltas', { target: 'weight-delta', localSteps: 7 }],
])('a run that may do without a lost worker goes on with the others, exchanging %s', async (_, exchange) => {
  const runId = await train(configOf({ ...exchange, hosts: hosts(), waitSeconds: 30, whenWorkerLost: 'go-on' }, 20_000))
  await until(() => workbench.writer.run(runId).steps >= 60)
  const lost = workers.pop()
  lost?.signal('SIGKILL')
  await lost?.exited
  await until(() => ['finished', 'failed', 'paused'].includes(workbench.writer.run(runId).status))
  expect(workbench.writer.run(runId)).toMatchObject({ status: 'finished', steps: 625 })
  expect(kindsOf(runId)).toEqual(['worker.lost', 'worker.left-out'])
}, 120_000)

it('a port on which nobody listens pauses the run with a clear reason', async () => {
  const runId = await train(configOf({ hosts: [hosts()[0] ?? '', '127.0.0.1:9'], waitSeconds: 0.5 }, 1280))
  await until(() => workbench.writer.run(runId).status === 'paused')
  const { error } = workbench.writer.run(runId)
  expect(error).toMatchObject({ code: 'worker-lost', facts: { host: '127.0.0.1:9', worker: 1 } })
  expect(error?.message).toContain('127.0.0.1:9')
}, 60_000)
