import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AnyEvent } from '../contract/events.ts'
import { createClient } from '../contract/rpc.ts'
import type { Client } from '../contract/rpc.ts'
import { eventFile, scalar } from '../import/test/records.ts'
import { fakeParts } from './test/fake-parts.ts'
import { fakeStudy } from './test/fake-study.ts'
import { openWorkbench } from './workbench.ts'
import type { Workbench } from './workbench.ts'

let folder: string
let workbench: Workbench
let client: Client
const events: AnyEvent[] = []

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'loupe-import-'))
  workbench = await openWorkbench({ workspace: join(folder, 'workspace'), parts: fakeParts({ stepsOf: () => 10 }).parts, studyOf: () => fakeStudy })
  client = createClient(workbench)
  events.length = 0
  workbench.onEvent((event) => events.push(event))
})
afterEach(async () => {
  await workbench.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Event files of runs that are called 0, 1, 2 …, each with a loss of some steps. */
function writeRuns(count: number, steps = 3): string {
  const logs = join(folder, 'logs')
  for (let run = 0; run < count; run++) {
    mkdirSync(join(logs, `${run}`), { recursive: true })
    writeFileSync(join(logs, `${run}`, `events.out.tfevents.${1_700_000_000 + run}.host`), eventFile(Array.from({ length: steps }, (_, step) => scalar('loss', step, run + 1 / (step + 1)))))
  }
  return logs
}
const names = () => workbench.writer.importedRuns(1000).map(({ name }) => name)

describe('an import', () => {
  it('is looked at first, and then says of each run what became of it', async () => {
    const path = writeRuns(3)
    const preview = await client.request('run.previewImport', { path })
    expect(preview).toMatchObject({ tool: 'tensorboard', path, runs: ['0', '1', '2'].map((name) => ({ name, group: 'logs', state: 'new', runId: null, metrics: 1, values: 3, params: 0 })) })
    expect(names()).toEqual([])
    const result = await client.request('run.import', { path, only: preview.runs.slice(1).map(({ sourceId }) => sourceId), tags: ['borrowed'] })
    expect(result).toMatchObject({ wasStopped: false, runs: [{ name: '1', runId: 'run-000001', outcome: 'added' }, { name: '2', runId: 'run-000002', outcome: 'added' }] })
    expect(workbench.writer.tags()).toEqual([{ tag: 'borrowed', count: 2 }])
    expect(events.find(({ name }) => name === 'annotations.changed')?.payload).toMatchObject({ runIds: expect.arrayContaining(['run-000001']) })
    expect(events.filter(({ name }) => name === 'import.progressed').at(-1)?.payload).toMatchObject({ path, runsInAll: 2, name: '2' })
    const again = await client.request('run.previewImport', { path })
    expect(again.runs.map(({ state, runId }) => [state, runId])).toEqual([['new', null], ['unchanged', 'run-000001'], ['unchanged', 'run-000002']])
  })

  it('of a run that has gone on renews it', async () => {
    const path = writeRuns(1)
    await client.request('run.import', { path })
    writeRuns(1, 5)
    expect((await client.request('run.previewImport', { path })).runs).toMatchObject([{ state: 'changed', runId: 'run-000001', values: 5 }])
    expect((await client.request('run.import', { path })).runs).toMatchObject([{ outcome: 'updated', runId: 'run-000001' }])
    expect(workbench.writer.importedRun('run-1').steps).toBe(4)
    await client.request('trash.put', { runIds: ['run-000001'] })
    expect((await client.request('run.previewImport', { path })).runs).toMatchObject([{ state: 'trashed' }])
    expect((await client.request('run.import', { path })).runs).toMatchObject([{ outcome: 'restored' }])
  })

  it('that is stopped leaves whole runs, and the next one brings the others', async () => {
    const path = writeRuns(40)
    workbench.onEvent(({ name }) => void (name === 'annotations.changed' && void client.request('run.stopImport', {})))
    const result = await client.request('run.import', { path })
    expect(result.wasStopped).toBe(true)
    expect(result.runs.length).toBeGreaterThan(0)
    expect(result.runs.length).toBeLessThan(40)
    expect(names()).toHaveLength(result.runs.length)
  })

  it('waits for nobody: a second one at the same time is refused, and one after it is not', async () => {
    const path = writeRuns(20)
    const first = client.request('run.import', { path })
    await new Promise((resolve) => setTimeout(resolve, 1))
    const second = client.request('run.previewImport', { path }).catch((error: unknown) => error)
    const [done, other] = await Promise.all([first, second])
    expect(done.runs).toHaveLength(20)
    expect(other).toMatchObject({ code: 'conflict' })
    expect((await client.request('run.previewImport', { path })).runs).toHaveLength(20)
  })

  it('refuses what is not there, and runs that the source does not have', async () => {
    await expect(client.request('run.previewImport', { path: join(folder, 'nothing') })).rejects.toMatchObject({ code: 'not-found' })
    await expect(client.request('run.import', { path: folder, from: 'mlflow' })).rejects.toMatchObject({ code: 'invalid-input', message: expect.stringContaining('mlflow.db or a folder mlruns') })
    await expect(client.request('run.import', { path: writeRuns(1), only: ['other'] })).rejects.toMatchObject({ code: 'not-found', facts: { sourceId: 'other' } })
    await expect(client.request('run.import', { path: '/x', tags: ['a,b'] })).rejects.toMatchObject({ code: 'invalid-input' })
    await expect(client.request('run.stopImport', {})).resolves.toEqual({})
  })

  it('gives runs that cannot go on, and says why', async () => {
    await client.request('run.import', { path: writeRuns(1) })
    const refused = { code: 'unsupported', message: expect.stringContaining('was imported from TensorBoard') }
    await expect(client.request('run.resume', { runId: 'run-000001' })).rejects.toMatchObject(refused)
    await expect(client.request('run.branch', { runId: 'run-000001', config: {} })).rejects.toMatchObject(refused)
    await expect(client.request('run.end', { runId: 'run-000001' })).rejects.toMatchObject(refused)
    await expect(client.request('run.exportModel', { runId: 'run-000001' })).rejects.toMatchObject(refused)
  })
})
