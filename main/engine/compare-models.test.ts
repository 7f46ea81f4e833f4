import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createClient } from '../contract/rpc.ts'
import type { Client } from '../contract/rpc.ts'
import { runConfig } from '../contract/run-config.ts'
import type { RunConfigInput } from '../contract/run-config.ts'
import { openWorkbench } from './workbench.ts'
import type { Workbench } from './workbench.ts'

let workspace: string
let workbench: Workbench
let client: Client
let distilled: string
let alone: string

beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'loupe-compare-'))
  workbench = await openWorkbench({ workspace })
  client = createClient(workbench)
  distilled = await ended({ ...shared, model: { kind: 'residual-mlp', width: 16, depth: 3 }, distillation: { students: [1], probeExamples: 80 } })
  alone = await ended({ ...shared, model: { kind: 'cnn', channels: [4, 6], kernelSize: 3, dense: 8, normalization: 'batch' } })
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
  evaluation: { everyExamples: 400, predictions: true },
}

async function ended(config: RunConfigInput): Promise<string> {
  const { runId } = await client.request('run.start', { config: runConfig.parse(config) })
  await vi.waitFor(() => expect(['finished', 'failed']).toContain(workbench.writer.run(runId).status), { timeout: 30_000, interval: 20 })
  expect(workbench.writer.run(runId).error).toBeNull()
  return runId
}

describe('a comparison of two trained models', () => {
  it('of a run with itself has 1 on the diagonal, and says what the run logged of itself at its end', async () => {
    const { models, split, examples, similarity } = await client.request('model.compare', { runs: [distilled, distilled], examples: 80 })
    expect(models[0]).toEqual({ runId: distilled, step: 60, title: 'Residual MLP 64-3×16-10', depth: 3, students: [1] })
    expect([models[1], split, examples]).toEqual([models[0], 'validation', 80])
    const { similarity: logged, step } = workbench.writer.records(distilled, 'distillation').at(-1)!
    expect(step).toBe(60)
    for (const [i, row] of similarity.entries()) {
      expect(row[i]).toBeCloseTo(1, 5)
      for (const [j, cka] of row.entries()) expect(cka).toBeCloseTo(logged[i]![j]!, 4)
    }
  })

  it('of runs of different models has a row for each block of the first and a column for each of the second, turned round from the other side', async () => {
    const { similarity, models, examples } = await client.request('model.compare', { runs: [alone, distilled] })
    expect([models.map(({ depth }) => depth), models[0].students, examples]).toEqual([[2, 3], [], 100])
    expect(similarity.map((row) => row.length)).toEqual([3, 3])
    for (const cka of similarity.flat()) expect(cka > 0 && cka < 0.999).toBe(true)
    const turned = await client.request('model.compare', { runs: [distilled, alone] })
    for (const [i, row] of similarity.entries()) for (const [j, cka] of row.entries()) expect(turned.similarity[j]![i]).toBeCloseTo(cka, 5)
  })

  it('is refused for runs of other data, without a trained checkpoint or without blocks', async () => {
    const other = await ended({ ...shared, dataset: { name: 'breast-cancer' }, model: { kind: 'mlp', hidden: [8] } })
    await expect(client.request('model.compare', { runs: [alone, other] })).rejects.toMatchObject({ code: 'invalid-input', message: /cannot be compared on the same examples/ })
    const untrained = workbench.writer.createRun({ studyId: null, key: '', config: workbench.writer.run(alone).config })
    await expect(client.request('model.compare', { runs: [alone, untrained.id] })).rejects.toMatchObject({ code: 'not-found', message: /no checkpoint of a trained model/ })
    await expect(client.request('model.compare', { runs: [alone, 'run-999999'] })).rejects.toMatchObject({ code: 'not-found' })
    const linear = await ended({ ...shared, model: { kind: 'mlp', hidden: [] } })
    await expect(client.request('model.compare', { runs: [linear, linear] })).rejects.toMatchObject({ code: 'invalid-input', message: /has no blocks/ })
  })
})
