import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { modelCard } from '../contract/model-export.ts'
import { createClient } from '../contract/rpc.ts'
import type { Client } from '../contract/rpc.ts'
import { runConfig } from '../contract/run-config.ts'
import type { RunConfigInput } from '../contract/run-config.ts'
import { exportModel } from './export-model.ts'
import { Preparation } from './preparation.ts'
import { realParts } from './real-parts.ts'
import { openWorkbench } from './workbench.ts'
import type { Workbench } from './workbench.ts'

let workspace: string
let workbench: Workbench
let client: Client
let distilled: string
let plain: string

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'loupe-export-'))
  workbench = await openWorkbench({ workspace })
  client = createClient(workbench)
  distilled = await ended({ ...shared, model: { kind: 'mlp', hidden: [16, 16, 16] }, distillation: { students: [2, 1] } })
  plain = await ended({ ...shared, model: { kind: 'cnn', channels: [4], kernelSize: 3, dense: 8, normalization: 'batch' } })
})
afterAll(async () => {
  await workbench.close()
  await rm(workspace, { recursive: true, force: true })
})

const shared: RunConfigInput = {
  dataset: { name: 'digits', trainExamples: 400, validationExamples: 100 },
  optimizer: { kind: 'momentum', learningRate: 0.05 },
  batchSize: 20,
  maxExamples: 1200,
  evaluation: { everyExamples: 400 },
}

async function ended(config: RunConfigInput): Promise<string> {
  const { runId } = await client.request('run.start', { config: runConfig.parse(config) })
  await vi.waitFor(() => expect(['finished', 'failed']).toContain(workbench.writer.run(runId).status), { timeout: 30_000, interval: 20 })
  expect(workbench.writer.run(runId).error).toBeNull()
  return runId
}

function lastValue(runId: string, key: string): number | undefined {
  return workbench.writer.evaluations(runId).findLast(({ values }) => values[key] !== undefined)?.values[key]
}

