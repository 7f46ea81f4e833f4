import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { runConfig } from '../contract/run-config.ts'
import type { LogWriter } from './log.ts'
import { openLogWriter } from './open.ts'
import { namedRun, namedStudy, temporaryWorkspace } from './temporary-log.ts'

const plainly = { isForced: false, includesKept: false }

function save(log: LogWriter, runId: string, step: number): string {
  return log.saveCheckpoint(runId, { step, examples: step * 64, bytes: new Uint8Array(100).fill(step), keep: 100 }).id
}
const filesOf = (folder: string, runId: string) => (existsSync(join(folder, 'checkpoints', runId)) ? readdirSync(join(folder, 'checkpoints', runId)) : [])

describe('keeping a checkpoint', () => {
  it('says what it was, which undoes it, and a label stays as long as it is kept', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: '', config: namedRun('a') })
    const id = save(log, run.id, 1)
    const labelOf = () => log.checkpointRows([id]).map(({ isKept, label }) => [isKept, label])[0]
    expect(log.keepCheckpoints([{ checkpointId: id, isKept: true, label: 'before the drop' }])).toEqual([{ checkpointId: id, isKept: false, label: '' }])
    expect(labelOf()).toEqual([true, 'before the drop'])
    expect(log.keepCheckpoints([{ checkpointId: id, isKept: true }])).toEqual([{ checkpointId: id, isKept: true, label: 'before the drop' }])
    const before = log.keepCheckpoints([{ checkpointId: id, isKept: false }])
    expect(labelOf()).toEqual([false, ''])
    log.keepCheckpoints(before)
    expect(labelOf()).toEqual([true, 'before the drop'])
    expect(() => log.keepCheckpoints([{ checkpointId: id, isKept: false }, { checkpointId: 'checkpoint-9', isKept: true }])).toThrow('There is no checkpoint "checkpoint-9"')
    expect(labelOf()).toEqual([true, 'before the drop'])
    // A newer one does not push it out; one of the same step takes over the label.
    for (const step of [2, 3]) log.saveCheckpoint(run.id, { step, examples: 1, bytes: new Uint8Array(1), keep: 1 })
    const again = save(log, run.id, 1)
    expect(log.checkpointRows([again])).toMatchObject([{ step: 1, isKept: true, label: 'before the drop' }])
    log.close()
  })
})

