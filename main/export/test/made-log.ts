import { runConfig } from '../../contract/run-config.ts'
import { environment } from '../../contract/records.ts'
import type { LogWriter } from '../../log/log.ts'
import { madeGradients } from '../../log/made-gradients.ts'
import { batchLoss } from '../../log/temporary-log.ts'

export const madeEnvironment = environment.parse({ loupe: '0.1.0', tensorflow: '2.21.0', node: 'v24.0.0', platform: 'linux x64', device: '/device:CPU:0', threads: 1, jit: false, git: null })

/** A run that logged four values, two of them not finite, an event, a record and a histogram. Returns its id. */
export function logMadeRun(log: LogWriter, name = 'a "made", run'): string {
  const { id } = log.createRun({ studyId: null, key: '', config: runConfig.parse({ name, batchSize: 64, seed: 7 }) })
  log.appendMetrics(id, [batchLoss(1, 0.5), batchLoss(2, Number.NaN), batchLoss(3, Number.POSITIVE_INFINITY)])
  log.appendMetrics(id, [{ key: 'validation/accuracy', step: 3, examples: 192, wallMs: 1.5, value: 0.1 }])
  log.appendEvent({ studyId: null, runId: id, level: 'warning', kind: 'run.resumed', message: 'Went on,\nat "3".', facts: { step: 3 } })
  log.appendRecord(id, 'predictions', { step: 3, split: 'test', labels: [1], exits: [] })
  log.appendGradients(id, [madeGradients(3)])
  log.updateRun(id, { status: 'finished', environment: madeEnvironment, startedAt: 1_800_000_000_000, finishedAt: 1_800_000_001_000, steps: 3, examples: 192, wallMs: 1.5, censored: null })
  log.flush()
  return id
}
