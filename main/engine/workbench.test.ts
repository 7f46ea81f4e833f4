import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LoupeError } from '../contract/errors.ts'
import type { AnyEvent } from '../contract/events.ts'
import { createClient } from '../contract/rpc.ts'
import { openLogReader, openLogWriter } from '../log/open.ts'
import type { LogWriter } from '../log/log.ts'
import { fakeParts } from './test/fake-parts.ts'
import type { FakeTraining } from './test/fake-parts.ts'
import { fakeStudy, fakeStudyConfig, sweepOf } from './test/fake-study.ts'
import { openWorkbench } from './workbench.ts'
import type { Workbench } from './workbench.ts'

let workspace: string
let opened: Workbench[] = []

beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'loupe-engine-'))
  opened = []
})
afterEach(async () => {
  for (const workbench of opened) await workbench.close()
  await rm(workspace, { recursive: true, force: true })
})

async function open(training: FakeTraining, writer?: LogWriter) {
  const { parts, seen } = fakeParts(training)
  const workbench = await openWorkbench({ workspace, parts, studyOf: () => fakeStudy, ...(writer === undefined ? {} : { writer }) })
  opened.push(workbench)
  const events: AnyEvent[] = []
  workbench.onEvent((event) => events.push(event))
  return { workbench, client: createClient(workbench), seen, events, writer: workbench.writer }
}

async function until(check: () => boolean): Promise<void> {
  await vi.waitFor(() => expect(check()).toBe(true), { timeout: 10_000, interval: 5 })
}

/** Holds every run at a step until it is let go. */
function holdAt(step: number) {
  const gate = Promise.withResolvers<void>()
  const hold = {
    holding: 0,
    beforeStep(_: unknown, at: number) {
      if (at !== step) return
      hold.holding++
      return gate.promise
    },
    letGo: () => gate.resolve(),
  }
  return hold
}

const tenSteps: FakeTraining = { stepsOf: () => 10 }

