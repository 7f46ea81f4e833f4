import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { queries } from '../contract/queries.ts'
import type { QueryName } from '../contract/queries.ts'
import { answerQueries } from '../contract/rpc.ts'
import type { Response } from '../contract/rpc.ts'
import { runConfig } from '../contract/run-config.ts'
import { studyConfig } from '../contract/study-config.ts'
import { criticalBatchSizeConfig } from '../methods/critical-batch-size/config.ts'
import { criticalBatchSizeReport } from '../methods/critical-batch-size/report.ts'
import { madeGradients } from '../log/made-gradients.ts'
import { madeImport } from '../log/made-import.ts'
import { openLogReader, openLogWriter } from '../log/open.ts'
import type { LogReader, LogWriter } from '../log/log.ts'
import { writeMadeCheckpoints } from '../../test/support/demo/made-checkpoints.ts'
import { createQueryHandlers } from './query-handlers.ts'

let workspace: string
let writer: LogWriter
let reader: LogReader
let studyId: string
let runId: string
let reportId: string
let importedId: string
let ask: (name: string, input: unknown) => Promise<Response>

/** A finished sweep of one run each, K = 100, 60, 46, 40 at b = 8, 16, 32, 64. */
beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'loupe-queries-'))
  writer = openLogWriter({ workspace, owner: 'test' })
  const config = criticalBatchSizeConfig.parse({ method: 'critical-batch-size', run: { dataset: { name: 'digits' } }, sweep: { batchSizes: [8, 16, 32, 64], minSeeds: 1, maxSeeds: 1, target: { criterion: 'train-loss', value: 0.5 } } })
  studyId = writer.createStudy(config).id
  writer.appendEvent({ studyId, runId: null, level: 'info', kind: 'dataset.read', message: 'Read.', facts: { trainExamples: 1294, validationExamples: 144, hash: 'x' } })
  for (const [batchSize, steps] of [[8, 100], [16, 60], [32, 46], [64, 40]] as const) {
    const run = writer.createRun({ studyId, key: `b=${batchSize} seed=1`, config: runConfig.parse({ dataset: { name: 'digits' }, batchSize, seed: 1, target: config.sweep.target }) })
    runId = run.id
    // The loss falls in a straight line from 1 to 0.5 at `steps`.
    writer.appendMetrics(
      run.id,
      [0, steps / 2, steps].map((step) => ({ key: 'train/loss', step, examples: step * batchSize, wallMs: step * 10, value: 1 - (0.5 * step) / steps })),
    )
    writer.appendGradients(run.id, [madeGradients(steps), madeGradients(steps, { worker: 1 })])
    writer.updateRun(run.id, { status: 'finished', steps, examples: steps * batchSize, wallMs: steps * 10, censored: false, startedAt: 1, finishedAt: 2 })
  }
  writeMadeCheckpoints(writer, { runIds: [runId], steps: [20, 40] })
  writer.updateStudy(studyId, { status: 'finished', startedAt: 1, finishedAt: 2 })
  reportId = writer.saveReport({ reportId: null, version: 0, title: 'A report', blocks: [{ id: 'a', kind: 'text', markdown: 'Words.' }] }).id
  importedId = writer.importRun(madeImport(), []).runId
  writer.flush()
  reader = openLogReader({ workspace })
  ask = answerQueries(createQueryHandlers({ reader, workspace }))
})
afterAll(async () => {
  reader.close()
  writer.close()
  await rm(workspace, { recursive: true, force: true })
})

