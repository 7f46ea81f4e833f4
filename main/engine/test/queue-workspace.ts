import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, vi } from 'vitest'
import type { AnyEvent } from '../../contract/events.ts'
import { createClient } from '../../contract/rpc.ts'
import type { RunConfigInput } from '../../contract/run-config.ts'
import type { EngineParts } from '../parts.ts'
import { openWorkbench } from '../workbench.ts'
import type { Workbench, WorkbenchOptions } from '../workbench.ts'
import { fakeParts } from './fake-parts.ts'
import type { FakeTraining } from './fake-parts.ts'
import { fakeStudy } from './fake-study.ts'

export const tenSteps: FakeTraining = { stepsOf: () => 10 }
/** Batch sizes of a study: larger than those of the single runs here. */
export const fourRuns = { batchSizes: [20, 21, 22, 23] }

export function ids(items: readonly { readonly id: string }[]): readonly string[] {
  return items.map(({ id }) => id)
}

export async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitFor(async () => expect(await check()).toBe(true), { timeout: 10_000, interval: 5 })
}

/** Opens workbenches of fake parts, one after the other, over a workspace that lasts for a test. */
export function queueWorkspace() {
  const state = { workspace: '', opened: [] as Workbench[] }
  beforeEach(async () => {
    state.workspace = await mkdtemp(join(tmpdir(), 'loupe-queue-'))
    state.opened = []
  })
  afterEach(async () => {
    for (const workbench of state.opened) await workbench.close()
    await rm(state.workspace, { recursive: true, force: true })
  })
  const open = async (training: FakeTraining, options: Partial<WorkbenchOptions> & { readonly change?: (parts: EngineParts) => Partial<EngineParts> } = {}) => {
    const { change, ...rest } = options
    const { parts, seen } = fakeParts(training)
    const workbench = await openWorkbench({ workspace: state.workspace, parts: { ...parts, ...change?.(parts) }, studyOf: () => fakeStudy, retryMs: 30, ...rest })
    state.opened.push(workbench)
    const events: AnyEvent[] = []
    workbench.onEvent((event) => events.push(event))
    const client = createClient(workbench)
    const add = async (seed: number, config: RunConfigInput = {}) => (await client.request('run.start', { config: { dataset: { name: 'digits' }, batchSize: 8, seed, ...config } })).runId
    return { workbench, client, seen, events, writer: workbench.writer, add, queue: () => client.request('queue.list', {}), seeds: () => seen.started.map(({ seed }) => seed) }
  }
  return { open, folder: () => state.workspace }
}

/** Holds single runs at a step, until each is let go by its seed. */
export function holds(step: number) {
  const gates = new Map<number, PromiseWithResolvers<void>>()
  const gate = (seed: number) => {
    const known = gates.get(seed) ?? Promise.withResolvers<void>()
    gates.set(seed, known)
    return known
  }
  const holding: number[] = []
  return {
    holding,
    beforeStep({ seed, batchSize }: { readonly seed: number; readonly batchSize: number }, at: number) {
      if (at !== step || batchSize > 8) return // runs of studies here have larger batches
      holding.push(seed)
      return gate(seed).promise
    },
    letGo: (...seeds: readonly number[]) => {
      for (const seed of seeds) gate(seed).resolve()
    },
  }
}