describe('an export', () => {
  it('of a run that distils is its first student, and its files are as accurate as the log says', async () => {
    const { path, card } = await client.request('run.exportModel', { runId: distilled })
    expect(path).toBe(join(workspace, 'exports', `${distilled}-depth-2`))
    expect((await readdir(path)).toSorted()).toEqual(['model-card.json', 'saved_model', 'tfjs'])
    expect(card).toMatchObject({ title: 'MLP 64-16-16-10', run: { id: distilled, step: 60, examples: 1200 }, model: { depth: 2, isWhole: false, parameters: 64 * 16 + 16 + 16 * 16 + 16 + 16 * 10 + 10 }, input: { name: 'input', shape: [-1, 8, 8, 1] } })
    const event = workbench.writer.events({ studyId: null, runId: distilled, limit: 100, offset: 0 }).find(({ kind }) => kind === 'model.exported')
    expect(event).toMatchObject({ level: 'info', facts: { title: 'MLP 64-16-16-10', depth: 2, isWhole: false, step: 60, path, formats: ['saved-model', 'tfjs'], agrees: true, bytes: card.files.reduce((sum, { bytes }) => sum + bytes, 0) } })
    expect(card.accuracy.logged).toBe(lastValue(distilled, 'test/accuracy'))
    expect(card.accuracy).toMatchObject({ split: 'test', agrees: true })
    expect(card.accuracy.measured.map(({ format }) => format)).toEqual(['saved-model', 'tfjs'])
    for (const { accuracy } of card.accuracy.measured) expect(accuracy).toBeCloseTo(card.accuracy.logged!, 2)
    expect(modelCard.parse(JSON.parse(await readFile(join(path, 'model-card.json'), 'utf8')))).toEqual(card)
    expect(card.files.map((file) => file.path)).toEqual(['saved_model/saved_model.pb', 'tfjs/model.json', 'tfjs/group1-shard1of1.bin'])
    for (const file of card.files) {
      const bytes = await readFile(join(path, file.path))
      expect([bytes.length, createHash('sha256').update(bytes).digest('hex')]).toEqual([file.bytes, file.sha256])
    }
  })

  it('is also of another student, or of the whole chain, with what was logged for that', async () => {
    const other = await client.request('run.exportModel', { runId: distilled, depth: 1, formats: ['tfjs'] })
    // Of a second student only the validation accuracy is logged where predictions are not.
    const record = workbench.writer.records(distilled, 'distillation').at(-1)
    expect(other.card.accuracy).toMatchObject({ split: 'validation', examples: 100, agrees: true, logged: record?.exits.find(({ depth }) => depth === 1)?.validation.accuracy })
    expect((await readdir(other.path)).toSorted()).toEqual(['model-card.json', 'tfjs'])
    const whole = await client.request('run.exportModel', { runId: distilled, depth: 3, formats: ['saved-model'] })
    expect(whole.card.model).toMatchObject({ depth: 3, isWhole: true })
    expect(whole.card.accuracy).toMatchObject({ split: 'test', logged: lastValue(distilled, 'whole/test-accuracy'), agrees: true })
  })

  it('of another run is its whole model, running statistics included, and takes the place of an earlier export', async () => {
    const first = await client.request('run.exportModel', { runId: plain })
    await writeFile(join(first.path, 'left.txt'), 'by an earlier export')
    const { path, card } = await client.request('run.exportModel', { runId: plain })
    expect(path).toBe(first.path)
    expect((await readdir(path)).toSorted()).toEqual(['model-card.json', 'saved_model', 'tfjs'])
    expect(card.accuracy).toMatchObject({ split: 'test', logged: lastValue(plain, 'test/accuracy'), agrees: true })
    expect(card.model).toMatchObject({ depth: 1, isWhole: true, bytes: 4 * (card.model.parameters + 8) })
    expect(await readdir(join(workspace, 'exports'))).not.toContain(expect.stringContaining('partial'))
  })

  it('is refused for a depth without a trained head, and a run without a trained checkpoint, and leaves no files', async () => {
    const before = await readdir(join(workspace, 'exports'))
    await expect(client.request('run.exportModel', { runId: plain, depth: 7 })).rejects.toMatchObject({ code: 'invalid-input', message: /no trained model of 7 blocks.*Choose 1\./ })
    await expect(client.request('run.exportModel', { runId: distilled, depth: 4 })).rejects.toMatchObject({ code: 'invalid-input', message: /depths 2, 1, 3 / })
    await expect(client.request('run.exportModel', { runId: 'run-999999' })).rejects.toMatchObject({ code: 'not-found' })
    const untrained = workbench.writer.createRun({ studyId: null, key: '', config: workbench.writer.run(plain).config })
    await expect(client.request('run.exportModel', { runId: untrained.id })).rejects.toMatchObject({ code: 'not-found', message: /no checkpoint of a trained model/ })
    expect(await readdir(join(workspace, 'exports'))).toEqual(before)
  })

  it('is of the weights that a run ended with, also where it ended between two checkpoints', async () => {
    const runId = await ended({ ...shared, maxExamples: 500, model: { kind: 'mlp', hidden: [16] }, evaluation: { everyExamples: 400 } })
    const { card } = await client.request('run.exportModel', { runId, formats: ['saved-model'] })
    expect([card.run.step, workbench.writer.run(runId).steps]).toEqual([25, 25])
    expect(card.accuracy).toMatchObject({ split: 'test', logged: lastValue(runId, 'test/accuracy'), agrees: true })
  })

  it('into a folder of the user is refused where that holds something', async () => {
    const options = { reader: workbench.writer, preparation: new Preparation({ parts: realParts, workspace }), parts: realParts, runId: plain, depth: null, formats: ['tfjs'] as const }
    const folder = join(workspace, 'own')
    await mkdir(folder)
    expect((await exportModel({ ...options, to: { folder } })).path).toBe(folder)
    await expect(exportModel({ ...options, to: { folder } })).rejects.toMatchObject({ code: 'invalid-input', message: /is not empty: it holds model-card\.json, tfjs/ })
    await expect(exportModel({ ...options, to: { folder: join(folder, 'model-card.json') } })).rejects.toMatchObject({ code: 'invalid-input', message: /is a file/ })
    await expect(exportModel({ ...options, to: { folder: join(folder, 'model-card.json', 'below') } })).rejects.toMatchObject({ code: 'invalid-input' })
  })
})

describe('measuring a model', () => {
  it('gives costs and times for each depth', async () => {
    const { device, depths } = await client.request('model.measure', { model: { kind: 'mlp', hidden: [16, 16] }, dataset: { name: 'digits' }, batchSizes: [1, 64] })
    expect(device).toMatch(/^\/device:/)
    expect(depths.map(({ depth, isWhole }) => [depth, isWhole])).toEqual([[1, false], [2, true]])
    for (const { latency } of depths) expect(latency.map(({ batchSize, medianMs, p95Ms }) => [batchSize, medianMs > 0 && p95Ms >= medianMs])).toEqual([[1, true], [64, true]])
  })

  it('is refused while a run trains', async () => {
    const { runId } = await client.request('run.start', { config: runConfig.parse({ ...shared, maxExamples: 10_000_000, model: { kind: 'mlp', hidden: [16] } }) })
    await vi.waitFor(() => expect(workbench.writer.run(runId).status).toBe('running'), { timeout: 10_000, interval: 5 })
    await expect(client.request('model.measure', { model: { kind: 'mlp' }, dataset: { name: 'digits' } })).rejects.toMatchObject({ code: 'conflict', message: new RegExp(`while ${runId} trains`) })
    await client.request('run.stop', { runId })
  })
})