function inputs(): Readonly<Record<QueryName, unknown>> {
  return {
    'study.list': {},
    'study.get': { studyId },
    'study.report': { studyId },
    'study.lossMap': { studyId, scope: 'alike' },
    'study.fitPoints': { csv: 'batch,seed,steps\n8,1,100\n16,1,60\n32,1,46\n64,1,40\n' },
    'run.list': { studyId },
    'run.search': { filter: 'loss < 1 or seed = 1', groupBy: 'study', columns: ['batchSize', 'train/loss', 'created'] },
    'annotation.get': { runIds: [runId], studyIds: [studyId] },
    'tag.list': {},
    'view.list': {},
    'trash.list': {},
    'run.get': { runId },
    'checkpoint.list': { filter: 'seed = 1', sort: { field: 'accuracy', isDescending: true } },
    'checkpoint.inspect': { checkpointId: 'checkpoint-000001' },
    'checkpoint.compare': { checkpointIds: ['checkpoint-000001', 'checkpoint-000002'] },
    'checkpoint.plan-prune': { rules: { keepBest: { metric: 'validation/loss' } } },
    'checkpoint.verify': { checkpointIds: ['checkpoint-000001', 'checkpoint-2'] },
    'compare.curves': { key: 'train/loss', lines: [{ id: 'one', runIds: [runId] }, { id: 'imported', runIds: [importedId] }, { id: 'all', runIds: reader.runsOf(studyId).map(({ id }) => id) }], axis: 'epoch', smoothing: 0.5 },
    'compare.metrics': { runIds: [runId, importedId] },
    'compare.alike': { runIds: [runId, importedId, runId] },
    'run.source': { runId: importedId },
    'importedRun.get': { runId: importedId },
    'importedRun.names': {},
    'metric.series': { runIds: [runId, importedId], keys: ['train/loss', 'val_loss'] },
    'compare.settings': { runIds: [runId, importedId] },
    'compare.values': { runIds: [runId, importedId], fields: ['batchSize', 'train/loss'] },
    'gradient.steps': { runId },
    'gradient.records': { runId, step: 40 },
    'gradient.course': { runId, worker: 0 },
    'distillation.records': { runId },
    'decorrelation.records': { runId },
    'run.predictions': { runId },
    'system.samples': { from: 0, to: 1000 },
    'event.list': { studyId },
    'dataset.list': {},
    'dataset.examples': { runId, indices: [0, 3] },
    'dataset.inspect': { dataset: { name: 'digits' } },
    'dataset.preview': { dataset: { name: 'digits' }, classIndex: 3, limit: 2 },
    'dataset.checkPath': { path: '/nowhere/at/all.csv' },
    'dataset.known': {},
    'model.cuts': { dataset: { name: 'digits' }, model: { kind: 'residual-mlp', width: 16, depth: 3 } },
    'report.list': {},
    'report.get': { reportId },
    'report.parts': { studyId },
    'report.preview': { reportId, title: 'A report', blocks: [{ id: 'a', kind: 'text', markdown: '**b** $x^2$' }] },
    'report.freshness': { reportId },
    'report.export': { reportId, format: 'tex' },
    'queue.ended': {},
    'workspace.describe': {},
  }
}

