import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { describe, expect, it } from 'vitest'
import { LoupeError } from '../contract/errors.ts'
import { fakeDataset } from './test/fake-parts.ts'
import { fakeStudyConfig } from './test/fake-study.ts'
import { fourRuns, holds, queueWorkspace, tenSteps, until } from './test/queue-workspace.ts'

const { open, folder } = queueWorkspace()

describe('over the end of a process', () => {
  it('keeps what waits, in its order, with priorities and holds; it goes on at the next opening, and what trained is offered', async () => {
    const hold = holds(6)
    const first = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    const [one, two, three, four] = [await first.add(1), await first.add(2), await first.add(3), await first.add(4)]
    const { studyId } = await first.client.request('study.start', { config: fakeStudyConfig(fourRuns) })
    await until(() => hold.holding.length === 1)
    await first.client.request('queue.move', { id: four, before: two })
    await first.client.request('queue.setPriority', { id: studyId, priority: 'high' })
    await first.client.request('queue.hold', { id: three })
    const closed = first.workbench.close()
    hold.letGo(1)
    await closed

    const second = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    expect(second.writer.queue().map(({ id, status, priority, isHeld }) => [id, status, priority, isHeld])).toEqual([
      [studyId, 'queued', 'high', false],
      [one, 'interrupted', 'normal', false],
      [four, 'queued', 'normal', false],
      [two, 'queued', 'normal', false],
      [three, 'queued', 'normal', true],
    ])
    hold.letGo(2, 4)
    await until(() => second.writer.run(two).status === 'finished')
    expect(second.seeds()).toEqual([1, 1, 1, 1, 4, 2])
    expect(second.writer.run(one).status).toBe('interrupted')
    expect(await second.client.request('queue.resumeInterrupted', {})).toEqual({ resumed: [one], refused: [] })
    await until(() => second.writer.run(one).status === 'finished')
    expect(second.seen.started.at(-1)).toMatchObject({ seed: 1, fromStep: 6 })
    expect(second.writer.run(three).status).toBe('queued')
  })

  it('opens paused where the settings say so, and stays paused where it was', async () => {
    const hold = holds(2)
    const first = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    const [, two] = [await first.add(1), await first.add(2)]
    await until(() => hold.holding.length === 1)
    await first.client.request('queue.configure', { startsOnOpening: false })
    const closed = first.workbench.close()
    hold.letGo(1, 2)
    await closed
    const second = await open(tenSteps)
    expect(await second.queue()).toMatchObject({ waiting: [{ id: two, waitsFor: 'queue-paused' }], settings: { isPaused: true, startsOnOpening: false } })
    await second.client.request('queue.configure', { startsOnOpening: true })
    await second.workbench.close()
    const third = await open(tenSteps)
    expect((await third.queue()).settings).toMatchObject({ isPaused: true, startsOnOpening: true })
    await third.client.request('queue.resume', {})
    await until(() => third.writer.run(two).status === 'finished')
  })

  it('is the same after the process was killed: nothing that waited is lost, and what trained is offered from its checkpoint', async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'test', 'queue-child.ts'), folder()], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [said] = (await once(createInterface({ input: child.stdout }), 'line')) as [string] // what the child writes
    const [one = '', two = '', three = '', study = ''] = JSON.parse(said) as readonly string[]
    child.kill('SIGKILL')
    await once(child, 'exit')

    const { client, writer, seen, queue } = await open(tenSteps)
    await until(() => writer.study(study).status === 'finished')
    expect(seen.started.map(({ batchSize, seed }) => `${batchSize}/${seed}`)).toEqual(['8/2', '8/1', '4/1', '2/1', '1/1'])
    expect(writer.run(two).status).toBe('finished')
    expect(await queue()).toMatchObject({ training: [], waiting: [{ id: three, priority: 'low', isHeld: true, waitsFor: 'held' }], resumable: [{ id: one, status: 'interrupted' }] })
    await client.request('queue.resumeInterrupted', {})
    await until(() => writer.run(one).status === 'finished')
    expect(seen.started.at(-1)).toMatchObject({ seed: 1, fromStep: expect.any(Number) })
    expect(seen.started.at(-1)?.fromStep).toBeGreaterThanOrEqual(4)
  })

  it('leaves the queue alone where one run is trained by itself, whatever is paused', async () => {
    const hold = holds(2)
    const window = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    const [one, two] = [await window.add(1), await window.add(2)]
    await until(() => hold.holding.length === 1)
    await window.client.request('queue.pause', {})
    const closed = window.workbench.close()
    hold.letGo(1)
    await closed
    const line = await open(tenSteps, { queue: 'own' })
    const three = await line.add(3)
    await until(() => line.writer.run(three).status === 'finished')
    await line.client.request('run.resume', { runId: two })
    await until(() => line.writer.run(two).status === 'finished')
    expect(line.seeds()).toEqual([3, 2])
    expect(line.writer.run(one).status).toBe('interrupted')
  })

  it('tells which of the interrupted could not go on, and resumes the others', async () => {
    const hold = holds(6)
    const first = await open({ ...tenSteps, beforeStep: hold.beforeStep })
    await first.client.request('queue.configure', { sideBySide: 2 })
    const [one, two] = [await first.add(1, { dataset: { name: 'waves' } }), await first.add(2)]
    await until(() => hold.holding.length === 2)
    const closed = first.workbench.close()
    hold.letGo(1, 2)
    await closed
    const second = await open(tenSteps, {
      change: () => ({
        loadDataset: async (config) => {
          if (config.name === 'waves') throw new LoupeError('data-malformed', 'The file is not there any more.')
          return fakeDataset
        },
      }),
    })
    const { resumed, refused } = await second.client.request('queue.resumeInterrupted', {})
    expect([resumed, refused]).toMatchObject([[two], [{ id: one, error: { code: 'data-malformed' } }]])
    await until(() => second.writer.run(two).status === 'finished')
    expect(second.writer.run(one).status).toBe('interrupted')
  })
})
