import { describe, expect, it } from 'vitest'
import { LoupeError } from '../contract/errors.ts'
import type { EngineParts } from './parts.ts'
import { fakeStudyConfig } from './test/fake-study.ts'
import { fourRuns, holds, ids, queueWorkspace, tenSteps, until } from './test/queue-workspace.ts'

const { open } = queueWorkspace()
/** One GPU each of a name, and a CPU. */
const withGpus = (count: number) => (parts: EngineParts): Partial<EngineParts> => ({
  openRuntime: async () => ({
    ...(await parts.openRuntime()),
    devices: async () => [
      { name: '/device:CPU:0', kind: 'CPU', memoryBytes: 1e9, description: '' },
      ...Array.from({ length: count }, (_, index) => ({ name: `/device:GPU:${index}`, kind: 'GPU' as const, memoryBytes: 1e9, description: '' })),
    ],
  }),
})

describe('the order of the queue', () => {
  it('is that of asking, over runs and studies, one at a time on a CPU', async () => {
    const hold = holds(2)
    const { add, client, queue, seen, writer } = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    const first = await add(1)
    const { studyId } = await client.request('study.start', { config: fakeStudyConfig(fourRuns) })
    const last = await add(7)
    await until(() => hold.holding.length === 1)
    const { training, waiting } = await queue()
    expect(ids(training)).toEqual([first])
    expect(training[0]).toMatchObject({ kind: 'run', status: 'running', devices: ['/device:CPU:0'], model: 'mlp', batchSize: 8, method: null })
    expect(waiting).toMatchObject([{ id: studyId, kind: 'study', method: 'critical-batch-size', waitsFor: 'device', priority: 'normal' }, { id: last, waitsFor: 'device' }])
    hold.letGo(1, 7)
    await until(() => writer.run(last).status === 'finished')
    expect(seen.started.map(({ batchSize, seed }) => `${batchSize}/${seed}`)).toEqual(['8/1', '23/1', '22/1', '21/1', '20/1', '8/7'])
    expect(seen.runningMost).toBe(1)
    expect(await queue()).toMatchObject({ training: [], waiting: [], resumable: [] })
  })

  it('changes by moving and by priority, and by place among the same priority', async () => {
    const hold = holds(2)
    const { add, client, queue, seeds, writer } = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    const [, two, three, four, five] = [await add(1), await add(2), await add(3), await add(4), await add(5)]
    await until(() => hold.holding.length === 1)
    await client.request('queue.move', { id: five, before: three })
    expect(ids((await queue()).waiting)).toEqual([two, five, three, four])
    await client.request('queue.move', { id: two, after: 'run-4' })
    expect(ids((await queue()).waiting)).toEqual([five, three, four, two])
    await client.request('queue.setPriority', { id: four, priority: 'high' })
    await client.request('queue.setPriority', { id: five, priority: 'low' })
    expect(ids((await queue()).waiting)).toEqual([four, three, two, five])
    await client.request('queue.setPriority', { id: five, priority: 'normal' })
    expect(ids((await queue()).waiting)).toEqual([four, five, three, two])
    hold.letGo(1, 2, 3, 4, 5)
    await until(() => writer.run(two).status === 'finished')
    expect(seeds()).toEqual([1, 4, 5, 3, 2])
  })

  it('is not changed for what trains, has ended or belongs to a study', async () => {
    const hold = holds(2)
    const { add, client, writer } = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    const [one, two] = [await add(1), await add(2)]
    await until(() => hold.holding.length === 1)
    await expect(client.request('queue.move', { id: one, before: two })).rejects.toMatchObject({ code: 'conflict' })
    await expect(client.request('queue.move', { id: two, before: two })).rejects.toMatchObject({ code: 'invalid-input' })
    await expect(client.request('queue.move', { id: two })).rejects.toMatchObject({ code: 'invalid-input' })
    await expect(client.request('queue.setPriority', { id: 'run-99', priority: 'high' })).rejects.toMatchObject({ code: 'not-found' })
    hold.letGo(1, 2)
    await until(() => writer.run(two).status === 'finished')
    await expect(client.request('queue.hold', { id: two })).rejects.toMatchObject({ code: 'not-found' })
  })
})

