import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createClient } from '../contract/rpc.ts'
import type { Client } from '../contract/rpc.ts'
import { runConfig } from '../contract/run-config.ts'
import type { RunConfigInput } from '../contract/run-config.ts'
import { openWorkbench } from './workbench.ts'
import type { Workbench } from './workbench.ts'

let workspace: string
let workbench: Workbench
let client: Client

beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'loupe-distillation-'))
  workbench = await openWorkbench({ workspace })
  client = createClient(workbench)
})
afterEach(async () => {
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
const mlp = (...hidden: number[]): RunConfigInput['model'] => ({ kind: 'mlp', hidden })
const model = mlp(16, 16, 16)

async function ended(config: RunConfigInput): Promise<string> {
  const { runId } = await client.request('run.start', { config: runConfig.parse(config) })
  await vi.waitFor(() => expect(['finished', 'failed']).toContain(workbench.writer.run(runId).status), { timeout: 30_000, interval: 20 })
  return runId
}

describe('a run that distils', () => {
  it('starts from the weights of other runs, and logs its exits and what they predict', async () => {
    const whole = await ended({ ...shared, model })
    const alone = await ended({ ...shared, model: mlp(16) })
    const runId = await ended({ ...shared, model, distillation: { students: [1], teacher: 'frozen', rearInit: { kind: 'run', run: whole }, frontInit: { kind: 'run', run: alone } } })
    expect(workbench.writer.run(runId)).toMatchObject({ status: 'finished', error: null })
    const loaded = workbench.writer.events({ studyId: null, runId, limit: 100, offset: 0 }).filter(({ kind }) => kind === 'weights.loaded')
    expect(loaded.map(({ facts }) => [facts['extractor'], facts['fromRun'], facts['step'], facts['left']]).toSorted()).toEqual([['front', alone, 60, 0], ['rear', whole, 60, 0]])
    const records = workbench.writer.records(runId, 'distillation')
    expect(records.map(({ step }) => step)).toEqual([0, 20, 40, 60])
    // A student that starts as it was trained alone is as good at step 0.
    const [, last] = [records[0], workbench.writer.evaluations(alone).findLast(({ values }) => values['validation/accuracy'] !== undefined)]
    expect(records[0]!.exits[0]!.validation.accuracy).toBeCloseTo(last!.values['validation/accuracy']!, 6)
    const [predictions] = workbench.writer.records(runId, 'predictions')
    expect(predictions?.exits.map(({ depth, isWhole }) => [depth, isWhole])).toEqual([[1, false], [3, true]])
    const [plain] = workbench.writer.records(alone, 'predictions')
    expect(plain?.exits).toHaveLength(1)
    expect(plain?.labels).toEqual(predictions?.labels)
  })

  it('fails where the run that it is to start from is of another architecture, or has not trained', async () => {
    const other = await ended({ ...shared, model: mlp(16, 8, 16) })
    const runId = await ended({ ...shared, model, distillation: { students: [1], rearInit: { kind: 'run', run: other } } })
    expect(workbench.writer.run(runId)).toMatchObject({ status: 'failed', error: { code: 'shape-mismatch' } })
    const nobody = await ended({ ...shared, model, distillation: { students: [1], rearInit: { kind: 'run', run: 'run-999999' } } })
    expect(workbench.writer.run(nobody)).toMatchObject({ status: 'failed', error: { code: 'not-found' } })
  })
})