describe('pruning', () => {
  it('deletes rows and files, and says in the log of the run which steps are gone', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: '', config: namedRun('a') })
    const ids = [1, 2, 3].map((step) => save(log, run.id, step))
    log.updateRun(run.id, { status: 'finished' })
    const pruned = log.pruneCheckpoints([ids[1]!, ids[0]!, 'checkpoint-99', ids[0]!], plainly)
    expect(pruned).toEqual({ gone: [{ id: ids[0], runId: run.id, step: 1, bytes: 100 }, { id: ids[1], runId: run.id, step: 2, bytes: 100 }], left: [], filesLeft: [] })
    expect(log.checkpoints(run.id).map(({ step }) => step)).toEqual([3])
    expect(filesOf(workspace.folder, run.id)).toHaveLength(1)
    expect(log.events({ studyId: null, runId: run.id, limit: 1, offset: 0 })).toMatchObject([{ kind: 'checkpoints.pruned', facts: { checkpoints: 2, bytes: 200, steps: [1, 2] } }])
    log.pruneCheckpoints([ids[2]!], plainly)
    expect(existsSync(join(workspace.folder, 'checkpoints', run.id))).toBe(false)
    log.close()
  })

  it.each(['running', 'queued'] as const)('takes none of a run that is %s, forced or not', (status) => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: '', config: namedRun('a') })
    const ids = [1, 2].map((step) => save(log, run.id, step))
    log.updateRun(run.id, { status })
    expect(log.pruneCheckpoints(ids, { isForced: true, includesKept: true })).toEqual({ gone: [], left: ids.map((checkpointId) => ({ checkpointId, reason: 'training' })), filesLeft: [] })
    expect(filesOf(workspace.folder, run.id)).toHaveLength(2)
    log.close()
  })

  it('takes none of a run that its study may ask for again, and those of its finished runs', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const study = log.createStudy(namedStudy('s'))
    const [paused, finished] = ['a', 'b'].map((key) => log.createRun({ studyId: study.id, key, config: namedRun(key) }))
    const ids = [paused!, finished!].map(({ id }) => save(log, id, 1))
    log.updateStudy(study.id, { status: 'running' })
    log.updateRun(paused!.id, { status: 'paused' })
    log.updateRun(finished!.id, { status: 'finished' })
    expect(log.pruneCheckpoints(ids, { isForced: true, includesKept: false })).toMatchObject({ gone: [{ id: ids[1] }], left: [{ checkpointId: ids[0], reason: 'training' }] })
    log.close()
  })

  it.each(['paused', 'stopped', 'interrupted', 'failed'] as const)('leaves the newest of a run that is %s, unless forced, even where all are named', (status) => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: '', config: namedRun('a') })
    const ids = [1, 2].map((step) => save(log, run.id, step))
    log.updateRun(run.id, { status })
    expect(log.pruneCheckpoints(ids.toReversed(), plainly)).toMatchObject({ gone: [{ step: 1 }], left: [{ checkpointId: ids[1], reason: 'resumable' }] })
    expect(log.pruneCheckpoints(ids, { isForced: true, includesKept: false })).toMatchObject({ gone: [{ step: 2 }], left: [] })
    log.close()
  })

  it('leaves what the user keeps, unless told to take it, too', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: '', config: namedRun('a') })
    const ids = [1, 2].map((step) => save(log, run.id, step))
    log.updateRun(run.id, { status: 'finished' })
    log.keepCheckpoints([{ checkpointId: ids[0]!, isKept: true }])
    expect(log.pruneCheckpoints([ids[0]!], { isForced: true, includesKept: false })).toMatchObject({ gone: [], left: [{ reason: 'kept' }] })
    expect(log.pruneCheckpoints([ids[0]!], { isForced: false, includesKept: true })).toMatchObject({ gone: [{ step: 1 }], left: [] })
    log.close()
  })

  it('leaves the weights that a run begins from which waits', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const teacher = log.createRun({ studyId: null, key: '', config: namedRun('teacher') })
    const ids = [1, 2].map((step) => save(log, teacher.id, step))
    log.updateRun(teacher.id, { status: 'finished' })
    const config = runConfig.parse({ model: { kind: 'mlp', hidden: [16, 16] }, distillation: { students: [1], frontInit: { kind: 'run', run: teacher.id } } })
    const student = log.createRun({ studyId: null, key: '', config })
    expect(log.pruneCheckpoints(ids, { isForced: true, includesKept: true })).toMatchObject({ gone: [{ step: 1 }], left: [{ checkpointId: ids[1], reason: 'start' }] })
    log.updateRun(student.id, { status: 'finished' })
    expect(log.pruneCheckpoints(ids, plainly)).toMatchObject({ gone: [{ step: 2 }] })
    log.close()
  })

  it('ends at the next start where its process died after the rows and before the files', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: '', config: namedRun('a') })
    for (const step of [1, 2]) save(log, run.id, step)
    log.updateRun(run.id, { status: 'finished' })
    log.close()
    // As the first of pruning's two transactions leaves it.
    const db = new Database(join(workspace.folder, 'loupe.db'))
    db.exec("INSERT INTO pruned_files SELECT run, file FROM checkpoints WHERE step = 1; DELETE FROM checkpoints WHERE step = 1; INSERT INTO pruned_files VALUES (77, 'gone.checkpoint')")
    db.close()
    expect(filesOf(workspace.folder, run.id)).toHaveLength(2)
    const later = openLogWriter({ workspace: workspace.folder })
    expect(filesOf(workspace.folder, run.id)).toHaveLength(1)
    expect(later.checkpoints(run.id).map(({ step }) => step)).toEqual([2])
    expect(later.checkpointBytes(later.checkpoints(run.id)[0]!.id)).toHaveLength(100)
    later.close()
    const after = new Database(join(workspace.folder, 'loupe.db'), { readonly: true })
    expect(after.prepare('SELECT count(*) FROM pruned_files').pluck().get()).toBe(0)
    after.close()
  })

  it('leaves a file that the run has saved anew since, and says which files the disk holds on to', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: '', config: namedRun('a') })
    for (const step of [1, 2]) save(log, run.id, step)
    log.updateRun(run.id, { status: 'finished' })
    log.close()
    const db = new Database(join(workspace.folder, 'loupe.db'))
    db.exec('INSERT INTO pruned_files SELECT run, file FROM checkpoints WHERE step = 1')
    db.close()
    const later = openLogWriter({ workspace: workspace.folder })
    expect(later.checkpointBytes('checkpoint-1')).toHaveLength(100)
    // A folder in the place of the file is none that `rm` of a file takes.
    const path = later.checkpointPath('checkpoint-1')
    rmSync(path)
    mkdirSync(join(path, 'x'), { recursive: true })
    expect(later.pruneCheckpoints(['checkpoint-1'], plainly)).toMatchObject({ gone: [{ step: 1 }], filesLeft: [path] })
    later.close()
    rmSync(path, { recursive: true })
    writeFileSync(path, 'x')
    openLogWriter({ workspace: workspace.folder }).close()
    expect(existsSync(path)).toBe(false)
  })
})

describe('verifying', () => {
  it('finds a flipped byte, a file cut short and one that is gone, and nothing wrong with the others', async () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: '', config: namedRun('a') })
    const ids = [1, 2, 3, 4].map((step) => save(log, run.id, step))
    const [flipped, cut, gone] = ids.slice(0, 3).map((id) => log.checkpointPath(id)) as [string, string, string]
    const bytes = readFileSync(flipped)
    bytes[50] = bytes[50]! ^ 1
    writeFileSync(flipped, bytes)
    truncateSync(cut, 99)
    rmSync(gone)
    const found = await Promise.all(ids.map(async (id) => await log.verifyCheckpoint(id)))
    expect(found).toMatchObject([
      { problem: 'damaged', step: 1, path: flipped, expectedBytes: 100, actualBytes: 100 },
      { problem: 'damaged', path: cut, actualBytes: 99, actualSha256: null },
      { problem: 'missing', path: gone, actualBytes: null },
      null,
    ])
    expect(found[0]?.actualSha256).toMatch(/^[0-9a-f]{64}$/)
    expect(found[0]?.actualSha256).not.toBe(found[0]?.expectedSha256)
    await expect(log.verifyCheckpoint('checkpoint-9')).rejects.toThrow('There is no checkpoint "checkpoint-9"')
    log.close()
  })
})
