import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createClient } from '../contract/rpc.ts'
import type { Client } from '../contract/rpc.ts'
import { runConfig } from '../contract/run-config.ts'
import type { RunConfig } from '../contract/run-config.ts'
import { openWorkbench } from './workbench.ts'
import type { Workbench } from './workbench.ts'

let workspace: string
let workbench: Workbench
let client: Client

beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'loupe-branch-'))
  workbench = await openWorkbench({ workspace })
  client = createClient(workbench)
})
afterEach(async () => {
  await workbench.close()
  await rm(workspace, { recursive: true, force: true })
})

const config = runConfig.parse({
  dataset: { name: 'digits', trainExamples: 500, validationExamples: 100 },
  model: { kind: 'mlp', hidden: [16], dropout: 0.2 },
  optimizer: { kind: 'momentum', learningRate: 0.05 },
  batchSize: 20,
  maxExamples: 2000,
  batchPolicy: { kind: 'loss-gap', batchMin: 4, batchMax: 100, granularity: 4, driver: 'epoch', epochStep: 1, flatT: null, checkpointsKept: 4 },
})

async function finished(runId: string): Promise<void> {
  await vi.waitFor(() => expect(workbench.writer.run(runId)).toMatchObject({ status: 'finished' }), { timeout: 30_000, interval: 20 })
}

/** Step and value of each logged value of a metric. */
function curve(runId: string, key: string) {
  const [series] = workbench.writer.series({ runIds: [runId], keys: [key], maxPoints: 10_000, from: null, to: null })
  return series?.step.map((step, i) => [step, series.last[i]] as const) ?? []
}

async function branched(from: string, step: number, change: Partial<RunConfig> = {}): Promise<string> {
  const { runId } = await client.request('run.branch', { runId: from, step, config: { ...config, ...change } })
  await finished(runId)
  return runId
}

describe('a branch of a run', () => {
  it('replays the rest bit for bit with the same settings, changes of the batch size included', async () => {
    const { runId } = await client.request('run.start', { config })
    await finished(runId)
    const steps = workbench.writer.checkpoints(runId).map(({ step }) => step)
    // Epochs of 500 examples at 20, 40, 80 and 100 each: the last one is the end.
    expect(steps.length).toBeGreaterThanOrEqual(3)
    const from = steps[1] ?? 0
    const replay = await branched(runId, from)
    for (const key of ['train/batch-loss', 'validation/loss']) {
      expect(curve(replay, key)).toEqual(curve(runId, key).filter(([step]) => step > from))
    }
    // Logged where it changes: what held at the checkpoint is the first of the branch.
    const rates = curve(runId, 'step/learning-rate')
    const held = rates.findLast(([step]) => step <= from + 1)?.[1]
    expect(curve(replay, 'step/learning-rate')).toEqual([[from + 1, held], ...rates.filter(([step]) => step > from + 1)])
    expect(workbench.writer.run(replay)).toMatchObject({ steps: workbench.writer.run(runId).steps, examples: 2000 })
    expect(workbench.writer.events({ studyId: null, runId: replay, limit: 100, offset: 0 }).map(({ kind }) => kind)).toContain('run.branched')
  })

  it('sees the same examples with other settings: its first loss is the same, the next is not', async () => {
    const { runId } = await client.request('run.start', { config })
    await finished(runId)
    const from = workbench.writer.checkpoints(runId)[0]?.step ?? 0
    const other = await branched(runId, from, { optimizer: { kind: 'momentum', learningRate: 0.2, momentum: 0.9, weightDecay: 0 } })
    const [was, is] = [curve(runId, 'train/batch-loss').filter(([step]) => step > from), curve(other, 'train/batch-loss')]
    expect(is[0]).toEqual(was[0])
    expect(is[1]?.[1]).not.toBe(was[1]?.[1])
  })

  it('refuses another model, and a checkpoint that is not there', async () => {
    const { runId } = await client.request('run.start', { config: { ...config, maxExamples: 600 } })
    await finished(runId)
    const model = runConfig.parse({ model: { kind: 'mlp', hidden: [4] } }).model
    await expect(client.request('run.branch', { runId, config: { ...config, model } })).rejects.toMatchObject({ code: 'invalid-input', message: /another\. Leave model/ })
    await expect(client.request('run.branch', { runId, step: 7, config })).rejects.toMatchObject({ code: 'not-found', message: /no checkpoint of step 7\. It has those of steps/ })
  })
})
