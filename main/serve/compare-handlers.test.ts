import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answerQueries } from '../contract/rpc.ts'
import { runConfig } from '../contract/run-config.ts'
import { studyConfig } from '../contract/study-config.ts'
import type { LogWriter } from '../log/log.ts'
import { madeImport } from '../log/made-import.ts'
import { openLogWriter } from '../log/open.ts'
import { createQueryHandlers } from './query-handlers.ts'

const workspace = mkdtempSync(join(tmpdir(), 'loupe-compare-'))
let log: LogWriter
let ask: ReturnType<typeof answerQueries>
let ids: string[]

beforeAll(() => {
  log = openLogWriter({ workspace })
  const study = log.createStudy(studyConfig.parse({ method: 'critical-batch-size', name: 'Sweep' })).id
  log.appendEvent({ studyId: study, runId: null, level: 'info', kind: 'dataset.read', message: 'Read.', facts: { trainExamples: 10, validationExamples: 2, hash: 'feed' } })
  const environment = { loupe: '1', tensorflow: '2.21.0', node: '24', platform: 'linux', device: 'CPU', threads: 2, jit: true, git: null }
  ids = ([[study, 'b=8 seed=1', 8, 2], [study, 'b=16 seed=1', 16, 4], [null, '', 8, 2]] as const).map(([studyId, key, batchSize, threads]) => {
    const run = log.createRun({ studyId, key, config: runConfig.parse({ name: key || 'alone', batchSize }) })
    if (studyId !== null) log.updateRun(run.id, { environment: { ...environment, threads }, steps: batchSize })
    log.appendMetrics(run.id, [0.5, 0.9, 0.8].map((value, step) => ({ key: 'validation/accuracy', step, examples: step, wallMs: step, value })))
    return run.id
  })
  log.flush()
  ask = answerQueries(createQueryHandlers({ reader: log, workspace }))
})
afterAll(() => {
  log.close()
  rmSync(workspace, { recursive: true, force: true })
})

describe('the comparison of runs', () => {
  it('gives settings, environments and data as columns, and which metrics there are', async () => {
    const answer = await ask('compare.settings', { runIds: [ids[2], ids[0], ids[1]] })
    expect(answer).toMatchObject({
      ok: true,
      value: {
        runs: [{ id: ids[2], name: 'alone', studyName: null }, { id: ids[0], key: 'b=8 seed=1', studyName: 'Sweep' }, { id: ids[1] }],
        settings: expect.arrayContaining([{ path: 'batchSize', values: [8, 16], of: [0, 0, 1] }]),
        environment: expect.arrayContaining([{ path: 'threads', values: [2, 4], of: [-1, 0, 1] }]),
        data: [{ path: 'hash', values: [null, 'feed'], of: [0, 1, 1] }],
        metrics: [{ key: 'validation/accuracy', runs: 3 }],
      },
    })
  })

  it('gives values of fields in the order of the runs asked for, none of a run that is gone', async () => {
    const fields = ['batchSize', 'max(validation/accuracy)', 'validation/accuracy', 'study', 'steps']
    expect(await ask('compare.values', { runIds: [ids[1], 'run-999', ids[2]], fields })).toEqual({ ok: true, value: { columns: [[16, null, 8], [0.9, null, 0.9], [0.8, null, 0.8], ['study-0001', null, null], [16, null, 0]] } })
    expect(await ask('compare.settings', { runIds: ['run-999'] })).toMatchObject({ ok: true, value: { runs: [], settings: [] } })
  })

  it('compares a run of another tool by its parameters', async () => {
    const importedId = log.importRun(madeImport({ params: { lr: 0.1 } }), []).runId
    expect(await ask('compare.settings', { runIds: [ids[0], importedId] })).toMatchObject({
      ok: true,
      value: { runs: [{ id: ids[0] }, { id: importedId, studyId: null }], settings: expect.arrayContaining([{ path: 'param.lr', values: [0.1], of: [-1, 0] }, { path: 'batchSize', values: [8], of: [0, -1] }]) },
    })
  })

  it('refuses what is no field', async () => {
    expect(await ask('compare.values', { runIds: ids, fields: ['nonsense'] })).toMatchObject({ ok: false, error: { code: 'invalid-input' } })
  })
})
