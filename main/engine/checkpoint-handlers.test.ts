import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { AnyEvent } from '../contract/events.ts'
import { createClient } from '../contract/rpc.ts'
import type { Client } from '../contract/rpc.ts'
import { runConfig } from '../contract/run-config.ts'
import { decodeCheckpoint } from '../training/checkpoint-codec.ts'
import { listNpz, readNpz } from '../training/datasets/npz.ts'
import { queryClient } from '../cli/reader.ts'
import { openWorkbench } from './workbench.ts'
import type { Workbench } from './workbench.ts'

let workspace: string
let workbench: Workbench
let client: Client
let questions: Client
let runId: string
const told: AnyEvent[] = []

/** A real run of three epochs, one checkpoint of which, the first, is kept by hand. */
beforeAll(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'loupe-checkpoints-'))
  workbench = await openWorkbench({ workspace })
  client = createClient(workbench)
  questions = queryClient({ reader: workbench.writer, workspace })
  workbench.onEvent((event) => void told.push(event))
  const config = runConfig.parse({ dataset: { name: 'digits', trainExamples: 400, validationExamples: 100 }, model: { kind: 'cnn', channels: [4], kernelSize: 3, dense: 8, normalization: 'batch' }, optimizer: { kind: 'momentum', learningRate: 0.05 }, batchSize: 20, maxExamples: 1200, evaluation: { everyExamples: 400 } })
  ;({ runId } = await client.request('run.start', { config }))
  await vi.waitFor(() => expect(workbench.writer.run(runId).status).toBe('finished'), { timeout: 30_000, interval: 20 })
  expect(workbench.writer.checkpoints(runId).map(({ step }) => step)).toEqual([40, 60])
})
afterAll(async () => {
  await workbench.close()
  await rm(workspace, { recursive: true, force: true })
})

const checkpointAt = (step: number) => workbench.writer.checkpoints(runId).find((one) => one.step === step)!

describe('a list of checkpoints of a real run', () => {
  it('says how often each was through the training examples, and what was evaluated there', async () => {
    const { rows, workspace: totals } = await questions.request('checkpoint.list', { sort: { field: 'step', isDescending: false } })
    expect(rows.map(({ step, epochs, isNewest }) => [step, epochs, isNewest])).toEqual([[40, 2, false], [60, 3, true]])
    for (const { step, accuracy } of rows) expect(accuracy).toEqual({ step, value: workbench.writer.evaluations(runId).find((one) => one.step === step)?.values['validation/accuracy'] })
    expect(totals).toMatchObject({ checkpoints: 2, trashBytes: 0 })
    expect(totals.freeBytes).toBeGreaterThan(0)
    expect(told.some(({ name, payload }) => name === 'checkpoints.changed' && JSON.stringify(payload).includes(runId))).toBe(true)
  })
})

