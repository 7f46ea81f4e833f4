import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LoupeError } from '../contract/errors.ts'
import type { LogWriter } from './log.ts'
import { openLogReader, openLogWriter } from './open.ts'
import { batchLoss, namedRun, namedStudy, temporaryWorkspace } from './temporary-log.ts'

const page = { limit: 100, offset: 0 }

describe('studies and runs', () => {
  it('read back as they were written, ids counting up', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder, now: () => 1_700_000_000_000 })
    const study = log.createStudy(namedStudy('first'))
    expect(study).toMatchObject({ id: 'study-0001', name: 'first', status: 'queued', createdAt: 1_700_000_000_000, startedAt: null, error: null })
    const run = log.createRun({ studyId: study.id, key: 'b=64 seed=1', config: namedRun('b=64') })
    expect(run).toEqual({
      id: 'run-000001',
      studyId: 'study-0001',
      key: 'b=64 seed=1',
      name: 'b=64',
      status: 'queued',
      config: namedRun('b=64'),
      configHash: run.configHash,
      environment: null,
      createdAt: 1_700_000_000_000,
      startedAt: null,
      finishedAt: null,
      steps: 0,
      examples: 0,
      wallMs: 0,
      functionEvaluations: 0,
      censored: null,
      error: null,
    })
    expect(run.configHash).toMatch(/^[0-9a-f]{64}$/)
    log.close()
  })

  it('change only in what a patch names', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const environment = { loupe: '0.1.0', tensorflow: '2.21.0', node: '24', platform: 'linux-x64', device: 'CPU', threads: 2, jit: false, git: null }
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    log.updateRun(run.id, { status: 'running', startedAt: 5, environment })
    const failed = log.updateRun(run.id, { status: 'failed', steps: 7, censored: false, error: { code: 'not-finite', message: 'The loss became NaN.', facts: { step: 7 } } })
    expect(failed).toEqual({ ...run, status: 'failed', startedAt: 5, environment, steps: 7, censored: false, error: { code: 'not-finite', message: 'The loss became NaN.', facts: { step: 7 } } })
    expect(log.updateRun(run.id, { error: null }).error).toBeNull()

    const study = log.createStudy(namedStudy('before'))
    const renamed = log.updateStudy(study.id, { config: namedStudy('after') })
    expect(renamed.name).toBe('after')
    expect(renamed.configHash).not.toBe(study.configHash)
    log.close()
  })

  it('are listed newest first, page by page, with their number', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const study = log.createStudy(namedStudy('s'))
    for (const key of ['a', 'b', 'c']) log.createRun({ studyId: study.id, key, config: namedRun(key) })
    log.createRun({ studyId: null, key: 'd', config: namedRun('d') })
    expect(log.runs({ studyId: null, limit: 2, offset: 1 })).toMatchObject({ runs: [{ key: 'c' }, { key: 'b' }], total: 4 })
    expect(log.runs({ studyId: study.id, ...page })).toMatchObject({ runs: [{ key: 'c' }, { key: 'b' }, { key: 'a' }], total: 3 })
    expect(log.runsOf(study.id).map((run) => run.key)).toEqual(['a', 'b', 'c'])
    expect(log.studies(page)).toMatchObject({ studies: [{ id: study.id }], total: 1 })
    log.close()
  })

  it('refuse unknown ids, and a second run of the same key in a study', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const study = log.createStudy(namedStudy('s'))
    log.createRun({ studyId: study.id, key: 'b=8', config: namedRun('') })
    expect(() => log.run('run-7')).toThrow('There is no run "run-7" in this workspace.')
    expect(() => log.run('study-0001')).toThrow('"study-0001" is not the id of a run. One looks like "run-000001".')
    expect(() => log.createRun({ studyId: 'study-9', key: 'a', config: namedRun('') })).toThrow('There is no study "study-9"')
    expect(() => log.createRun({ studyId: study.id, key: 'b=8', config: namedRun('') })).toThrow('has a run "b=8" already: run-000001')
    expect(() => log.appendMetrics('run-9', [batchLoss(1, 1)])).toThrow(LoupeError)
    expect(log.health).toBeNull()
    log.close()
  })

  it('share a configuration that says the same, whatever the order of its fields', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const config = namedRun('same')
    const reversed = Object.fromEntries(Object.entries(config).reverse()) as typeof config // the same fields, in another order
    const first = log.createRun({ studyId: null, key: 'a', config })
    const second = log.createRun({ studyId: null, key: 'b', config: reversed })
    expect(second.configHash).toBe(first.configHash)
    log.close()
  })
})