describe('a study', () => {
  it('trains the planned runs in their order, one after the other on one lane', async () => {
    const { client, seen, writer } = await open(tenSteps)
    const { studyId } = await client.request('study.start', { config: fakeStudyConfig() })
    await until(() => writer.study(studyId).status === 'finished')
    expect(seen.started.map((run) => run.batchSize)).toEqual([8, 4, 2, 1])
    expect(writer.runsOf(studyId).map((run) => [run.config.batchSize, run.status, run.steps, run.censored])).toEqual([
      [8, 'finished', 10, false],
      [4, 'finished', 10, false],
      [2, 'finished', 10, false],
      [1, 'finished', 10, false],
    ])
    expect(seen).toMatchObject({ lanesMade: 1, lanesClosed: 1, datasetsLoaded: 1, runningMost: 1 })
  })

  it('trains as many runs side by side as it has lanes, and reads the data once', async () => {
    const hold = holdAt(3)
    const { client, seen, writer } = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    const { studyId } = await client.request('study.start', { config: fakeStudyConfig({ parallelRuns: 3 }) })
    await until(() => hold.holding === 3)
    hold.letGo()
    await until(() => writer.study(studyId).status === 'finished')
    expect(seen).toMatchObject({ lanesMade: 3, lanesClosed: 3, datasetsLoaded: 1, runningMost: 3 })
  })

  it('asks for a new plan whenever a run ends', async () => {
    const { client, seen, writer } = await open(tenSteps)
    const { studyId } = await client.request('study.start', { config: fakeStudyConfig({ maxSeeds: 2 }) })
    await until(() => writer.study(studyId).status === 'finished')
    expect(seen.started.map((run) => `${run.batchSize}/${run.seed}`)).toEqual(['8/1', '4/1', '2/1', '1/1', '8/2', '4/2', '2/2', '1/2'])
  })

  it('records on each run what it ran on', async () => {
    const { client, writer } = await open(tenSteps)
    const { studyId } = await client.request('study.start', { config: fakeStudyConfig() })
    await until(() => writer.study(studyId).status === 'finished')
    expect(writer.runsOf(studyId)[0]?.environment).toMatchObject({ loupe: '0.1.0', tensorflow: '0.0.0', node: process.version, device: '/device:CPU:0', threads: 1, jit: false })
  })

  it('loses one run to an error and goes on with the others', async () => {
    const notFinite = new LoupeError('not-finite', 'The loss became NaN at step 3.', { step: 3 })
    const { client, writer, seen } = await open({ ...tenSteps, failAt: (config, step) => (config.batchSize === 4 && step === 3 ? notFinite : null) })
    const { studyId } = await client.request('study.start', { config: fakeStudyConfig() })
    await until(() => writer.study(studyId).status === 'finished')
    expect(writer.runsOf(studyId).map((run) => run.status)).toEqual(['finished', 'failed', 'finished', 'finished'])
    expect(writer.runsOf(studyId)[1]?.error).toMatchObject({ code: 'not-finite', facts: { step: 3 } })
    expect(seen.lanesMade).toBe(2) // the lane of the failed run is not used again
  })

  it('fails, with the first error, when no run worked', async () => {
    const { client, writer } = await open({ ...tenSteps, failAt: () => new LoupeError('out-of-memory', 'The device has no room.') })
    const { studyId } = await client.request('study.start', { config: fakeStudyConfig() })
    await until(() => writer.study(studyId).status === 'failed')
    expect(writer.study(studyId).error?.code).toBe('out-of-memory')
  })

  it('pauses with its runs saved, and resumes each from there', async () => {
    const hold = holdAt(6)
    const { client, writer, seen } = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    const { studyId } = await client.request('study.start', { config: fakeStudyConfig({ parallelRuns: 2 }) })
    await until(() => hold.holding === 2)
    const paused = client.request('study.pause', { studyId })
    hold.letGo()
    await paused
    expect(writer.study(studyId).status).toBe('paused')
    const statuses = writer.runsOf(studyId).map((run) => [run.status, run.steps])
    expect(statuses).toEqual([['paused', 6], ['paused', 6], ['queued', 0], ['queued', 0]])

    await client.request('study.resume', { studyId })
    await until(() => writer.study(studyId).status === 'finished')
    expect(seen.started.slice(2).map((run) => [run.batchSize, run.fromStep])).toEqual([[8, 6], [4, 6], [2, 0], [1, 0]])
  })

  it('logs each step once however often it was paused', async () => {
    const hold = holdAt(6)
    const { client, writer } = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    const { studyId } = await client.request('study.start', { config: fakeStudyConfig() })
    await until(() => hold.holding === 1)
    const paused = client.request('study.pause', { studyId })
    hold.letGo()
    await paused
    await client.request('study.resume', { studyId })
    await until(() => writer.study(studyId).status === 'finished')
    const run = writer.runsOf(studyId)[0]
    const series = writer.series({ runIds: [run?.id ?? ''], keys: ['train/batch-loss'], maxPoints: 1000, from: null, to: null })
    expect(series[0]?.step).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('stops for good: what has not ended is stopped', async () => {
    const hold = holdAt(2)
    const { client, writer } = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    const { studyId } = await client.request('study.start', { config: fakeStudyConfig() })
    await until(() => hold.holding === 1)
    const stopped = client.request('study.stop', { studyId })
    hold.letGo()
    await stopped
    expect(writer.study(studyId).status).toBe('stopped')
    expect(writer.runsOf(studyId).map((run) => run.status)).toEqual(['stopped', 'stopped', 'stopped', 'stopped'])
    await expect(client.request('study.stop', { studyId })).rejects.toMatchObject({ code: 'conflict' })
  })

  it('ends one batch size alone, and keeps it ended over a resume', async () => {
    const hold = holdAt(2)
    const { client, writer } = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    const { studyId } = await client.request('study.start', { config: fakeStudyConfig() })
    await until(() => hold.holding === 1)
    await client.request('study.stopPoint', { studyId, batchSize: 8 })
    await client.request('study.stopPoint', { studyId, batchSize: 2 })
    hold.letGo()
    await until(() => writer.study(studyId).status === 'finished')
    const statuses = () => Object.fromEntries(writer.runsOf(studyId).map((run) => [run.config.batchSize, run.status]))
    expect(statuses()).toEqual({ 8: 'stopped', 4: 'finished', 2: 'stopped', 1: 'finished' })
    await client.request('study.resume', { studyId })
    await until(() => writer.study(studyId).status === 'finished')
    expect(statuses()).toEqual({ 8: 'stopped', 4: 'finished', 2: 'stopped', 1: 'finished' })
    await expect(client.request('study.stopPoint', { studyId, batchSize: 3 })).rejects.toMatchObject({ code: 'not-found' })
  })

  it('is extended by a batch size after it has finished', async () => {
    const { client, writer, seen } = await open(tenSteps)
    const { studyId } = await client.request('study.start', { config: fakeStudyConfig() })
    await until(() => writer.study(studyId).status === 'finished')
    await client.request('study.extend', { studyId, batchSizes: [16] })
    await until(() => writer.study(studyId).status === 'finished')
    expect(seen.started.map((run) => run.batchSize)).toEqual([8, 4, 2, 1, 16])
    expect(sweepOf(writer.study(studyId).config).batchSizes).toEqual([1, 2, 4, 8, 16])
    await expect(client.request('study.extend', { studyId, batchSizes: [101] })).rejects.toMatchObject({ code: 'invalid-input' })
  })

  it('is extended while it comes to its end, and goes on', async () => {
    const { workbench, client, writer, seen } = await open(tenSteps)
    const extended = Promise.withResolvers<void>()
    const { studyId } = await client.request('study.start', { config: fakeStudyConfig() })
    workbench.onEvent((event) => {
      // Its record says that it has finished; its lanes are still open.
      if (event.name === 'study.changed' && event.payload.status === 'finished' && seen.lanesClosed === 0) client.request('study.extend', { studyId, batchSizes: [16] }).then(() => extended.resolve(), extended.reject)
    })
    await extended.promise
    await until(() => writer.study(studyId).status === 'finished')
    expect(seen.started.map((run) => run.batchSize)).toEqual([8, 4, 2, 1, 16])
  })

  it('that two windows resume at once is queued once', async () => {
    const hold = holdAt(6)
    const { client, writer, seen } = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    const { studyId } = await client.request('study.start', { config: fakeStudyConfig() })
    await until(() => hold.holding === 1)
    const paused = client.request('study.pause', { studyId })
    hold.letGo()
    await paused
    const answers = await Promise.allSettled([client.request('study.resume', { studyId }), client.request('study.resume', { studyId })])
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    await until(() => writer.study(studyId).status === 'finished')
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(writer.events({ limit: 1000, offset: 0, studyId, runId: null }).filter((event) => event.kind === 'study.finished')).toHaveLength(1)
    expect(seen.started).toHaveLength(5)
  })

  it('is known by its id without the zeros, too', async () => {
    const hold = holdAt(6)
    const { client, writer } = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    const { studyId } = await client.request('study.start', { config: fakeStudyConfig() })
    await until(() => hold.holding === 1)
    const paused = client.request('study.pause', { studyId: 'study-1' })
    hold.letGo()
    await paused
    expect(writer.runsOf(studyId)[0]?.status).toBe('paused')
    await client.request('study.stop', { studyId })
  })

  it('waits for the study before it', async () => {
    const hold = holdAt(2)
    const { client, writer, seen } = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    const first = (await client.request('study.start', { config: fakeStudyConfig() })).studyId
    const second = (await client.request('study.start', { config: fakeStudyConfig() })).studyId
    await until(() => hold.holding === 1)
    expect([writer.study(first).status, writer.study(second).status]).toEqual(['running', 'queued'])
    hold.letGo()
    await until(() => writer.study(second).status === 'finished')
    expect(seen.runningMost).toBe(1)
  })

  it('pauses when it has used its hours, and gets as many again when it is resumed', async () => {
    // The fake's steps take 1 ms each: the third run is at 9 of its 10 when 25 ms are over, and all four take 40.
    const hold = holdAt(9)
    const { client, writer } = await open({ ...tenSteps, beforeStep: (config, step) => (config.batchSize === 2 ? hold.beforeStep(config, step) : undefined) })
    const { studyId } = await client.request('study.start', { config: fakeStudyConfig({ budgetHours: 25 / 3_600_000 }) })
    await until(() => hold.holding === 1)
    await until(() => writer.runsOf(studyId).some((run) => run.config.batchSize === 2 && run.wallMs === 9))
    await until(() => writer.events({ limit: 100, offset: 0, studyId, runId: null }).some((event) => event.kind === 'budget.reached'))
    hold.letGo()
    await until(() => writer.study(studyId).status === 'paused')
    expect(writer.events({ limit: 100, offset: 0, studyId, runId: null }).filter((event) => event.kind === 'budget.reached')).toHaveLength(1)
    await client.request('study.resume', { studyId })
    await until(() => writer.study(studyId).status === 'finished')
  })

  it('is refused before it is logged where it cannot work', async () => {
    const { client, writer } = await open(tenSteps)
    await expect(client.request('study.start', { config: fakeStudyConfig({ batchSizes: [1, 2, 4, 101] }) })).rejects.toMatchObject({ code: 'invalid-input', facts: { batchSize: 101 } })
    expect(writer.studies({ limit: 10, offset: 0 }).total).toBe(0)
  })

  it('tells its progress at most twice a second, and a run’s at most four times', async () => {
    const { client, writer, events } = await open({ stepsOf: () => 30, beforeStep: () => new Promise((resolve) => setTimeout(resolve, 20)) })
    const began = performance.now()
    const { studyId } = await client.request('study.start', { config: fakeStudyConfig() })
    await until(() => writer.study(studyId).status === 'finished')
    const seconds = (performance.now() - began) / 1000
    const of = (name: AnyEvent['name']) => events.filter((event) => event.name === name)
    expect(of('run.progressed').length).toBeLessThanOrEqual(Math.ceil(seconds * 4) + 4 * 2) // and the first and last of each run
    expect(of('study.changed').length).toBeLessThanOrEqual(Math.ceil(seconds * 2) + 3)
    expect(of('study.changed').at(-1)?.payload).toMatchObject({ status: 'finished', progress: { runsDone: 4, runsPlanned: 4 } })
    expect(of('metrics.appended').length).toBeGreaterThanOrEqual(4)
  })

  it('is forecast from measured steps and the method’s plan', async () => {
    const { client } = await open(tenSteps)
    const estimate = await client.request('study.estimate', { config: fakeStudyConfig() })
    expect(estimate.stepMs).toEqual([{ batchSize: 1, ms: 0.1 }, { batchSize: 2, ms: 0.2 }, { batchSize: 4, ms: 0.4 }, { batchSize: 8, ms: 0.8 }])
    // Each run takes 100 examples at 0.1 ms an example.
    expect(estimate).toMatchObject({ examples: 400, runs: 4, parameters: 10 })
    expect(estimate.seconds).toBeCloseTo(0.04, 10)
  })
})

describe('an engine that ends', () => {
  it('saves what runs, and the next one goes on from there', async () => {
    const hold = holdAt(7)
    const first = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    const { studyId } = await first.client.request('study.start', { config: fakeStudyConfig({ parallelRuns: 2 }) })
    await until(() => hold.holding === 2)
    const closed = first.workbench.close()
    hold.letGo()
    await closed
    const second = await open(tenSteps)
    expect(second.writer.study(studyId).status).toBe('interrupted')
    expect(second.writer.runsOf(studyId).map((run) => run.status)).toEqual(['interrupted', 'interrupted', 'queued', 'queued'])
    await second.client.request('study.resume', { studyId })
    await until(() => second.writer.study(studyId).status === 'finished')
    expect(second.seen.started.map((run) => [run.batchSize, run.fromStep])).toEqual([[8, 7], [4, 7], [2, 0], [1, 0]])
  })

  it('refuses a second engine on the same workspace', async () => {
    await open(tenSteps)
    await expect(open(tenSteps)).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('a log without room', () => {
  it('holds the runs, says so once, and loses nothing', async () => {
    const real = openLogWriter({ workspace, owner: 'test' })
    let isFull = false
    const full = () => new LoupeError('disk-full', 'The disk is full.', {})
    const guarded: ReadonlySet<string | symbol> = new Set(['flush', 'updateRun', 'updateStudy', 'saveCheckpoint', 'createRun', 'appendEvent'])
    const writer = new Proxy(real, {
      get(target, name) {
        if (name === 'health') return isFull ? { code: 'disk-full', message: 'The disk is full.', facts: {} } : target.health
        const value: unknown = Reflect.get(target, name)
        if (typeof value !== 'function') return value
        return (...args: unknown[]) => {
          if (isFull && guarded.has(name)) throw full()
          return Reflect.apply(value, target, args) as unknown
        }
      },
    })
    const hold = holdAt(5)
    const { client, seen, events } = await open({ ...tenSteps, beforeStep: hold.beforeStep }, writer)
    const { studyId } = await client.request('study.start', { config: fakeStudyConfig() })
    await until(() => hold.holding === 1)
    isFull = true
    await until(() => events.some((event) => event.name === 'log.event' && event.payload.event.kind === 'log.unwritable'))
    hold.letGo()
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(seen.started).toHaveLength(1) // it stands still
    isFull = false
    await until(() => real.study(studyId).status === 'finished')
    expect(events.filter((event) => event.name === 'log.event' && event.payload.event.kind === 'log.unwritable')).toHaveLength(1)
    expect(events.some((event) => event.name === 'log.event' && event.payload.event.kind === 'log.recovered')).toBe(true)
    for (const run of real.runsOf(studyId)) {
      const [series] = real.series({ runIds: [run.id], keys: ['train/batch-loss'], maxPoints: 1000, from: null, to: null })
      expect(series?.step).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    }
  })
})

describe('single runs', () => {
  const config = { dataset: { name: 'digits' as const }, batchSize: 8 }

  it('train one at a time, beside a study where two may', async () => {
    const hold = holdAt(2)
    const { client, writer, seen } = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    await client.request('queue.configure', { sideBySide: 2 })
    const { studyId } = await client.request('study.start', { config: fakeStudyConfig() })
    const first = (await client.request('run.start', { config })).runId
    const second = (await client.request('run.start', { config })).runId
    await until(() => hold.holding === 2)
    expect([writer.run(first).status, writer.run(second).status]).toEqual(['running', 'queued'])
    hold.letGo()
    await until(() => writer.run(second).status === 'finished' && writer.study(studyId).status === 'finished')
    expect(seen.runningMost).toBe(2)
  })

  it('pause, resume and stop', async () => {
    const hold = holdAt(5)
    const { client, writer, seen } = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    const { runId } = await client.request('run.start', { config })
    await until(() => hold.holding === 1)
    const paused = client.request('run.pause', { runId })
    hold.letGo()
    await paused
    expect(writer.run(runId)).toMatchObject({ status: 'paused', steps: 5 })
    await client.request('run.resume', { runId })
    await until(() => writer.run(runId).status === 'finished')
    expect(seen.started.map((run) => run.fromStep)).toEqual([0, 5])
    await expect(client.request('run.stop', { runId })).rejects.toMatchObject({ code: 'conflict' })
    await expect(client.request('run.pause', { runId: 'nobody' })).rejects.toMatchObject({ code: 'not-found' })
  })

  it('are refused where the batch is larger than the data', async () => {
    const { client } = await open(tenSteps)
    await expect(client.request('run.start', { config: { ...config, batchSize: 101 } })).rejects.toMatchObject({ code: 'invalid-input' })
  })

  it('can be read by another process while they train', async () => {
    const { client, writer } = await open(tenSteps)
    const { runId } = await client.request('run.start', { config })
    await until(() => writer.run(runId).status === 'finished')
    const reader = openLogReader({ workspace })
    expect(reader.run(runId)).toMatchObject({ status: 'finished', steps: 10, examples: 80 })
    reader.close()
  })
})
