import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AnyEvent } from '../contract/events.ts'
import { createClient } from '../contract/rpc.ts'
import type { Client } from '../contract/rpc.ts'
import { madeGradients } from '../log/made-gradients.ts'
import { readNpz } from '../training/datasets/npz.ts'
import { fakeParts } from './test/fake-parts.ts'
import { openWorkbench } from './workbench.ts'
import type { Workbench } from './workbench.ts'

const config = { dataset: { name: 'digits' as const }, batchSize: 8, exchange: { compressor: { kind: 'top-k' as const, ratio: 0.5 } } }

let workspace: string
let workbench: Workbench
let client: Client
let events: AnyEvent[]
let hold: { readonly at: number; readonly gate: PromiseWithResolvers<void>; isHolding: boolean }

beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'loupe-exchange-'))
  hold = { at: 6, gate: Promise.withResolvers(), isHolding: false }
  const { parts } = fakeParts({
    stepsOf: () => 10,
    beforeStep(_, step) {
      if (step !== hold.at || hold.isHolding) return
      hold.isHolding = true
      return hold.gate.promise
    },
    gradientsAt: (step) => (step % 3 === 0 ? [madeGradients(step), madeGradients(step, { worker: 1 })] : []),
  })
  workbench = await openWorkbench({ workspace, parts })
  client = createClient(workbench)
  events = []
  workbench.onEvent((event) => events.push(event))
})
afterEach(async () => {
  hold.gate.resolve()
  await workbench.close()
  await rm(workspace, { recursive: true, force: true })
})

const until = (check: () => boolean) => vi.waitFor(() => expect(check()).toBe(true), { timeout: 10_000, interval: 5 })
const noted = (kind: string) => events.flatMap((event) => (event.name === 'log.event' && event.payload.event.kind === kind ? [event.payload.event] : []))
const isFinished = (runId: string) => workbench.writer.run(runId).status === 'finished'

describe('the gradients of a run with an exchange', () => {
  it('are logged as they are told, and listeners hear up to which step', async () => {
    const { runId } = await client.request('run.start', { config })
    await until(() => hold.isHolding)
    hold.gate.resolve()
    await until(() => isFinished(runId))
    expect(workbench.writer.gradientSteps(runId)).toMatchObject({ steps: [3, 6, 9], workers: [0, 1] })
    const told = events.flatMap((event) => (event.name === 'gradients.appended' ? [event.payload] : []))
    expect(told.at(-1)).toEqual({ runId, step: 9 })
    expect(told.length).toBeLessThanOrEqual(3)
  })

  it('go on after a resumption where they were, none twice', async () => {
    const { runId } = await client.request('run.start', { config })
    await until(() => hold.isHolding)
    const paused = client.request('run.pause', { runId })
    hold.gate.resolve()
    await paused
    expect(workbench.writer.gradientSteps(runId).steps).toEqual([3, 6])
    workbench.writer.appendGradients(runId, [madeGradients(8)]) // of a step after the checkpoint, as a process that died leaves it
    await client.request('run.resume', { runId })
    await until(() => isFinished(runId))
    expect(workbench.writer.gradientSteps(runId).steps).toEqual([3, 6, 9])
  })
})

describe('a snapshot of the gradients', () => {
  it('is a NumPy archive in the workspace, and the log says where', async () => {
    const { runId } = await client.request('run.start', { config })
    await until(() => hold.isHolding)
    await client.request('run.snapshotGradients', { runId })
    hold.gate.resolve()
    await until(() => isFinished(runId))
    const path = join(workspace, 'snapshots', `${runId}-step-7.npz`)
    const [saved] = noted('gradients.saved')
    expect(saved).toMatchObject({ runId, level: 'info', facts: { step: 7, path, bytes: readFileSync(path).length, arrays: 1 } })
    expect(await readdir(join(workspace, 'snapshots'))).toEqual([`${runId}-step-7.npz`])
    const arrays = readNpz(readFileSync(path), { file: path, names: new Set(['worker0/gradient']) })
    expect(arrays.get('worker0/gradient')).toEqual({ shape: [2], values: Float32Array.of(7, 0.5) })
  })

  it('that cannot be written is told, and the run goes on', async () => {
    await writeFile(join(workspace, 'snapshots'), 'a file in the way')
    const { runId } = await client.request('run.start', { config })
    await until(() => hold.isHolding)
    await client.request('run.snapshotGradients', { runId })
    hold.gate.resolve()
    await until(() => isFinished(runId))
    expect(noted('gradients.not-saved')).toMatchObject([{ runId, level: 'warning', facts: { step: 7 } }])
    expect(existsSync(join(workspace, 'snapshots', `${runId}-step-7.npz`))).toBe(false)
  })

  it('is refused of a run that does not train, or trains alone', async () => {
    const refused = { code: 'conflict', message: expect.stringContaining('does not train with workers that exchange gradients now') }
    const { runId } = await client.request('run.start', { config: { ...config, exchange: null } })
    await until(() => hold.isHolding)
    await expect(client.request('run.snapshotGradients', { runId })).rejects.toMatchObject(refused)
    hold.gate.resolve()
    await until(() => isFinished(runId))
    await expect(client.request('run.snapshotGradients', { runId })).rejects.toMatchObject(refused)
    await expect(client.request('run.snapshotGradients', { runId: 'nobody' })).rejects.toMatchObject({ code: 'not-found' })
  })
})