describe('the query handlers', () => {
  it('answer every query of the contract in the shape that it promises', async () => {
    for (const [name, input] of Object.entries(inputs())) {
      const response = await ask(name, input)
      expect([name, response.ok ? null : response.error]).toEqual([name, null])
      if (!response.ok) continue
      const parsed = queries[name as QueryName].output.safeParse(response.value) // the keys are the contract's
      expect([name, parsed.error?.issues ?? []]).toEqual([name, []])
    }
  })

  it('refuse bad input by name', async () => {
    const bad: Readonly<Record<QueryName, unknown>> = {
      'study.list': { limit: 0 },
      'study.get': {},
      'study.report': { studyId, target: { criterion: 'luck' } },
      'study.lossMap': { studyId, metric: 'test/loss' },
      'study.fitPoints': { csv: 5 },
      'run.list': { studyId: 5 },
      'run.search': { filter: 5 },
      'annotation.get': { runIds: runId },
      'tag.list': { all: true },
      'view.list': { name: 'x' },
      'trash.list': { limit: 5 },
      'run.get': { id: runId },
      'checkpoint.list': { sort: 'step' },
      'checkpoint.inspect': { runId },
      'checkpoint.compare': { checkpointIds: ['checkpoint-000001'] },
      'checkpoint.plan-prune': { rules: { keepLast: -1 } },
      'checkpoint.verify': { checkpointIds: [] },
      'run.source': {},
      'importedRun.get': { runId: 5 },
      'importedRun.names': { all: true },
      'metric.series': { runIds: 'all', keys: [] },
      'compare.curves': { key: 'train/loss', lines: [{ id: 'none', runIds: [] }] },
      'compare.metrics': { runIds: runId },
      'compare.alike': { runIds: [7] },
      'compare.settings': { runIds: [7] },
      'compare.values': { runIds: [runId], fields: [7] },
      'gradient.steps': {},
      'gradient.records': { runId, step: -1 },
      'gradient.course': { runId, worker: -1 },
      'distillation.records': {},
      'decorrelation.records': { runId, last: 0 },
      'run.predictions': { runId: 7 },
      'system.samples': { from: 0 },
      'event.list': { offset: -1 },
      'dataset.list': { name: 'digits' },
      'dataset.examples': { runId, indices: [-1] },
      'dataset.inspect': { dataset: { name: 'file' } },
      'dataset.preview': { dataset: { name: 'digits' }, limit: 0 },
      'dataset.checkPath': {},
      'dataset.known': { limit: 5 },
      'model.cuts': { dataset: { name: 'digits' }, model: { kind: 'tree' } },
      'report.list': { isTrashed: 'yes' },
      'report.get': { id: reportId },
      'report.parts': {},
      'report.preview': { reportId, title: 'A report', blocks: [{ id: 'a', kind: 'html', html: '<b>' }] },
      'report.freshness': {},
      'report.export': { reportId, format: 'docx' },
      'queue.ended': { limit: 0 },
      'workspace.describe': null,
    }
    for (const [name, input] of Object.entries(bad)) expect([name, await ask(name, input)]).toMatchObject([name, { ok: false, error: { code: 'invalid-input' } }])
  })

  it('give the histograms of gradients, of some workers and units or of all', async () => {
    expect(await ask('gradient.steps', { runId })).toEqual({ ok: true, value: { steps: [40], workers: [0, 1], units: [{ name: 'stem', elements: 2304 }] } })
    expect(await ask('gradient.records', { runId, step: 40, workers: [1] })).toEqual({ ok: true, value: { records: [madeGradients(40, { worker: 1 })] } })
    expect(await ask('gradient.records', { runId, step: 40, units: ['classes'] })).toEqual({ ok: true, value: { records: [] } })
  })

  it('give examples of a run’s data with their labels, and refuse those that there are not', async () => {
    const response = await ask('dataset.examples', { runId, indices: [3, 0] })
    const { shape, classNames, range, examples } = queries['dataset.examples'].output.parse(response.ok ? response.value : null)
    expect([shape, classNames.length, range]).toEqual([[8, 8, 1], 10, [0, 16]])
    expect(examples.map(({ index, values }) => [index, values.length])).toEqual([[3, 64], [0, 64]])
    expect(examples.every(({ values }) => Math.max(...values) <= 16 && Math.max(...values) > 0)).toBe(true)
    expect(await ask('dataset.examples', { runId, indices: [100_000] })).toMatchObject({ ok: false, error: { code: 'invalid-input', facts: { index: 100_000 } } })
    expect(await ask('dataset.examples', { dataset: { name: 'digits' }, split: 'training', indices: [0] })).toMatchObject({ ok: true, value: { shape: [8, 8, 1], examples: [{ index: 0 }] } })
    expect(await ask('dataset.examples', { indices: [] })).toMatchObject({ ok: false, error: { code: 'invalid-input' } })
    expect(await ask('dataset.examples', { runId: 'none', indices: [] })).toMatchObject({ ok: false, error: { code: 'not-found' } })
  })

  it('say so where there is no such study or run', async () => {
    expect(await ask('study.get', { studyId: 'none' })).toMatchObject({ ok: false, error: { code: 'not-found' } })
    expect(await ask('study.report', { studyId: 'none' })).toMatchObject({ ok: false, error: { code: 'not-found' } })
    for (const name of ['run.get', 'gradient.steps']) expect(await ask(name, { runId: 'none' })).toMatchObject({ ok: false, error: { code: 'not-found' } })
  })

  it('map the losses of this study alone, or with those of the studies that differ in the learning rate only', async () => {
    const config = (learningRate: number, hidden: number) =>
      studyConfig.parse({ method: 'critical-batch-size', run: { dataset: { name: 'digits' }, model: { kind: 'mlp', hidden: [hidden] }, optimizer: { kind: 'sgd', learningRate } }, sweep: { batchSizes: [8, 16, 32, 64] } })
    const [one, other] = [config(0.1, 7), config(0.3, 7), config(0.5, 9)].map((each) => {
      const id = writer.createStudy(each).id
      const run = writer.createRun({ studyId: id, key: 'b=8 seed=1', config: runConfig.parse({ ...each.run, batchSize: 8, seed: 1 }) })
      writer.appendMetrics(run.id, [{ key: 'train/loss', step: 10, examples: 80, wallMs: 1, value: each.run.optimizer.kind === 'sgd' ? each.run.optimizer.learningRate : 0 }])
      writer.updateRun(run.id, { status: 'finished', steps: 10, examples: 80, wallMs: 1, censored: false })
      return id
    })
    writer.flush()
    const map = async (scope: string) => {
      const response = await ask('study.lossMap', { studyId: one, scope })
      const { cells, alikeStudies } = queries['study.lossMap'].output.parse(response.ok ? response.value : null)
      return [cells.map(({ rate, mean }) => [rate, mean]), alikeStudies]
    }
    expect(await map('study')).toEqual([[[0.1, 0.1]], [other]])
    expect(await map('alike')).toEqual([[[0.1, 0.1], [0.3, 0.3]], [other]])
  })

  it('read the stored curves against another target', async () => {
    const steps = async (input: object) => {
      const response = await ask('study.report', { studyId, ...input })
      const report = criticalBatchSizeReport.parse(response.ok ? response.value : null)
      return report.points.map((point) => [point.batchSize, point.steps])
    }
    expect(await steps({})).toEqual([[8, 100], [16, 60], [32, 46], [64, 40]])
    // Half way down the straight line.
    const halfWay = await steps({ target: { criterion: 'train-loss', value: 0.75 } })
    expect(halfWay.map(([batchSize, k]) => [batchSize, Math.round(Number(k) * 10) / 10])).toEqual([[8, 50], [16, 30], [32, 23], [64, 20]])
  })
})
