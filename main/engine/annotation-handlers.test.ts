import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AnyEvent } from '../contract/events.ts'
import { createClient } from '../contract/rpc.ts'
import { fakeParts } from './test/fake-parts.ts'
import { fakeStudy, fakeStudyConfig } from './test/fake-study.ts'
import { openWorkbench } from './workbench.ts'
import type { Workbench } from './workbench.ts'

let workspace: string
let workbench: Workbench
let hold: PromiseWithResolvers<void>
const events: AnyEvent[] = []

beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'loupe-annotations-'))
  hold = Promise.withResolvers()
  workbench = await openWorkbench({ workspace, parts: fakeParts({ stepsOf: () => 10, beforeStep: async (_, step) => (step === 5 ? await hold.promise : undefined) }).parts, studyOf: () => fakeStudy })
  events.length = 0
  workbench.onEvent((event) => events.push(event))
})
afterEach(async () => {
  hold.resolve()
  await workbench.close()
  await rm(workspace, { recursive: true, force: true })
})
const until = (check: () => boolean) => vi.waitFor(() => expect(check()).toBe(true), { timeout: 10_000, interval: 5 })

describe('annotations of runs and studies', () => {
  it('change by command, tell the windows, and are undone by the answer', async () => {
    const client = createClient(workbench)
    const { runId } = await client.request('run.start', { config: { name: 'a' } })
    const { before } = await client.request('run.annotate', { changes: [{ id: runId, name: 'b', addTags: ['x'], isStarred: true }] })
    expect(workbench.writer.annotation('run', runId)).toMatchObject({ name: 'b', tags: ['x'], isStarred: true })
    expect(events).toContainEqual({ name: 'annotations.changed', payload: { runIds: [runId], studyIds: [] } })
    await client.request('run.annotate', { changes: before.map(({ id, name, note, tags, isStarred, isArchived }) => ({ id, name, note, tags, isStarred, isArchived })) })
    expect(workbench.writer.annotation('run', runId)).toMatchObject({ name: 'a', tags: [], isStarred: false })
    await expect(client.request('run.annotate', { changes: [{ id: runId, tags: ['a,b'] }] })).rejects.toMatchObject({ code: 'invalid-input' })
  })

  it('keep what trains out of the trash, and what is in the trash from training', async () => {
    const client = createClient(workbench)
    const { runId } = await client.request('run.start', { config: {} })
    await until(() => workbench.writer.run(runId).status === 'running')
    await expect(client.request('trash.put', { runIds: [runId] })).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('is running') })
    const stopped = client.request('run.stop', { runId })
    hold.resolve()
    await stopped
    await client.request('trash.put', { runIds: [runId] })
    await expect(client.request('run.resume', { runId })).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('in the trash') })
    await client.request('trash.restore', { runIds: [runId] })
    expect(workbench.writer.runs({ studyId: null, limit: 5, offset: 0 }).total).toBe(1)
  })

  it('hold for a study in the trash, too, and purging leaves nothing of it', async () => {
    const client = createClient(workbench)
    hold.resolve()
    const { studyId } = await client.request('study.start', { config: fakeStudyConfig() })
    await until(() => workbench.writer.study(studyId).status === 'finished')
    await client.request('study.annotate', { changes: [{ id: studyId, note: 'n' }] })
    await client.request('trash.put', { studyIds: [studyId] })
    await expect(client.request('study.resume', { studyId })).rejects.toMatchObject({ code: 'conflict' })
    expect(await client.request('trash.purge', { studyIds: [studyId] })).toMatchObject({ runs: 4 })
    expect(workbench.writer.studies({ limit: 5, offset: 0 }).total).toBe(0)
    expect(events.at(-1)).toEqual({ name: 'annotations.changed', payload: { runIds: [], studyIds: [studyId] } })
  })

  it('save and delete views', async () => {
    const client = createClient(workbench)
    await client.request('view.save', { name: 'Best', view: { filter: 'starred' } })
    expect(workbench.writer.views()).toEqual([{ name: 'Best', view: { filter: 'starred', sort: [], groupBy: null, columns: [] } }])
    await client.request('view.delete', { name: 'Best' })
    expect(events.filter(({ name }) => name === 'views.changed')).toHaveLength(2)
    await expect(client.request('view.delete', { name: 'Best' })).rejects.toMatchObject({ code: 'not-found' })
  })
})
