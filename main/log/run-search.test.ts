import Database from 'better-sqlite3'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { allFields } from '../contract/filter/fields.ts'
import { runConfig } from '../contract/run-config.ts'
import { openLogWriter } from './open.ts'
import { annotations as annotationsMigration } from './migrations/0009-annotations.ts'
import { namedStudy, temporaryWorkspace } from './temporary-log.ts'

const day = 86_400_000
const start = new Date(2026, 10, 1, 12).getTime()

/** Four runs: two of a study, a day apart, then two single ones. */
function logged(folder: string) {
  let now = start
  const log = openLogWriter({ workspace: folder, now: () => now })
  const study = log.createStudy(namedStudy('My sweep'))
  const add = (studyId: string | null, name: string, config: object, accuracies: readonly number[]) => {
    const run = log.createRun({ studyId, key: studyId === null ? '' : name, config: runConfig.parse({ name, ...config }) })
    log.appendMetrics(run.id, accuracies.map((value, index) => ({ key: 'validation/accuracy', step: index * 10, examples: index, wallMs: index, value })))
    log.updateRun(run.id, { status: 'finished', steps: accuracies.length * 10, wallMs: accuracies.length * 60_000, censored: accuracies.length < 2 })
    now += day
    return run.id
  }
  const ids = [
    add(study.id, 'b=8 seed=1', { batchSize: 8, optimizer: { kind: 'adam', learningRate: 0.01 } }, [0.5, 0.95, 0.9]),
    add(study.id, 'b=16 seed=1', { batchSize: 16, model: { kind: 'cnn' } }, [0.4, 0.8]),
    add(null, 'first try', { seed: 7, model: { kind: 'mlp', hidden: [256, 64] } }, [Number.NaN]),
    add(null, 'second_try', { seed: 8, batchPolicy: null, labelSmoothing: 0.1 }, []),
  ]
  log.annotate('run', [{ id: ids[2]!, tags: ['Good', 'very good'], note: 'Broke at step 3', isStarred: true }])
  log.annotate('study', [{ id: study.id, tags: ['paper'] }])
  const find = (filter: string) => log.search({ filter, sort: [], groupBy: null, columns: [], limit: 100, offset: 0, now }).rows.map(({ id }) => ids.indexOf(id)).sort()
  return { log, ids, study, find }
}