describe('an export of an older checkpoint', () => {
  it('as NumPy’s archive has the weights of that checkpoint, to the bit, and not those of the newest', async () => {
    const { id, step } = checkpointAt(40)
    const { npz, model } = await client.request('checkpoint.export', { checkpointId: id })
    expect([npz?.path, model]).toEqual([join(workspace, 'exports', `${runId}-step-${step}.npz`), null])
    const bytes = readFileSync(npz!.path)
    expect([bytes.length, createHash('sha256').update(bytes).digest('hex')]).toEqual([npz!.bytes, npz!.sha256])
    const arrays = readNpz(bytes, { file: npz!.path, names: new Set(listNpz(bytes, npz!.path)) })
    const [older, newest] = [id, checkpointAt(60).id].map((of) => decodeCheckpoint(workbench.writer.checkpointBytes(of)).variables) as [ReturnType<typeof decodeCheckpoint>['variables'], ReturnType<typeof decodeCheckpoint>['variables']]
    const names = Object.keys(older).filter((name) => /^(parameters|statistics)\//.test(name))
    expect([...arrays.keys()].toSorted()).toEqual(names.toSorted())
    for (const name of names) expect([name, arrays.get(name)?.shape, [...(arrays.get(name)?.values ?? [])]]).toEqual([name, older[name]!.shape, [...older[name]!.values]])
    expect(names.some((name) => String([...newest[name]!.values]) !== String([...older[name]!.values]))).toBe(true)
  })

  it('as a trained model is as accurate as the run was at that step', async () => {
    const { model } = await client.request('checkpoint.export', { checkpointId: checkpointAt(40).id, formats: ['tfjs'] })
    expect(model?.path).toBe(join(workspace, 'exports', `${runId}-step-40-depth-${model?.card.model.depth}`))
    const logged = workbench.writer.evaluations(runId).find(({ step }) => step === 40)?.values['validation/accuracy']
    expect(model?.card).toMatchObject({ run: { step: 40, examples: 800 }, accuracy: { split: 'validation', logged, agrees: true } })
    expect(logged).not.toBe(workbench.writer.evaluations(runId).find(({ step }) => step === 60)?.values['validation/accuracy'])
  })

  it('leaves nothing where the checkpoint does not read', async () => {
    const { id } = checkpointAt(40)
    const path = workbench.writer.checkpointPath(id)
    const sound = readFileSync(path)
    const broken = Buffer.from(sound)
    broken[sound.length - 9] = broken[sound.length - 9]! ^ 1
    writeFileSync(path, broken)
    await expect(client.request('checkpoint.export', { checkpointId: id })).rejects.toMatchObject({ code: 'log-corrupt' })
    await expect(questions.request('checkpoint.inspect', { checkpointId: id })).rejects.toMatchObject({ code: 'log-corrupt' })
    const { problems, checkpoints } = await questions.request('checkpoint.verify', { checkpointIds: [id, checkpointAt(60).id] })
    expect([checkpoints, problems.map(({ step, problem }) => [step, problem])]).toEqual([2, [[40, 'damaged']]])
    writeFileSync(path, sound)
  })
})

describe('a comparison of two checkpoints of a run', () => {
  it('is of parameters that moved, and tells that both saw the same data', async () => {
    const { total, variables, sharesData, checkpoints } = await questions.request('checkpoint.compare', { checkpointIds: [checkpointAt(40).id, checkpointAt(60).id] })
    expect(checkpoints.map(({ step }) => step)).toEqual([40, 60])
    expect(sharesData).toBe(true)
    expect(total.relative).toBeGreaterThan(0)
    expect(total.cosine).toBeLessThan(1)
    expect(variables.map(({ group }) => group)).toContain('statistics')
  })

  it('goes with one of their features, at the same steps', async () => {
    const { models, similarity } = await client.request('model.compare', { runs: [runId, runId], steps: [40, 40], examples: 50 })
    expect(models.map(({ step }) => step)).toEqual([40, 40])
    similarity.forEach((row, index) => expect(row[index]).toBeCloseTo(1, 5))
    await expect(client.request('model.compare', { runs: [runId, runId], steps: [40, 41], examples: 50 })).rejects.toMatchObject({ code: 'not-found', message: expect.stringContaining('It has those of steps 40, 60.') })
  })
})

describe('pruning through the engine', () => {
  it('leaves the others of a run whose newest does not read, and takes them when forced or when it reads again', async () => {
    const [older, newest] = [checkpointAt(40), checkpointAt(60)]
    const path = workbench.writer.checkpointPath(newest.id)
    const sound = readFileSync(path)
    writeFileSync(path, 'broken')
    expect(await client.request('checkpoint.prune', { checkpointIds: [older.id] })).toEqual({ checkpoints: 0, bytes: 0, left: [{ checkpointId: older.id, reason: 'damaged' }], filesLeft: [] })
    expect(workbench.writer.checkpoints(runId)).toHaveLength(2)
    writeFileSync(path, sound)
    const plan = await questions.request('checkpoint.plan-prune', { rules: {} })
    expect([plan.goes.map(({ id }) => id), plan.bytes, plan.stays]).toEqual([[older.id], older.bytes, [{ reason: 'last', checkpoints: 1, bytes: newest.bytes }]])
    const file = workbench.writer.checkpointPath(older.id)
    expect(await client.request('checkpoint.prune', { checkpointIds: plan.goes.map(({ id }) => id) })).toEqual({ checkpoints: 1, bytes: older.bytes, left: [], filesLeft: [] })
    expect(existsSync(file)).toBe(false)
    expect(workbench.writer.events({ studyId: null, runId, limit: 1, offset: 0 })).toMatchObject([{ kind: 'checkpoints.pruned', facts: { steps: [40] } }])
  })
})