describe('metrics', () => {
  it('are there after a flush, for another reader, too', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const reader = openLogReader({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    log.appendMetrics(run.id, [batchLoss(0, 2), batchLoss(1, 1)])
    expect(reader.metricKeys(run.id)).toEqual([])
    log.flush()
    expect(reader.metricKeys(run.id)).toEqual(['train/batch-loss'])
    expect(reader.sum(run.id, 'train/batch-loss', 1)).toBe(3)
    reader.close()
    log.close()
  })

  it('are there for another reader once they are published', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const reader = openLogReader({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    for (let step = 0; step < 30; step++) {
      log.appendMetrics(run.id, [batchLoss(step, 2)])
      log.publish()
      expect(reader.stepTotal(run.id, 'train/batch-loss').count).toBe(step + 1)
      if (step % 10 === 0) log.flush()
      if (step % 7 === 0) log.updateCounts(run.id, { steps: step, examples: 64 * step, wallMs: 1 })
      if (step % 7 === 0) expect(reader.run(run.id)).toMatchObject({ steps: step, examples: 64 * step, wallMs: 1, status: 'queued' })
    }
    reader.close()
    log.close()
  })

  it('are committed by themselves within 250 ms, and at once when a batch is full and the loop turns', async () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const reader = openLogReader({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    log.appendMetrics(run.id, [batchLoss(0, 1)])
    await new Promise((resolve) => setTimeout(resolve, 400))
    expect(reader.sum(run.id, 'train/batch-loss', 10_000)).toBe(1)
    log.appendMetrics(run.id, Array.from({ length: 4000 }, (_, index) => batchLoss(index + 1, 1)))
    await new Promise((resolve) => setImmediate(resolve))
    expect(reader.sum(run.id, 'train/batch-loss', 10_000)).toBe(4001)
    reader.close()
    log.close()
  })

  it('are committed before the change of state that follows them', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const reader = openLogReader({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    log.appendMetrics(run.id, [batchLoss(0, 2)])
    log.updateRun(run.id, { status: 'finished' })
    expect(reader.sum(run.id, 'train/batch-loss', 0)).toBe(2)
    reader.close()
    log.close()
  })

  it('are counted and added up, those that are 0 apart and NaN left out', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    log.appendMetrics(run.id, [batchLoss(0, 2), batchLoss(1, 0), batchLoss(2, Number.NaN), batchLoss(3, 0.5), batchLoss(4, 0)])
    expect(log.stepTotal(run.id, 'train/batch-loss')).toEqual({ count: 4, sum: 2.5, zeros: 2 })
    expect(log.stepTotal(run.id, 'step/learning-rate')).toEqual({ count: 0, sum: 0, zeros: 0 })
    log.close()
  })

  it('give the evaluations of a run, step by step, per-step metrics left out', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    const at = (step: number) => ({ step, examples: step * 64, wallMs: step })
    log.appendMetrics(run.id, [
      batchLoss(10, 0.9),
      { key: 'train/loss', ...at(20), value: 0.5 },
      { key: 'validation/loss', ...at(20), value: 0.75 },
      { key: 'train/loss', ...at(10), value: 1.5 },
      { key: 'test/loss', ...at(20), value: 0.8 },
    ])
    expect(log.evaluations(run.id)).toEqual([
      { step: 10, examples: 640, wallMs: 10, values: { 'train/loss': 1.5 } },
      { step: 20, examples: 1280, wallMs: 20, values: { 'train/loss': 0.5, 'validation/loss': 0.75, 'test/loss': 0.8 } },
    ])
    log.close()
  })

  it('keep NaN and infinities', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    for (const [step, value] of [Number.NaN, Infinity, -Infinity].entries()) log.appendMetrics(run.id, [{ key: 'train/loss', step, examples: 0, wallMs: 0, value }])
    log.flush()
    expect(log.evaluations(run.id).map(({ values }) => values['train/loss'])).toEqual([Number.NaN, Infinity, -Infinity])
    log.close()
  })

  it('after a step are dropped when a run resumes from it, queued ones, too, and only those of that run', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    const other = log.createRun({ studyId: null, key: 'b', config: namedRun('b') })
    log.appendMetrics(run.id, [batchLoss(1, 1), batchLoss(2, 1)])
    log.flush()
    log.appendMetrics(run.id, [batchLoss(3, 1)])
    log.appendMetrics(other.id, [batchLoss(3, 1)])
    log.dropMetricsAfter(run.id, 1)
    log.appendMetrics(run.id, [batchLoss(2, 10)])
    expect(log.sum(run.id, 'train/batch-loss', 100)).toBe(11)
    expect(log.sum(other.id, 'train/batch-loss', 100)).toBe(1)
    log.close()
  })

  it('come as a block, too: many in one statement, a step logged again within it with its last value', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    const places = Float64Array.from({ length: 60 }, (_, i) => i)
    log.appendBlock(run.id, { firstStep: 1, examples: places, wallMs: places, metrics: [{ key: 'train/batch-loss', values: places.map((i) => 2 * i) }, { key: 'step/learning-rate', values: places.map((i) => i - 100) }] })
    log.appendMetrics(run.id, [batchLoss(60, 7), batchLoss(61, Number.NaN)])
    log.flush()
    const [loss, rate] = log.series({ runIds: [run.id], keys: ['train/batch-loss', 'step/learning-rate'], maxPoints: 100, from: null, to: null })
    expect(loss?.last).toEqual([...Array.from({ length: 59 }, (_, i) => 2 * i), 7])
    expect(loss?.total).toBe(61)
    expect(rate?.last).toEqual(Array.from({ length: 60 }, (_, i) => i - 100))
    expect(rate?.step).toEqual(Array.from({ length: 60 }, (_, i) => i + 1))
    log.close()
  })

  it('that are logged where they change are, over a writer that died and a resume, those of a run that was not interrupted', () => {
    using workspace = temporaryWorkspace()
    const rateAt = (step: number) => (step < 4 ? Number.NaN : step < 7 ? 0.2 : 0.1)
    const rates = (log: LogWriter, runId: string, from: number, to: number) => {
      const places = Float64Array.from({ length: to - from + 1 }, (_, i) => from + i)
      log.appendBlock(runId, { firstStep: from, examples: places, wallMs: places, metrics: [{ key: 'step/learning-rate', values: places.map(rateAt) }] })
    }
    const first = openLogWriter({ workspace: workspace.folder })
    const whole = first.createRun({ studyId: null, key: 'whole', config: namedRun('a') })
    const cut = first.createRun({ studyId: null, key: 'cut', config: namedRun('a') })
    rates(first, whole.id, 1, 12)
    rates(first, cut.id, 1, 8)
    first.close()
    const log = openLogWriter({ workspace: workspace.folder })
    log.dropMetricsAfter(cut.id, 2)
    rates(log, cut.id, 3, 5)
    log.dropMetricsAfter(cut.id, 5)
    rates(log, cut.id, 6, 12)
    const [expected, resumed] = log.series({ runIds: [whole.id, cut.id], keys: ['step/learning-rate'], maxPoints: 100, from: null, to: null })
    expect(expected).toMatchObject({ step: [4, 7], last: [0.2, 0.1], total: 3 })
    expect({ ...resumed, runId: whole.id }).toEqual(expected)
    log.close()
  })

  it('refuse a row that the table could not take, and keep the others', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    expect(() => log.appendMetrics(run.id, [{ ...batchLoss(1, 1), step: 1.5 }])).toThrow('must have a whole step')
    log.appendMetrics(run.id, [batchLoss(1, 1)])
    log.flush()
    expect(log.sum(run.id, 'train/batch-loss', 1)).toBe(1)
    log.close()
  })
})

