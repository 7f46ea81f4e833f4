import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { runConfig } from '../contract/run-config.ts'
import { madeImport } from './made-import.ts'
import { openLogReader, openLogWriter } from './open.ts'
import { namedRun, temporaryWorkspace } from './temporary-log.ts'

function opened(folder: string) {
  let now = 1_800_000_000_000
  const log = openLogWriter({ workspace: folder, now: () => now })
  const find = (filter: string, columns: readonly string[] = []) => log.search({ filter, sort: [], groupBy: null, columns, limit: 100, offset: 0 }).rows
  return { log, find, wait: (ms: number) => void (now += ms) }
}

describe('an imported run', () => {
  it('is in the log as it came, with an event', () => {
    using workspace = temporaryWorkspace()
    const { log } = opened(workspace.folder)
    const run = madeImport()
    expect(log.importRun(run, ['borrowed'])).toEqual({ runId: 'run-000001', outcome: 'added' })
    expect(log.importedRun('run-1')).toEqual({
      id: 'run-000001',
      name: 'baseline',
      source: run.source,
      status: 'finished',
      startedAt: 1_700_000_000_000,
      finishedAt: 1_700_000_060_000,
      importedAt: 1_800_000_000_000,
      steps: 11,
      wallMs: 5500,
      params: { lr: 0.1, optimizer: 'adam', 'weight decay': 0.01 },
      labels: { team: 'vision' },
      renamed: { 'validation/accuracy': 'val_acc' },
      omissions: [{ kind: 'images', count: 2, where: '' }],
    })
    expect(log.annotation('run', 'run-1').tags).toEqual(['borrowed'])
    expect(log.events({ studyId: null, runId: 'run-1', limit: 10, offset: 0 })).toMatchObject([{ kind: 'run.imported', facts: { tool: 'mlflow', metrics: 2, values: 15, outcome: 'added' } }])
    log.close()
  })

  it('has its curves where those of other runs are, under any name', () => {
    using workspace = temporaryWorkspace()
    const { log } = opened(workspace.folder)
    const metrics = new Map([...madeImport().metrics, ['odd/名前 1', { steps: Float64Array.of(0, 1, 5), examples: new Float64Array(3), wallMs: Float64Array.of(0, 1, 2), values: Float64Array.of(Number.NaN, Infinity, 3) }]])
    const { runId } = log.importRun(madeImport({ metrics }), [])
    expect(log.metricKeys(runId)).toEqual(['odd/名前 1', 'val_loss', 'validation/accuracy'])
    const [loss, accuracy, odd] = log.series({ runIds: [runId], keys: ['val_loss', 'validation/accuracy', 'odd/名前 1'], maxPoints: 600, from: null, to: null })
    expect(loss).toMatchObject({ step: Array.from({ length: 12 }, (_, step) => step), total: 12 })
    expect(loss?.mean[3]).toBe(0.125)
    expect(accuracy).toMatchObject({ step: [0, 1, 2], last: [0.5, 0.75, 0.625], wallMs: [0, 500, 1000] })
    expect(odd).toMatchObject({ step: [5], total: 3 })
    expect([...log.logged(runId, 'odd/名前 1').values]).toEqual([Number.NaN, Infinity, 3])
    expect(log.evaluations(runId).map(({ values }) => values)).toEqual([{ 'validation/accuracy': 0.5 }, { 'validation/accuracy': 0.75 }, { 'validation/accuracy': 0.625 }])
    expect(log.importedNames()).toEqual({ params: ['lr', 'optimizer', 'weight decay'], metrics: ['odd/名前 1', 'val_loss'] })
    log.close()
  })

  it('is left alone by the same import, and renewed by another', () => {
    using workspace = temporaryWorkspace()
    const { log, wait } = opened(workspace.folder)
    const { runId } = log.importRun(madeImport(), [])
    wait(1000)
    expect(log.importRun(madeImport(), [])).toEqual({ runId, outcome: 'unchanged' })
    expect(log.importedRun(runId).importedAt).toBe(1_800_000_000_000)
    const shorter = new Map([['val_loss', { steps: Float64Array.of(7), examples: Float64Array.of(0), wallMs: Float64Array.of(1), values: Float64Array.of(9) }]])
    expect(log.importRun(madeImport({ metrics: shorter, content: 'other', steps: 7, name: 'renamed there', params: { lr: 5 } }), [])).toEqual({ runId, outcome: 'updated' })
    expect(log.metricKeys(runId)).toEqual(['val_loss'])
    expect(log.search({ filter: 'metric.val_loss = 9 and accuracy = none and param.lr = 5', sort: [], groupBy: null, columns: [], limit: 5, offset: 0 }).total).toBe(1)
    expect(log.importedRun(runId)).toMatchObject({ name: 'renamed there', steps: 7, importedAt: 1_800_000_001_000, params: { lr: 5 } })
    expect(log.knownImport('mlflow', 'abc')).toEqual({ runId, content: 'other', isTrashed: false })
    expect(log.knownImport('tensorboard', 'abc')).toBeNull()
    expect(log.importRun(madeImport({ sourceId: 'def' }), []).outcome).toBe('added')
    log.close()
  })

  it('keeps what users said of it when it is renewed', () => {
    using workspace = temporaryWorkspace()
    const { log } = opened(workspace.folder)
    const { runId } = log.importRun(madeImport({ note: 'from there' }), [])
    log.annotate('run', [{ id: runId, name: 'mine', note: 'better', tags: ['a'], isStarred: true }])
    log.importRun(madeImport({ content: 'other', name: 'theirs', note: 'changed there' }), ['b'])
    expect(log.annotation('run', runId)).toMatchObject({ name: 'mine', note: 'better', tags: ['a', 'b'], isStarred: true })
    log.close()
  })

  it('goes to the trash, comes back with the next import, and is gone when purged', () => {
    using workspace = temporaryWorkspace()
    const { log, find } = opened(workspace.folder)
    const { runId } = log.importRun(madeImport(), [])
    log.putInTrash({ runIds: [runId], studyIds: [] })
    expect(find('')).toEqual([])
    expect(log.knownImport('mlflow', 'abc')?.isTrashed).toBe(true)
    expect(log.importedRuns(10)).toEqual([])
    expect(log.importRun(madeImport(), [])).toEqual({ runId, outcome: 'restored' })
    expect(find('')).toHaveLength(1)
    log.putInTrash({ runIds: [runId], studyIds: [] })
    expect(log.purge({ runIds: [runId], studyIds: [] }).runs).toBe(1)
    expect(log.knownImport('mlflow', 'abc')).toBeNull()
    expect(() => log.importedRun(runId)).toThrow('There is no run')
    expect(log.importRun(madeImport(), [])).toMatchObject({ outcome: 'added' })
    log.close()
  })

  it('is no run of Loupe’s own: it has no record, belongs to no list of them and is refused with its reason', () => {
    using workspace = temporaryWorkspace()
    const { log } = opened(workspace.folder)
    const own = log.createRun({ studyId: null, key: '', config: namedRun('own') }).id
    const { runId } = log.importRun(madeImport(), [])
    expect(() => log.run(runId)).toThrow(expect.objectContaining({ code: 'unsupported', message: expect.stringMatching(/was imported from MLflow.*not resumed, branched/), facts: { runId, importedFrom: 'mlflow' } }))
    expect(() => log.updateRun(runId, { status: 'running' })).toThrow('was imported from MLflow')
    expect(log.runs({ studyId: null, limit: 10, offset: 0 })).toMatchObject({ runs: [{ id: own }], total: 1 })
    expect(log.runSource(own)).toBeNull()
    expect(log.runSource(runId)).toMatchObject({ tool: 'mlflow', id: 'abc' })
    expect(() => log.runSource('run-99')).toThrow('There is no run')
    expect(() => log.importedRun(own)).toThrow('There is no run')
    log.close()
  })

  it('is like another that differs in nothing but its seed, and like none where it tells no parameter', () => {
    using workspace = temporaryWorkspace()
    const { log } = opened(workspace.folder)
    const params = [{ lr: 0.1, seed: 1 }, { lr: 0.1, 'train.random_seed': '2' }, { lr: 0.2, seed: 1 }, { seed: 1 }, {}]
    for (const [index, one] of params.entries()) log.importRun(madeImport({ sourceId: `${index}`, params: one, content: `${index}` }), [])
    log.importRun(madeImport({ sourceId: '2', params: { lr: 0.1, seeds: 4 }, content: 'changed' }), [])
    log.close()
    const db = new Database(join(workspace.folder, 'loupe.db'), { readonly: true })
    expect(db.prepare('SELECT json FROM runs AS r JOIN configs AS c ON c.id = r.config ORDER BY r.id').pluck().all()).toEqual([
      '{"imported":true,"param":{"lr":0.1}}',
      '{"imported":true,"param":{"lr":0.1}}',
      '{"imported":true,"param":{"lr":0.1,"seeds":4}}',
      '{"imported":true,"source":["mlflow","3"]}',
      '{"imported":true,"source":["mlflow","4"]}',
    ])
    expect(runConfig.safeParse({ imported: true, param: {} }).success).toBe(false)
    db.close()
  })

  it('is there whole after the log was closed, for a reader, too', () => {
    using workspace = temporaryWorkspace()
    const { log } = opened(workspace.folder)
    const { runId } = log.importRun(madeImport(), [])
    log.close()
    const reader = openLogReader({ workspace: workspace.folder })
    expect(reader.importedRun(runId).params).toEqual(madeImport().params)
    reader.close()
  })
})

