import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { DecorrelationConfigInput } from '../contract/decorrelation-config.ts'
import { LoupeError } from '../contract/errors.ts'
import { createClient } from '../contract/rpc.ts'
import type { Client } from '../contract/rpc.ts'
import { runConfig } from '../contract/run-config.ts'
import type { RunConfig, RunConfigInput } from '../contract/run-config.ts'
import { openWorkbench } from './workbench.ts'
import type { Workbench } from './workbench.ts'

let workspace: string
let workbench: Workbench
let client: Client

beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'loupe-decorrelation-'))
  workbench = await openWorkbench({ workspace })
  client = createClient(workbench)
})
afterEach(async () => {
  await workbench.close()
  await rm(workspace, { recursive: true, force: true })
})

function configOf(decorrelation: DecorrelationConfigInput, more: RunConfigInput = {}): RunConfig {
  return runConfig.parse({
    dataset: { name: 'digits', trainExamples: 400, validationExamples: 100 },
    model: { kind: 'mlp', hidden: [16, 12] },
    optimizer: { kind: 'momentum', learningRate: 0.05 },
    batchSize: 20,
    maxExamples: 1200,
    evaluation: { everyExamples: 400 },
    compute: { jit: 'off' },
    decorrelation: { warmupSteps: 0, unlabelledSets: [{ batchSize: 16 }], ...decorrelation },
    ...more,
  })
}

async function ended(runId: string): Promise<void> {
  await vi.waitFor(() => expect(['finished', 'failed']).toContain(workbench.writer.run(runId).status), { timeout: 30_000, interval: 20 })
}

const LONG = 20 * 100_000

