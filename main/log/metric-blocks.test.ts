import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import type { MetricKey } from '../contract/metrics.ts'
import type { MetricSeries } from '../contract/records.ts'
import type { LogReader, LogWriter } from './log.ts'
import { openLogReader, openLogWriter } from './open.ts'
import { batchLoss, namedRun, temporaryWorkspace } from './temporary-log.ts'

const key = 'train/batch-loss'

function append(log: LogWriter, runId: string, { firstStep, values, of = key }: { readonly firstStep: number; readonly values: readonly number[]; readonly of?: MetricKey }): void {
  const steps = Float64Array.from(values, (_, i) => firstStep + i)
  log.appendBlock(runId, { firstStep, examples: steps.map((step) => 64 * step), wallMs: steps.map((step) => step / 2), metrics: [{ key: of, values: Float64Array.from(values) }] })
}

function curve(log: LogReader, runId: string, query: { readonly of?: MetricKey; readonly maxPoints?: number; readonly from?: number; readonly to?: number } = {}): MetricSeries | undefined {
  const { of = key, maxPoints = 100_000, from = null, to = null } = query
  return log.series({ runIds: [runId], keys: [of], maxPoints, from, to })[0]
}

/** How many rows and blocks lie in the database. */
function counts(folder: string): readonly [rows: number, blocks: number] {
  const db = new Database(join(folder, 'loupe.db'), { readonly: true })
  const count = (table: string) => Number(db.prepare(`SELECT count(*) FROM ${table}`).pluck().get())
  const found = [count('metrics'), count('metric_blocks')] as const
  db.close()
  return found
}

const ramp = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

