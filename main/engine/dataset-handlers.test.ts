import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { AnyEvent } from '../contract/events.ts'
import { createClient } from '../contract/rpc.ts'
import { fakeParts } from './test/fake-parts.ts'
import { fakeStudy } from './test/fake-study.ts'
import { openWorkbench } from './workbench.ts'
import type { Workbench } from './workbench.ts'

let workspace: string
let workbench: Workbench
beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'loupe-datasets-'))
  workbench = await openWorkbench({ workspace, parts: fakeParts({ stepsOf: () => 1 }).parts, studyOf: () => fakeStudy })
})
afterEach(async () => {
  await workbench.close()
  await rm(workspace, { recursive: true, force: true })
})

it('data sets are kept and let go of by command, which tells the windows', async () => {
  const events: AnyEvent[] = []
  workbench.onEvent((event) => events.push(event))
  const client = createClient(workbench)
  const dataset = { name: 'file' as const, path: '/data/a.csv' }
  await client.request('dataset.keep', { dataset })
  expect(workbench.writer.datasets()).toMatchObject([{ title: 'a.csv', isKept: true, runs: 0, config: { path: '/data/a.csv', badRows: 'refuse' } }])
  await client.request('dataset.forget', { dataset: { ...dataset, splitSeed: 3 } })
  expect([workbench.writer.datasets(), events.filter(({ name }) => name === 'datasets.changed').length]).toEqual([[], 2])
  await expect(client.request('dataset.forget', { dataset })).rejects.toMatchObject({ code: 'not-found' })
  await expect(client.request('dataset.keep', { dataset: { name: 'file' } })).rejects.toMatchObject({ code: 'invalid-input' })
})