describe('the queue', () => {
  it('starts nothing new while it is paused, and lets what trains go on', async () => {
    const hold = holds(2)
    const { add, client, queue, seeds, writer } = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    const [one, two] = [await add(1), await add(2)]
    await until(() => hold.holding.length === 1)
    await client.request('queue.pause', {})
    hold.letGo(1, 2)
    await until(() => writer.run(one).status === 'finished')
    expect((await queue()).waiting).toMatchObject([{ id: two, waitsFor: 'queue-paused' }])
    expect(seeds()).toEqual([1])
    await client.request('queue.resume', {})
    await until(() => writer.run(two).status === 'finished')
  })

  it('passes what is held, and takes it up again at its place', async () => {
    const hold = holds(2)
    const { add, client, queue, seeds, writer } = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    const [, two, three, four] = [await add(1), await add(2), await add(3), await add(4)]
    await until(() => hold.holding.length === 1)
    await client.request('queue.hold', { id: two })
    expect((await queue()).waiting[0]).toMatchObject({ id: two, isHeld: true, waitsFor: 'held' })
    hold.letGo(1)
    await until(() => hold.holding.length === 2)
    await client.request('queue.release', { id: two })
    hold.letGo(2, 3, 4)
    await until(() => writer.run(four).status === 'finished' && writer.run(three).status === 'finished')
    expect(seeds()).toEqual([1, 3, 2, 4])
  })

  it('lets the next start where one is paused, and resumes that at the place it had', async () => {
    const hold = holds(6)
    const { add, client, queue, seen, writer } = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    const [one, two, three] = [await add(1), await add(2), await add(3)]
    await until(() => hold.holding.length === 1)
    const paused = client.request('run.pause', { runId: one })
    hold.letGo(1)
    await paused
    await until(() => hold.holding.length === 2)
    expect((await queue()).resumable).toMatchObject([{ id: one, status: 'paused' }])
    await client.request('run.resume', { runId: one })
    expect(ids((await queue()).waiting)).toEqual([one, three])
    hold.letGo(2, 3)
    await until(() => writer.run(three).status === 'finished')
    expect(writer.run(two).status).toBe('finished')
    expect(seen.started.map(({ seed, fromStep }) => [seed, fromStep])).toEqual([[1, 0], [2, 0], [1, 6], [3, 0]])
  })

  it('is left by what is stopped before its turn', async () => {
    const hold = holds(2)
    const { add, client, queue, seeds, writer } = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    const [, two, three] = [await add(1), await add(2), await add(3)]
    await until(() => hold.holding.length === 1)
    await client.request('run.stop', { runId: two })
    expect(writer.run(two).status).toBe('stopped')
    expect(ids((await queue()).waiting)).toEqual([three])
    hold.letGo(1, 3)
    await until(() => writer.run(three).status === 'finished')
    expect(seeds()).toEqual([1, 3])
  })

  it('goes on after a run that fails, a study that fails and a preparation that fails', async () => {
    const failing = new LoupeError('not-finite', 'The loss became NaN.')
    let isGone = false
    const hold = holds(2)
    const { add, client, seeds, writer } = await open(
      { ...tenSteps, beforeStep: hold.beforeStep, failAt: ({ seed, batchSize }) => (seed === 2 || batchSize > 8 ? failing : null) },
      {
        change: (parts) => ({
          loadDataset: async (config) => {
            if (isGone && config.name === 'waves') throw new LoupeError('data-malformed', 'The file is not there any more.')
            return await parts.loadDataset(config)
          },
        }),
      },
    )
    const runs = [await add(1), await add(2), await add(3, { dataset: { name: 'waves' } })]
    const { studyId } = await client.request('study.start', { config: fakeStudyConfig(fourRuns) })
    const last = await add(5)
    await until(() => hold.holding.length === 1)
    isGone = true
    hold.letGo(1, 2, 3, 5)
    await until(() => writer.run(last).status === 'finished')
    expect(runs.map((id) => [writer.run(id).status, writer.run(id).error?.code])).toEqual([['finished', undefined], ['failed', 'not-finite'], ['failed', 'data-malformed']])
    expect(writer.study(studyId).status).toBe('failed')
    expect(seeds()).toEqual([1, 2, 1, 1, 1, 1, 5])
    expect(writer.queue()).toEqual([])
  })

  it('waits as a whole where TensorFlow cannot be opened, says why once, and goes on by itself', async () => {
    let isMissing = false
    const hold = holds(2)
    const { add, queue, events, writer } = await open(
      { ...tenSteps, beforeStep: hold.beforeStep },
      {
        change: (parts) => ({
          openRuntime: async () => ({
            ...(await parts.openRuntime()),
            devices: async () => {
              if (isMissing) throw new LoupeError('library-missing', 'TensorFlow is gone.')
              return await (await parts.openRuntime()).devices()
            },
          }),
        }),
      },
    )
    const [, two] = [await add(1), await add(2)]
    await until(() => hold.holding.length === 1)
    isMissing = true
    hold.letGo(1, 2)
    await until(async () => (await queue()).trouble?.code === 'library-missing')
    expect((await queue()).waiting).toMatchObject([{ id: two, status: 'queued', waitsFor: 'engine' }])
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(events.filter((event) => event.name === 'log.event' && event.payload.event.kind === 'queue.held')).toHaveLength(1)
    isMissing = false
    await until(() => writer.run(two).status === 'finished')
    expect((await queue()).trouble).toBeNull()
  })

  it('waits as a whole where the disk is full, and neither loses nor fails what waits', async () => {
    let isFull = false
    const hold = holds(2)
    const { add, queue, seeds, writer } = await open(
      { ...tenSteps, beforeStep: hold.beforeStep },
      {
        // As `checkDisk` says it, in the same preparation.
        change: (parts) => ({
          describeModel: async (model, dataset) => {
            if (isFull) throw new LoupeError('disk-full', 'The disk has no room.')
            return await parts.describeModel(model, dataset)
          },
        }),
      },
    )
    const [one, two] = [await add(1), await add(2)]
    await until(() => hold.holding.length === 1)
    isFull = true
    hold.letGo(1, 2)
    await until(async () => (await queue()).trouble?.code === 'disk-full')
    expect(writer.run(one).status).toBe('finished')
    expect((await queue()).waiting.find(({ id }) => id === two)).toMatchObject({ status: 'queued', waitsFor: 'disk' })
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(writer.run(two)).toMatchObject({ status: 'queued', error: null })
    isFull = false
    await until(() => writer.run(two).status === 'finished')
    expect(seeds().filter((seed) => seed === 2)).toEqual([2])
    expect((await queue()).trouble).toBeNull()
  })

  it('tells of its changes with how many train and wait', async () => {
    const hold = holds(2)
    const { add, events, writer } = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    const [, two] = [await add(1), await add(2)]
    await until(() => events.some((event) => event.name === 'queue.changed' && event.payload.training === 1 && event.payload.waiting === 1))
    hold.letGo(1, 2)
    await until(() => writer.run(two).status === 'finished')
    await until(() => {
      const last = events.findLast((event) => event.name === 'queue.changed')
      return last?.name === 'queue.changed' && last.payload.training === 0 && last.payload.waiting === 0
    })
  })

  it('says how far a run is, and when the next is expected to start', async () => {
    const hold = holds(5)
    const { add, queue } = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    await add(1, { maxExamples: 80 })
    await add(2)
    await add(3)
    await until(() => hold.holding.length === 1)
    const { training, waiting } = await queue()
    // The fake says 1000 examples a second at its first step of 8 examples, and is heard at most four times a second.
    expect(training[0]?.progress).toEqual({ share: 0.1, secondsLeft: 0.072, runsDone: null, runsPlanned: null })
    expect(waiting.map(({ startsInSeconds }) => startsInSeconds)).toEqual([0.072, null])
    hold.letGo(1, 2, 3)
  })
})