describe('events', () => {
  it('are listed newest first, of all, of a study or of a run', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder, now: () => 42 })
    const study = log.createStudy(namedStudy('s'))
    const run = log.createRun({ studyId: study.id, key: 'a', config: namedRun('a') })
    const event = log.appendEvent({ studyId: study.id, runId: run.id, level: 'info', kind: 'run.resumed', message: 'Started.', facts: { batchSize: 8 } })
    log.appendEvent({ studyId: null, runId: null, level: 'warning', kind: 'metrics.dropped', message: 'Slow.' })
    expect(event).toEqual({ id: 1, studyId: study.id, runId: run.id, at: 42, level: 'info', kind: 'run.resumed', message: 'Started.', facts: { batchSize: 8 } })
    expect(log.events({ studyId: null, runId: null, ...page }).map(({ kind }) => kind)).toEqual(['metrics.dropped', 'run.resumed'])
    expect(log.events({ studyId: study.id, runId: null, ...page })).toEqual([event])
    expect(log.events({ studyId: null, runId: run.id, ...page })).toEqual([event])
    log.close()
  })
})

describe('checkpoints', () => {
  it('read back to the byte, and only the newest are kept', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    const bytes = (fill: number): Uint8Array => new Uint8Array(1000).fill(fill)
    for (const step of [10, 20, 30]) log.saveCheckpoint(run.id, { step, examples: step * 64, bytes: bytes(step), keep: 2 })
    const kept = log.checkpoints(run.id)
    expect(kept.map(({ step, examples, bytes: size }) => [step, examples, size])).toEqual([[20, 1280, 1000], [30, 1920, 1000]])
    expect(log.checkpointBytes(kept[1]?.id ?? '')).toEqual(Buffer.from(bytes(30)))
    expect(readdirSync(join(workspace.folder, 'checkpoints', run.id))).toHaveLength(2)
    log.close()
  })

  it('that a user saved stay, push none out, and stay when another takes their place at the same step', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    const save = (step: number, keep: number | 'this') => log.saveCheckpoint(run.id, { step, examples: step * 64, bytes: new Uint8Array([step, keep === 'this' ? 1 : 0]), keep })
    save(10, 1)
    save(15, 'this')
    save(20, 'this')
    const steps = () => log.checkpoints(run.id).map(({ step, isKept }) => [step, isKept])
    expect(steps()).toEqual([[10, false], [15, true], [20, true]])
    save(20, 1)
    save(30, 1)
    expect(steps()).toEqual([[15, true], [20, true], [30, false]])
    expect(readdirSync(join(workspace.folder, 'checkpoints', run.id))).toHaveLength(3)
    log.close()
  })

  it('take the place of one at the same step, and clear away what a crash left behind', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    log.saveCheckpoint(run.id, { step: 10, examples: 640, bytes: new Uint8Array([1]), keep: 3 })
    const folder = join(workspace.folder, 'checkpoints', run.id)
    writeFileSync(join(folder, 'step-000000020-00000000.checkpoint.partial'), 'half')
    const second = log.saveCheckpoint(run.id, { step: 10, examples: 640, bytes: new Uint8Array([2]), keep: 3 })
    expect(log.checkpoints(run.id)).toEqual([second])
    expect([...log.checkpointBytes(second.id)]).toEqual([2])
    expect(readdirSync(folder)).toHaveLength(1)
    log.close()
  })

  it('are refused where a byte changed or the file is gone', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    const { id } = log.saveCheckpoint(run.id, { step: 10, examples: 640, bytes: new Uint8Array(100), keep: 1 })
    const folder = join(workspace.folder, 'checkpoints', run.id)
    const path = join(folder, readdirSync(folder)[0] ?? '')
    const damaged = readFileSync(path)
    damaged[50] = 1
    writeFileSync(path, damaged)
    expect(() => log.checkpointBytes(id)).toThrow(expect.objectContaining({ code: 'log-corrupt', message: expect.stringContaining('does not match its SHA-256') }))
    rmSync(path)
    expect(existsSync(path)).toBe(false)
    expect(() => log.checkpointBytes(id)).toThrow(expect.objectContaining({ code: 'log-corrupt', message: expect.stringContaining('has no file') }))
    log.close()
  })
})