describe('a search over runs', () => {
  it.each<readonly [string, readonly number[]]>([
    ['', [0, 1, 2, 3]],
    ['accuracy > 0.85', [0]],
    ['best(accuracy) >= 0.95', [0]],
    ['min(accuracy) < 0.45', [1]],
    ['accuracy = none', [2, 3]],
    ['not accuracy > 0.85', [1, 2, 3]],
    ['accuracy != 0.8', [0, 2, 3]],
    ['method = critical-batch-size', [0, 1]],
    ['study = none', [2, 3]],
    ['study = "my sweep"', [0, 1]],
    ['study = study-1', [0, 1]],
    ['study ~ swe', [0, 1]],
    ['study != study-0001', [2, 3]],
    ['optimizer.learningRate <= 0.01', [0]],
    ['optimizer = ADAM or model = cnn', [0, 1]],
    ['seed in (7, 8)', [2, 3]],
    ['seed != 1', [2, 3]],
    ['model.hidden = 64', [2]],
    ['model.hidden = 256', [0, 2, 3]],
    ['tag:good', [2]],
    ['tag ~ GOOD', [2]],
    ['tag:"very good"', [2]],
    ['tag:paper', [0, 1]],
    ['tag = none', [3]],
    ['tag != good', [0, 1, 3]],
    ['starred', [2]],
    ['not starred', [0, 1, 3]],
    ['name ~ TRY', [2, 3]],
    ['name = "first try"', [2]],
    ['note = none', [0, 1, 3]],
    ['broke try', [2]],
    ['"second_"', [3]],
    ['cnn', [1]],
    ['run-000001', [0]],
    ['created > 2026-11-01', [1, 2, 3]],
    ['created = 2026-11-02', [1]],
    ['created <= 2026-11-02', [0, 1]],
    ['created < 2026-11-02', [0]],
    ['created > 2.5 d ago', [2, 3]],
    ['duration > 90 s', [0, 1]],
    ['censored = no', [0, 1]],
    ['labelSmoothing > 5%', [3]],
    ['batchPolicy.kind = none', [0, 1, 2, 3]],
    ["name = \"'; DROP TABLE runs; --\"", []],
  ])('for %s finds its runs', (filter, expected) => {
    using workspace = temporaryWorkspace()
    const { log, find } = logged(workspace.folder)
    expect(find(filter)).toEqual(expected)
    log.close()
  })

  it('leaves archived runs out, and those of an archived study, unless it names them', () => {
    using workspace = temporaryWorkspace()
    const { log, ids, study, find } = logged(workspace.folder)
    log.annotate('study', [{ id: study.id, isArchived: true }])
    log.annotate('run', [{ id: ids[2]!, isArchived: true }])
    expect(find('')).toEqual([3])
    expect(find('archived')).toEqual([0, 1, 2])
    expect(find('archived or not archived')).toEqual([0, 1, 2, 3])
    log.close()
  })

  it('sorts by several fields, what is missing last, and pages', () => {
    using workspace = temporaryWorkspace()
    const { log, ids } = logged(workspace.folder)
    const order = (sort: readonly { field: string; isDescending: boolean }[], page = { limit: 10, offset: 0 }) => log.search({ filter: '', sort, groupBy: null, columns: [], ...page }).rows.map(({ id }) => ids.indexOf(id))
    expect(order([])).toEqual([3, 2, 1, 0])
    expect(order([{ field: 'accuracy', isDescending: true }])).toEqual([0, 1, 3, 2])
    expect(order([{ field: 'accuracy', isDescending: false }])).toEqual([1, 0, 3, 2])
    expect(order([{ field: 'batchSize', isDescending: true }, { field: 'name', isDescending: false }])).toEqual([2, 3, 1, 0])
    expect(order([], { limit: 2, offset: 1 })).toEqual([2, 1])
    expect(() => order([{ field: 'nothing', isDescending: true }])).toThrow('"nothing" is not a field of runs')
    log.close()
  })

  it('gives the values of columns, and counts groups in the order of the list', () => {
    using workspace = temporaryWorkspace()
    const { log, ids, study } = logged(workspace.folder)
    const found = log.search({ filter: '', sort: [], groupBy: 'study', columns: ['batchSize', 'best(accuracy)', 'model.hidden', 'censored', 'created', 'tag', 'study'], limit: 2, offset: 0 })
    expect(found.total).toBe(4)
    expect(found.groups).toEqual([{ value: study.id, count: 2 }, { value: null, count: 2 }])
    expect(found.rows).toMatchObject([
      { id: ids[1], studyId: study.id, studyName: 'My sweep', key: 'b=16 seed=1', status: 'finished', values: [16, 0.8, null, false, start + day, ['paper'], study.id] },
      { id: ids[0], values: [8, 0.95, [256], false, start, ['paper'], study.id] },
    ])
    log.close()
  })

  it('reads every field of the catalogue', () => {
    using workspace = temporaryWorkspace()
    const { log } = logged(workspace.folder)
    const columns = [...allFields().keys()]
    for (let at = 0; at < columns.length; at += 50) expect(log.search({ filter: '', sort: [{ field: columns[at]!, isDescending: true }], groupBy: columns[at]!, columns: columns.slice(at, at + 50), limit: 10, offset: 0 }).rows).toHaveLength(4)
    log.close()
  })

  it('keeps the extremes of a metric when values come later, again, or are dropped', () => {
    using workspace = temporaryWorkspace()
    const { log, ids } = logged(workspace.folder)
    const extremes = () => log.search({ filter: 'run-000001', sort: [], groupBy: null, columns: ['accuracy', 'min(accuracy)', 'max(accuracy)'], limit: 1, offset: 0 }).rows[0]?.values
    const add = (step: number, value: number) => log.appendMetrics(ids[0]!, [{ key: 'validation/accuracy', step, examples: step, wallMs: step, value }])
    add(30, 0.97)
    expect(extremes()).toEqual([0.97, 0.5, 0.97])
    add(40, Number.POSITIVE_INFINITY)
    expect(extremes()?.slice(1)).toEqual([0.5, 0.97])
    add(30, 0.1)
    log.dropMetricsAfter(ids[0]!, 30)
    expect(extremes()).toEqual([0.1, 0.1, 0.95])
    log.dropMetricsAfter(ids[0]!, -1)
    expect(extremes()).toEqual([null, null, null])
    add(0, 0.3)
    expect(extremes()).toEqual([0.3, 0.3, 0.3])
    log.close()
  })

  it('gives an older log the extremes of what it holds', () => {
    using workspace = temporaryWorkspace()
    const { log } = logged(workspace.folder)
    log.close()
    const db = new Database(join(workspace.folder, 'loupe.db'))
    const kept = db.prepare('SELECT * FROM metric_extremes ORDER BY run, key').all()
    expect(kept).toHaveLength(3)
    const { sql } = annotationsMigration
    db.exec(`DELETE FROM metric_extremes; ${sql.slice(sql.indexOf('INSERT INTO metric_extremes'))}`)
    expect(db.prepare('SELECT * FROM metric_extremes ORDER BY run, key').all()).toEqual(kept)
    db.close()
  })
})