describe('as many at once as devices allow', () => {
  it('are as many as the settings say on a CPU', async () => {
    const hold = holds(2)
    const { add, client, seen, writer } = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    const [, , three] = [await add(1), await add(2), await add(3)]
    await until(() => hold.holding.length === 1)
    await client.request('queue.configure', { sideBySide: 2 })
    await until(() => hold.holding.length === 2)
    expect(writer.run(three).status).toBe('queued')
    hold.letGo(1, 2, 3)
    await until(() => writer.run(three).status === 'finished')
    expect(seen.runningMost).toBe(2)
  })

  it('are no more than the memory takes, and start when there is room', async () => {
    const hold = holds(2)
    // 800 MB of the fake CPU's 1 GB each.
    const { add, client, queue, seen, writer } = await open({ ...tenSteps, beforeStep: hold.beforeStep }, { change: () => ({ describeModel: async () => ({ parameters: 10, macsPerExample: 10, activationBytesPerExample: 1e8 }) }) })
    await client.request('queue.configure', { sideBySide: 3 })
    await client.request('queue.pause', {})
    const [, two, three] = [await add(1), await add(2), await add(3, { batchSize: 1 })]
    await client.request('queue.resume', {}) // all three may start at the same moment
    await until(() => hold.holding.length === 1)
    await until(async () => (await queue()).waiting[0]?.waitsFor === 'memory')
    expect((await queue()).waiting).toMatchObject([{ id: two, waitsFor: 'memory' }, { id: three, waitsFor: 'device' }])
    hold.letGo(1)
    await until(() => hold.holding.length === 3)
    hold.letGo(2, 3)
    await until(() => writer.run(two).status === 'finished' && writer.run(three).status === 'finished')
    expect(seen.runningMost).toBe(2) // the small one beside the second
  })

  it('are one a GPU, and beside them one on the CPU', async () => {
    const hold = holds(2)
    const { add, queue, seen, writer } = await open({ ...tenSteps, beforeStep: hold.beforeStep }, { change: withGpus(2) })
    const runs = [await add(1), await add(2), await add(3), await add(4, { compute: { device: 'cpu' } })]
    await until(() => hold.holding.length === 3)
    const { training, waiting } = await queue()
    expect(training.map(({ id, devices }) => [id, devices])).toEqual([
      [runs[0], ['/device:GPU:0']],
      [runs[1], ['/device:GPU:1']],
      [runs[3], ['/device:CPU:0']],
    ])
    expect(ids(waiting)).toEqual([runs[2]])
    hold.letGo(1, 2, 3, 4)
    await until(() => runs.every((id) => writer.run(id).status === 'finished'))
    expect(seen.runningMost).toBe(3)
  })

  it('are fewer where a study takes every GPU that is free', async () => {
    const gate = Promise.withResolvers<void>()
    let holding = 0
    const { add, client, queue, writer } = await open({ ...tenSteps, beforeStep: (_, step) => (step === 2 ? (holding++, gate.promise) : undefined) }, { change: withGpus(3) })
    const one = await add(9)
    await until(() => holding === 1)
    const { studyId } = await client.request('study.start', { config: fakeStudyConfig({ ...fourRuns, parallelRuns: 0 }) })
    await until(() => holding === 3)
    const { training } = await queue()
    expect(training.find(({ id }) => id === studyId)?.devices).toEqual(['/device:GPU:1', '/device:GPU:2'])
    gate.resolve()
    await until(() => writer.study(studyId).status === 'finished' && writer.run(one).status === 'finished')
  })
})
