import { describe, expect, it } from 'vitest'
import type { LogWriter } from './log.ts'
import { openLogWriter } from './open.ts'
import { namedRun, namedStudy, temporaryWorkspace } from './temporary-log.ts'

const all = { filter: '', isKept: null, sort: { field: 'saved', isDescending: true }, limit: 100, offset: 0 } as const

function save(log: LogWriter, runId: string, step: number, bytes = 100): string {
  return log.saveCheckpoint(runId, { step, examples: step * 64, bytes: new Uint8Array(bytes).fill(step), keep: 100 }).id
}
function evaluate(log: LogWriter, runId: string, step: number, accuracy: number): void {
  log.appendMetrics(runId, [
    { key: 'validation/accuracy', step, examples: step * 64, wallMs: 1, value: accuracy },
    { key: 'validation/loss', step, examples: step * 64, wallMs: 1, value: 1 - accuracy },
  ])
}

describe('checkpoints of a workspace', () => {
  it('are found by the runs they are of, with what was evaluated nearest to each', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder, now: () => 1_700_000_000_000 })
    const study = log.createStudy(namedStudy('Sweep'))
    const inStudy = log.createRun({ studyId: study.id, key: 'b=8', config: namedRun('') })
    const single = log.createRun({ studyId: null, key: '', config: namedRun('alone') })
    for (const step of [0, 100, 250]) save(log, inStudy.id, step, 100 + step)
    save(log, single.id, 7)
    for (const [step, accuracy] of [[50, 0.5], [100, 0.6], [200, 0.7], [300, 0.8]] as const) evaluate(log, inStudy.id, step, accuracy)

    const found = log.searchCheckpoints({ ...all, filter: 'study = Sweep', sort: { field: 'step', isDescending: false } })
    expect(found).toMatchObject({ total: 3, bytes: 650 })
    expect(found.rows.map(({ step, accuracy, isNewest }) => [step, accuracy, isNewest])).toEqual([
      [0, { step: 50, value: 0.5 }, false],
      [100, { step: 100, value: 0.6 }, false],
      // Between two evaluations as far away, the earlier.
      [250, { step: 200, value: 0.7 }, true],
    ])
    expect(found.rows[0]).toMatchObject({ runId: inStudy.id, runKey: 'b=8', runStatus: 'queued', studyId: study.id, studyName: 'Sweep', bytes: 100, isKept: false, label: '', createdAt: 1_700_000_000_000 })
    expect(log.searchCheckpoints({ ...all, filter: 'alone' }).rows).toMatchObject([{ runId: single.id, studyId: null, studyName: null, accuracy: null, loss: null }])
    expect(log.searchCheckpoints({ ...all, limit: 2, offset: 1 })).toMatchObject({ rows: [{}, {}], total: 4, bytes: 750 })
    expect(() => log.searchCheckpoints({ ...all, filter: 'accurcy > 1' })).toThrow(expect.objectContaining({ code: 'invalid-input' }))
    log.close()
  })

  it('say of a value that is not finite that there is none to show', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: '', config: namedRun('a') })
    save(log, run.id, 10)
    evaluate(log, run.id, 10, Number.NaN)
    expect(log.searchCheckpoints(all).rows[0]).toMatchObject({ accuracy: { step: 10, value: null }, loss: { step: 10, value: null } })
    log.close()
  })

  it('are sorted by a metric, those without one last, and by whether they are kept', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const runs = ['a', 'b', 'c'].map((name) => log.createRun({ studyId: null, key: '', config: namedRun(name) }))
    const ids = runs.map(({ id }) => save(log, id, 10))
    evaluate(log, runs[0]!.id, 10, 0.5)
    evaluate(log, runs[1]!.id, 30, 0.9)
    const order = (field: 'accuracy' | 'loss' | 'kept' | 'run', isDescending: boolean) => log.searchCheckpoints({ ...all, sort: { field, isDescending } }).rows.map(({ runName }) => runName).join('')
    expect([order('accuracy', true), order('accuracy', false), order('loss', false), order('run', true)]).toEqual(['bac', 'abc', 'bac', 'cba'])
    log.keepCheckpoints([{ checkpointId: ids[2]!, isKept: true }])
    expect(order('kept', true)[0]).toBe('c')
    expect(log.searchCheckpoints({ ...all, isKept: true }).rows).toMatchObject([{ id: ids[2], isKept: true }])
    expect(log.searchCheckpoints({ ...all, isKept: false }).total).toBe(2)
    log.close()
  })

  it('are left out and counted apart where their run is in the trash; those of archived runs are there', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const [one, other] = ['a', 'b'].map((name) => log.createRun({ studyId: null, key: '', config: namedRun(name) }))
    for (const run of [one!, other!]) {
      save(log, run.id, 1, 40)
      log.updateRun(run.id, { status: 'finished' })
    }
    log.annotate('run', [{ id: one!.id, isArchived: true }])
    log.putInTrash({ runIds: [other!.id], studyIds: [] })
    expect(log.searchCheckpoints(all).rows.map(({ runId }) => runId)).toEqual([one!.id])
    expect(log.checkpointTotals()).toEqual({ checkpoints: 1, bytes: 40, trashBytes: 40 })
    expect(log.prunableCheckpoints({ filter: '', now: 0 }).map(({ runId }) => runId)).toEqual([one!.id])
    log.close()
  })
})
