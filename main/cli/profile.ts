import { tmpdir } from 'node:os'
import { LoupeError } from '../contract/errors.ts'
import { Preparation } from '../engine/preparation.ts'
import { realParts } from '../engine/real-parts.ts'
import type { OperationTime } from '../tensorflow/runtime.ts'
import { chooseThreads } from '../training/choose-threads.ts'
import type { StepProfile } from '../training/trainer.ts'
import { readConfigFile } from './config-file.ts'
import { exitCodes } from './exit-code.ts'
import { table } from './output.ts'
import type { Invocation } from './program.ts'

/** What all operations of one type take in a step. */
interface TypeTime {
  readonly type: string
  /** Executions a step. */
  readonly count: number
  /** A step. */
  readonly ms: number
  /** Of the time of all operations. */
  readonly share: number
}

/**
 * `loupe profile CONFIG`: where the time of a training step goes, by type of operation, as TensorFlow's own tracer tells it.
 *
 * The config is that of a single run. Threads are those of a run that trains alone.
 */
export async function profile({ output }: Invocation, { config: path }: { readonly config: string }): Promise<number> {
  const file = await readConfigFile(path)
  if (file.kind === 'study') {
    throw new LoupeError('invalid-input', `${path} is a study, and a profile is of one run. Give the run's settings without a method: \`loupe template run\` prints them all.`, { path })
  }
  const { config } = file
  // Nothing is logged: the workspace, which need not be there, is left alone.
  const prepared = await new Preparation({ parts: realParts, workspace: tmpdir() }).prepare(config, { batchSize: config.batchSize, parallelRuns: 1 })
  const trainer = await prepared.makeTrainer({ index: 0, ...chooseThreads({ kind: config.model.kind, cost: prepared.cost, batchSize: config.batchSize }) })
  try {
    const measured = await trainer.profileStep(config)
    const types = byType(measured)
    const { device, threads } = trainer.environment
    const stepMs = measured.callMs / measured.steps
    output.result({
      json: { profile: { batchSize: config.batchSize, device, threads, stepMs, stepsPerCall: measured.steps, types, operations: measured.operations } },
      text: [
        `A step at batch size ${config.batchSize} takes ${stepMs.toPrecision(3)} ms on ${device} (${threads} ${threads === 1 ? 'thread' : 'threads'}, ${measured.steps} ${measured.steps === 1 ? 'step' : 'steps'} a call).`,
        '',
        table(['operation', 'a step', 'ms', '%'], types.map(({ type, count, ms, share }) => [type, count.toFixed(count < 10 ? 1 : 0), ms.toFixed(3), (100 * share).toFixed(1)])),
        '',
        'Where several operations run at once their times add up to more than the step takes. Tracing adds some microseconds to each.',
      ].join('\n'),
    })
    return exitCodes.done
  } finally {
    await trainer.close()
  }
}

/** The types of a step's operations, the most time first. */
function byType({ operations, steps }: StepProfile): readonly TypeTime[] {
  const total = operations.reduce((sum, { ms }) => sum + ms, 0)
  return [...Map.groupBy(operations, ({ type }: OperationTime) => type)]
    .map(([type, executions]) => {
      const ms = executions.reduce((sum, execution) => sum + execution.ms, 0)
      return { type, count: executions.length / steps, ms: ms / steps, share: total > 0 ? ms / total : 0 }
    })
    .sort((a, b) => b.ms - a.ms)
}