describe('a search over imported and own runs', () => {
  it.each<readonly [string, readonly string[]]>([
    ['', ['baseline', 'own', 'wide']],
    ['source = mlflow', ['baseline']],
    ['source = none', ['own']],
    ['source != none', ['baseline', 'wide']],
    ['source.group ~ dig', ['baseline']],
    ['source.path = "/logs/wide"', ['wide']],
    ['param.lr > 0.05', ['baseline']],
    ['param.lr <= 0.1', ['baseline', 'wide']],
    ['param.lr = 0.1', ['baseline']],
    ['param.lr != 0.1', ['own', 'wide']],
    ['param.optimizer = ADAM', ['baseline']],
    ['param.optimizer > 3', []],
    ['param.optimizer ~ da', ['baseline']],
    ['param."weight decay" < 5%', ['baseline']],
    ['param.depth in (3, deep)', ['wide']],
    ['param.depth = none', ['baseline', 'own']],
    ['metric.val_loss < 0.001', ['baseline']],
    ['min(metric.val_loss) < 0.001', ['baseline']],
    ['max(metric."my loss") >= 8', ['wide']],
    ['best(metric.val_loss) < 1', ['baseline']],
    ['accuracy > 0.6', ['baseline', 'own']],
    ['adam', ['baseline']],
    ['tensorboard', ['wide']],
    ['batchSize = 64', ['own']],
  ])('for %s finds its runs', (filter, expected) => {
    using workspace = temporaryWorkspace()
    const { log, find } = opened(workspace.folder)
    const own = log.createRun({ studyId: null, key: '', config: namedRun('own') })
    log.appendMetrics(own.id, [{ key: 'validation/accuracy', step: 1, examples: 1, wallMs: 1, value: 0.9 }])
    log.importRun(madeImport(), [])
    const curve = { steps: Float64Array.of(0, 1), examples: new Float64Array(2), wallMs: Float64Array.of(0, 1), values: Float64Array.of(8, 2) }
    log.importRun(madeImport({ name: 'wide', source: { tool: 'tensorboard', path: '/logs/wide', id: '/logs/wide', group: 'logs', status: null }, params: { lr: 0.01, depth: 3 }, metrics: new Map([['my loss', curve]]), renamed: {} }), [])
    expect(find(filter).map(({ name }) => name).sort()).toEqual(expected)
    log.close()
  })

  it('shows, sorts and groups by what imported runs have', () => {
    using workspace = temporaryWorkspace()
    const { log } = opened(workspace.folder)
    log.importRun(madeImport({ params: { lr: 'auto' } }), [])
    log.importRun(madeImport({ sourceId: 'def', params: { lr: 0.5 }, name: 'second' }), [])
    const found = log.search({ filter: '', sort: [{ field: 'param.lr', isDescending: false }], groupBy: 'source', columns: ['param.lr', 'min(metric.val_loss)', 'source.group', 'batchSize', 'metric.none of it'], limit: 10, offset: 0 })
    expect(found.groups).toEqual([{ value: 'mlflow', count: 2 }])
    expect(found.rows).toMatchObject([
      { name: 'second', importedFrom: 'mlflow', values: [0.5, 2 ** -11, 'digits', null, null] },
      { name: 'baseline', values: ['auto', 2 ** -11, 'digits', null, null] },
    ])
    log.close()
  })
})
