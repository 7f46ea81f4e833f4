import { expect, it, vi } from 'vitest'
import type { AnyEvent } from '../contract/events.ts'
import { createClient } from '../contract/rpc.ts'
import { openLogWriter } from '../log/open.ts'
import { temporaryWorkspace } from '../log/temporary-log.ts'
import { fakeParts } from './test/fake-parts.ts'
import { fakeStudy, fakeStudyConfig } from './test/fake-study.ts'
import { openWorkbench } from './workbench.ts'

it('an engine whose log another process has taken over stops training and says so', async () => {
  using workspace = temporaryWorkspace()
  const letGo = Promise.withResolvers<void>()
  let holding = 0
  const { parts } = fakeParts({
    stepsOf: () => 10,
    beforeStep: (_, step) => {
      if (step !== 5) return
      holding++
      return letGo.promise
    },
  })
  const workbench = await openWorkbench({ workspace: workspace.folder, parts, studyOf: () => fakeStudy })
  const client = createClient(workbench)
  await client.request('queue.configure', { sideBySide: 2 })
  const { studyId } = await client.request('study.start', { config: fakeStudyConfig() })
  const { runId } = await client.request('run.start', { config: { dataset: { name: 'digits' }, batchSize: 8 } })
  await vi.waitFor(() => expect(holding).toBe(2))

  // As after half an hour of sleep: the heartbeat is old, and another process opens the workspace.
  const other = openLogWriter({ workspace: workspace.folder, owner: 'another', now: () => Date.now() + 1_800_000 })
  const events: AnyEvent[] = []
  workbench.onEvent((event) => events.push(event))
  letGo.resolve()
  const said = (isIt: (event: AnyEvent) => boolean) => vi.waitFor(() => expect(events.some(isIt)).toBe(true), { timeout: 5000 })
  await said((event) => event.name === 'study.changed' && event.payload.studyId === studyId && event.payload.status === 'interrupted')
  await said((event) => event.name === 'run.changed' && event.payload.run.id === runId && event.payload.run.status === 'interrupted')
  await workbench.close()
  other.close()
})
