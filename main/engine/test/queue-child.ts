import { createClient } from '../../contract/rpc.ts'
import { openWorkbench } from '../workbench.ts'
import { fakeParts } from './fake-parts.ts'
import { fakeStudy, fakeStudyConfig } from './fake-study.ts'

// An engine for the tests to kill: `node queue-child.ts WORKSPACE`. The first of three runs trains for ever, a study waits before the third; says so once it is so.
const { parts } = fakeParts({ stepsOf: () => 1_000_000, beforeStep: () => new Promise((resolve) => setTimeout(resolve, 1)) })
const workbench = await openWorkbench({ workspace: process.argv[2] ?? '', owner: 'queue-child', parts, studyOf: () => fakeStudy })
const client = createClient(workbench)
const start = async (seed: number) => (await client.request('run.start', { config: { dataset: { name: 'digits' }, batchSize: 8, seed } })).runId
const [one, two, three] = [await start(1), await start(2), await start(3)]
const { studyId } = await client.request('study.start', { config: fakeStudyConfig() })
await client.request('queue.move', { id: studyId, before: three })
await client.request('queue.setPriority', { id: three, priority: 'low' })
await client.request('queue.hold', { id: three })
while (workbench.writer.checkpoints(one).length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
process.stdout.write(`${JSON.stringify([one, two, three, studyId])}\n`)
