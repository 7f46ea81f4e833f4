/**
 * A process that writes to a log until it is killed; `faults.test.ts` kills it. Says on standard output which steps are
 * acknowledged: a line is printed only after `flush` or `publish` has returned.
 *
 *     node fault-child.ts WORKSPACE
 */
import { writeSync } from 'node:fs'
import { openLogWriter } from './open.ts'
import { namedRun } from './temporary-log.ts'

const log = openLogWriter({ workspace: process.argv[2] ?? '', owner: 'fault-child' })
const run = log.createRun({ studyId: null, key: 'faults', config: namedRun('faults') })
log.updateRun(run.id, { status: 'running' })
for (let step = 1; ; step++) {
  log.appendMetrics(run.id, [
    { key: 'train/batch-loss', step, examples: step * 64, wallMs: step, value: 1 / step },
    { key: 'armijo/step-size', step, examples: step * 64, wallMs: step, value: 0.1 },
  ])
  if (step % 100 === 0) log.saveCheckpoint(run.id, { step, examples: step * 64, bytes: new Uint8Array(10_000).fill(step % 251), keep: 2 })
  else if (step % 50 === 0) log.flush()
  else if (step % 25 === 0) log.publish()
  if (step % 25 === 0) writeSync(1, `${run.id} ${step}\n`)
  if (step % 500 === 0) await new Promise((resolve) => setImmediate(resolve))
}
