import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { LoupeError } from '../contract/errors.ts'
import { createClient } from '../contract/rpc.ts'
import { fakeParts } from './test/fake-parts.ts'
import type { FakeLog, FakeTraining } from './test/fake-parts.ts'
import { openWorkbench } from './workbench.ts'
import type { Workbench } from './workbench.ts'

const config = { dataset: { name: 'digits' as const }, batchSize: 8, exchange: { workers: 3, compressor: { kind: 'top-k' as const, ratio: 0.5 }, hosts: ['10.0.0.1:7171', '10.0.0.2:7171', '10.0.0.3:7171'] } }
const gone = () => new LoupeError('worker-lost', 'Worker 1 at 10.0.0.2:7171 is gone: its heart stopped.', { worker: 1, host: '10.0.0.2:7171', reason: 'its heart stopped' })

let workspace: string
let workbench: Workbench | null
beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'loupe-workers-'))
})
afterEach(async () => {
  await workbench?.close()
  await rm(workspace, { recursive: true, force: true })
})

async function start(training: Omit<FakeTraining, 'stepsOf'>) {
  const { parts, seen } = fakeParts({ stepsOf: () => 10, ...training })
  workbench = await openWorkbench({ workspace, parts })
  const { writer } = workbench
  const client = createClient(workbench)
  const { runId } = await client.request('run.start', { config })
  const until = (status: string) => vi.waitFor(() => expect(writer.run(runId).status).toBe(status), { timeout: 10_000, interval: 5 })
  const events = () => writer.events({ runId, studyId: null, limit: 100, offset: 0 }).toSorted((a, b) => a.id - b.id).map(({ kind, facts }) => ({ kind, facts })).filter(({ kind }) => kind.startsWith('worker.'))
  return { client, runId, writer, until, events, seen }
}

/** Fails once, in the step after the sixth. */
function losesOnce(): Pick<FakeTraining, 'failAt'> {
  let isLost = false
  return {
    failAt(_, step) {
      if (step !== 6 || isLost) return null
      isLost = true
      return gone()
    },
  }
}

const froms = (seen: FakeLog) => seen.started.map(({ fromStep }) => fromStep)

it('a run that loses a worker goes on from its last checkpoint once the worker is back, with each step logged once', async () => {
  const { runId, until, events, writer, seen } = await start(losesOnce())
  await until('finished')
  expect(froms(seen)).toEqual([0, 4])
  expect(events()).toMatchObject([
    { kind: 'worker.lost', facts: { worker: 1, host: '10.0.0.2:7171' } },
    { kind: 'worker.returned', facts: { worker: 1, workers: 3, wanted: 3 } },
  ])
  const { step } = writer.series({ runIds: [runId], keys: ['train/batch-loss'], maxPoints: 100, from: null, to: null })[0] ?? { step: [] }
  expect(step).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
})

it('a run that may do without a worker says how many are left', async () => {
  const { until, events } = await start({ ...losesOnce(), workersAt: (step) => (step === 0 ? 3 : 2) })
  await until('finished')
  expect(events()).toMatchObject([{ kind: 'worker.lost' }, { kind: 'worker.left-out', facts: { workers: 2, wanted: 3 } }])
})

it('a run whose worker stays away pauses with the reason, and resumes from its last checkpoint when asked to', async () => {
  let isBack = false
  const { client, runId, until, writer, events, seen } = await start({ ...losesOnce(), missingAt: (step) => (step === 4 && !isBack ? gone() : null) })
  await until('paused')
  expect(writer.run(runId)).toMatchObject({ status: 'paused', error: { code: 'worker-lost', facts: { worker: 1 } } })
  expect(events().map(({ kind }) => kind)).toEqual(['worker.lost', 'worker.lost'])
  isBack = true
  await client.request('run.resume', { runId })
  await until('finished')
  expect(froms(seen)).toEqual([0, 4, 4])
  expect(writer.run(runId).error).toBeNull()
})

it('a run whose workers are not there at first pauses before its first step', async () => {
  const { runId, until, writer } = await start({ missingAt: gone })
  await until('paused')
  expect(writer.run(runId)).toMatchObject({ steps: 0, error: { code: 'worker-lost' } })
})

it('a run that loses a worker again before its next checkpoint pauses, and does not try for ever', async () => {
  let losses = 0
  const { runId, until, writer, seen } = await start({ failAt: (_, step) => (step === 6 && ++losses < 50 ? gone() : null) })
  await until('paused')
  expect(froms(seen)).toEqual([0, 4])
  expect(writer.run(runId)).toMatchObject({ steps: 4, error: { code: 'worker-lost' } })
})