describe('a run that decorrelates', () => {
  it('logs what its channels look at, on sets of other domains too', async () => {
    const sets: DecorrelationConfigInput = { unlabelledSets: [{ batchSize: 16 }, { name: 'mnist-10k', fraction: 0.05, batchSize: 16, resize: true, domain: 'mail' }] }
    const { runId } = await client.request('run.start', { config: configOf(sets) })
    await ended(runId)
    expect(workbench.writer.run(runId)).toMatchObject({ status: 'finished', error: null })
    const records = workbench.writer.records(runId, 'decorrelation')
    expect(records.map(({ step }) => step)).toEqual([0, 20, 40, 60])
    expect(records[0]?.streams.map(({ kind, index, title }) => [kind, index, title])).toEqual([['validation', 0, expect.any(String)], ['training', 0, expect.any(String)], ['unlabelled', 0, expect.any(String)], ['unlabelled', 1, 'mail']])
    expect(records.at(-1)?.terms.map(({ term, loss }) => [term, loss !== null]).toSorted()).toEqual([['labelled', true], ['task', true], ['unlabelled', true]])
    expect(workbench.writer.metricKeys(runId)).toEqual(expect.arrayContaining(['decorrelation/total-loss', 'decorrelation/mean-correlation', 'decorrelation/unlabelled-mean-correlation']))
  })

  it('is saved and ended by the user, keeps what was saved, and goes on from there under other conditions', async () => {
    const { runId } = await client.request('run.start', { config: configOf({}, { maxExamples: LONG, evaluation: { everyExamples: 100_000 }, checkpointEveryExamples: 2_000 }) })
    await vi.waitFor(() => expect(workbench.writer.run(runId).status).toBe('running'), { timeout: 20_000, interval: 5 })
    const saved = await client.request('run.saveNetwork', { runId })
    // More checkpoints than are kept of a run, so that the saved one would be gone.
    await vi.waitFor(() => expect(workbench.writer.checkpoints(runId).at(-1)!.step).toBeGreaterThan(saved.step + 400), { timeout: 20_000, interval: 20 })
    await client.request('run.end', { runId })
    await ended(runId)
    const run = workbench.writer.run(runId)
    expect(run).toMatchObject({ status: 'finished', error: null })
    expect(run.steps).toBeLessThan(LONG / 20)
    const checkpoints = workbench.writer.checkpoints(runId)
    expect(checkpoints.filter(({ isKept }) => isKept).map(({ step, sha256 }) => [step, sha256])).toEqual([[saved.step, saved.sha256]])
    expect(checkpoints.at(-1)?.step).toBe(run.steps)
    expect(workbench.writer.events({ studyId: null, runId, limit: 100, offset: 0 }).map(({ kind }) => kind)).toEqual(expect.arrayContaining(['network.saved', 'run.ended']))
    const changed = configOf({ labelledWeight: 0.5, labelFraction: 0.5, auxiliary: [{ hidden: 4 }] }, { maxExamples: (saved.step + 40) * 20 })
    const branch = await client.request('run.branch', { runId, step: saved.step, config: changed })
    await ended(branch.runId)
    expect(workbench.writer.run(branch.runId)).toMatchObject({ status: 'finished', error: null, steps: saved.step + 40 })
  })

  it('goes on where a network could not be saved, and says why', async () => {
    const { runId } = await client.request('run.start', { config: configOf({}, { maxExamples: LONG, evaluation: { everyExamples: 100_000 }, checkpointEveryExamples: LONG }) })
    await vi.waitFor(() => expect(workbench.writer.run(runId).steps).toBeGreaterThan(0), { timeout: 20_000, interval: 5 })
    vi.spyOn(workbench.writer, 'saveCheckpoint').mockImplementationOnce(() => {
      throw new LoupeError('disk-full', 'The disk did not take a checkpoint of 1 MB.')
    })
    await expect(client.request('run.saveNetwork', { runId })).rejects.toMatchObject({ code: 'disk-full' })
    const before = workbench.writer.run(runId).steps
    await vi.waitFor(() => expect(workbench.writer.run(runId).steps).toBeGreaterThan(before), { timeout: 20_000, interval: 20 })
    expect(workbench.writer.events({ studyId: null, runId: null, limit: 100, offset: 0 }).map(({ kind }) => kind)).not.toContain('log.recovered')
    await client.request('run.end', { runId })
    await ended(runId)
    expect(workbench.writer.run(runId)).toMatchObject({ status: 'finished', error: null })
  })

  it('that came to its thresholds goes on from there under others', async () => {
    const { runId } = await client.request('run.start', { config: configOf({ taskThreshold: 1 }, { maxExamples: 20_000 }) })
    await ended(runId)
    const { steps } = workbench.writer.run(runId)
    const branch = await client.request('run.branch', { runId, config: configOf({ taskThreshold: 1e-9 }, { maxExamples: (steps + 30) * 20 }) })
    await ended(branch.runId)
    expect(workbench.writer.run(branch.runId)).toMatchObject({ status: 'finished', steps: steps + 30 })
  })

  it('is refused before it is logged where a set does not fit, and cannot be asked for anything once it is over', async () => {
    const other: DecorrelationConfigInput = { unlabelledSets: [{ name: 'mnist-10k', batchSize: 16 }] }
    await expect(client.request('run.start', { config: configOf(other) })).rejects.toMatchObject({ code: 'shape-mismatch', message: expect.stringContaining('resize') })
    expect(workbench.writer.runs({ limit: 10, offset: 0, studyId: null }).total).toBe(0)
    const { runId } = await client.request('run.start', { config: configOf({}) })
    await ended(runId)
    await expect(client.request('run.end', { runId })).rejects.toMatchObject({ code: 'conflict' })
    await expect(client.request('run.saveNetwork', { runId })).rejects.toMatchObject({ code: 'conflict' })
  })

  it('ends where all thresholds are reached', async () => {
    const { runId } = await client.request('run.start', { config: configOf({ taskThreshold: 1, labelledThreshold: 0.9 }, { maxExamples: 20_000 }) })
    await ended(runId)
    const run = workbench.writer.run(runId)
    expect(run.status).toBe('finished')
    expect(run.steps).toBeLessThan(1000)
    const [reached] = workbench.writer.events({ studyId: null, runId, limit: 100, offset: 0 }).filter(({ kind }) => kind === 'thresholds.reached')
    expect(reached?.facts).toMatchObject({ thresholds: [{ term: 'task', threshold: 1 }, { term: 'labelled', threshold: 0.9 }] })
    expect(workbench.writer.checkpoints(runId).at(-1)?.step).toBe(run.steps)
  })
})