describe('metrics of many steps', () => {
  it('lie in blocks of 4,096 steps or less, a few steps and evaluations in rows', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    append(log, run.id, { firstStep: 1, values: ramp(1, 5000) })
    log.flush()
    expect(counts(workspace.folder)).toEqual([0, 2])
    append(log, run.id, { firstStep: 5001, values: ramp(1, 7) })
    log.appendMetrics(run.id, ramp(1, 20).map((step) => ({ ...batchLoss(step, 1), key: 'train/loss' })))
    log.flush()
    expect(counts(workspace.folder)).toEqual([27, 2])
    expect(curve(log, run.id)).toMatchObject({ total: 5007, last: [...ramp(1, 5000), ...ramp(1, 7)], step: ramp(1, 5007) })
    expect(log.metricKeys(run.id)).toEqual(['train/batch-loss', 'train/loss'])
    expect(log.evaluations(run.id)).toHaveLength(20)
    log.close()
  })

  it('make the buckets that rows make, of any range and any width, values that are not finite left out', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    const values = ramp(0, 299).map((i) => (i % 17 === 0 ? Number.NaN : i % 31 === 0 ? Infinity : ((i * 7919) % 101) / 4))
    for (const [at, end] of [[0, 100], [100, 140], [140, 300]] as const) {
      append(log, run.id, { firstStep: 10 + 3 * at, values: values.slice(at, end) })
      log.flush()
    }
    const steps = [...ramp(10, 109), ...ramp(310, 349), ...ramp(430, 589)]
    log.appendMetrics(run.id, steps.map((step, i) => ({ ...batchLoss(step, values[i] ?? 0), key: 'train/loss' })))
    log.flush()
    expect(counts(workspace.folder)).toEqual([300, 3])
    for (const maxPoints of [1, 2, 3, 7, 50, 299, 300, 600]) {
      for (const [from, to] of [[0, 1000], [0, 9], [50, 330], [109, 310], [110, 309], [320, 320], [400, 2000], [589, 589]] as const) {
        const query = { maxPoints, from, to }
        expect({ ...curve(log, run.id, query), key: 'train/loss' }).toEqual(curve(log, run.id, { ...query, of: 'train/loss' }))
      }
    }
    for (const toStep of [0, 10, 60, 200, 340, 1000]) expect(log.sum(run.id, key, toStep)).toBe(log.sum(run.id, 'train/loss', toStep))
    expect(log.stepTotal(run.id, key)).toEqual(log.stepTotal(run.id, 'train/loss'))
    log.close()
  })

  it('that are logged again take the new value, in a block, beside it, and in one that was dropped in part', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    append(log, run.id, { firstStep: 10, values: ramp(10, 29) })
    log.flush()
    append(log, run.id, { firstStep: 40, values: ramp(40, 59) })
    log.flush()
    append(log, run.id, { firstStep: 25, values: ramp(1025, 1044) })
    log.appendMetrics(run.id, [batchLoss(27, Number.NaN), batchLoss(5, 5)])
    log.flush()
    expect(curve(log, run.id)).toMatchObject({
      step: [5, ...ramp(10, 26), ...ramp(28, 59)],
      last: [5, ...ramp(10, 24), 1025, 1026, ...ramp(1028, 1044), ...ramp(45, 59)],
      total: 51,
    })
    log.dropMetricsAfter(run.id, 50)
    append(log, run.id, { firstStep: 51, values: ramp(2051, 2070) })
    expect(curve(log, run.id, { from: 48 })).toMatchObject({ step: ramp(48, 70), last: [48, 49, 50, ...ramp(2051, 2070)] })
    log.dropMetricsAfter(run.id, -1)
    expect(curve(log, run.id)?.total).toBe(0)
    log.close()
    expect(counts(workspace.folder)).toEqual([0, 0])
  })

  it('that come out of order are in order, each once', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    log.appendMetrics(run.id, [9, 3, 8, 1, 2, 4, 5, 6, 7, 3].map((step, i) => batchLoss(step, i)))
    expect(curve(log, run.id)).toMatchObject({ step: ramp(1, 9), last: [3, 4, 9, 5, 6, 7, 8, 2, 0], total: 9 })
    log.close()
  })

  it('read on where an older log has rows', () => {
    using workspace = temporaryWorkspace()
    const older = openLogWriter({ workspace: workspace.folder })
    const run = older.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    older.appendMetrics(run.id, [batchLoss(0, 0)])
    older.close()
    const db = new Database(join(workspace.folder, 'loupe.db'))
    for (const step of ramp(1, 30)) db.prepare('INSERT INTO metrics SELECT 1, id, ?, ?, ?, ? FROM metric_keys').run(step, 64 * step, step / 2, step)
    db.close()
    const log = openLogWriter({ workspace: workspace.folder })
    append(log, run.id, { firstStep: 21, values: ramp(121, 140) })
    append(log, run.id, { firstStep: 41, values: ramp(41, 60) })
    log.flush()
    append(log, run.id, { firstStep: 61, values: ramp(61, 80) })
    log.close()
    expect(counts(workspace.folder)[1]).toBe(1)
    const reader = openLogReader({ workspace: workspace.folder })
    expect(curve(reader, run.id)).toMatchObject({ step: ramp(0, 80), last: [...ramp(0, 20), ...ramp(121, 140), ...ramp(41, 80)] })
    expect(curve(reader, run.id, { maxPoints: 3, from: 50, to: 79 })).toMatchObject({ step: [59, 69, 79], mean: [54.5, 64.5, 74.5] })
    reader.close()
  })

  it('of a metric that is logged where it changes hold over the end of a block, for curves and for a writer that goes on', () => {
    using workspace = temporaryWorkspace()
    const rate = 'step/learning-rate'
    const first = openLogWriter({ workspace: workspace.folder })
    const run = first.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    append(first, run.id, { of: rate, firstStep: 1, values: ramp(1, 20) })
    first.flush()
    append(first, run.id, { of: rate, firstStep: 21, values: [20, 20, 20, ...ramp(24, 40)] })
    first.close()
    expect(counts(workspace.folder)).toEqual([0, 2])
    const log = openLogWriter({ workspace: workspace.folder })
    append(log, run.id, { of: rate, firstStep: 41, values: [40, 40, 7] })
    const at = (from: number, to = from) => curve(log, run.id, { of: rate, from, to })
    expect(at(42, 43)).toMatchObject({ step: [40, 43], last: [40, 7] })
    expect(at(23)).toMatchObject({ step: [20], last: [20] })
    expect(at(30)).toMatchObject({ step: [30], last: [30] })
    expect(at(99)).toMatchObject({ step: [43], last: [7] })
    expect(at(0)).toMatchObject({ step: [], last: [] })
    log.close()
  })

  it('are there whole or not at all where a transaction fails', () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    append(log, run.id, { firstStep: 1, values: ramp(1, 20) })
    expect(() => log.updateRun(run.id, { steps: 0.5 })).toThrow()
    append(log, run.id, { firstStep: 21, values: ramp(21, 40) })
    log.flush()
    expect(curve(log, run.id)).toMatchObject({ step: ramp(1, 40), total: 40 })
    log.close()
    expect(counts(workspace.folder)).toEqual([0, 1])
  })
})
