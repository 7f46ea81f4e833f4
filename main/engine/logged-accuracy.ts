import type { LogReader } from '../log/log.ts'
import type { Dataset } from '../training/datasets/dataset.ts'
import type { Split } from '../training/resident-data.ts'

/** On which examples an export is measured, and what its run logged for them. */
export interface LoggedAccuracy {
  readonly split: Split
  /** Null where the run logged none at this step for this depth. */
  readonly accuracy: number | null
}

export interface LoggedAt {
  readonly reader: Pick<LogReader, 'evaluations' | 'records'>
  readonly runId: string
  /** Of the checkpoint: what was logged at other steps is of other weights. */
  readonly step: number
  readonly depth: number
  /** Of a run that distils; null for another. */
  readonly students: readonly number[] | null
  readonly dataset: Pick<Dataset, 'test' | 'validation'>
}

/**
 * What a run logged of the accuracy of one of its models at one step: on the test examples, else on the validation examples.
 *
 * A run that did not come to its end has no test accuracy. Where nothing is logged, the split is the first of test, validation and training
 * examples that has any.
 */
export function loggedAccuracy(at: LoggedAt): LoggedAccuracy {
  const { dataset } = at
  const splits = (['test', 'validation'] as const).filter((split) => dataset[split].count > 0)
  for (const split of splits) {
    const accuracy = loggedOn(at, split)
    if (accuracy !== null) return { split, accuracy }
  }
  return { split: splits[0] ?? 'train', accuracy: null }
}

function loggedOn({ reader, runId, step, depth, students }: LoggedAt, split: 'test' | 'validation'): number | null {
  const predicted = reader.records(runId, 'predictions').find((record) => record.step === step && record.split === split)
  const exit = predicted?.exits.find((one) => one.depth === depth)
  if (exit !== undefined) return exit.accuracy
  const values = reader.evaluations(runId).find((evaluation) => evaluation.step === step)?.values ?? {}
  // The plain metrics are those of the run's model: its first student, or the whole of one that does not distil.
  if (students === null || depth === students[0]) return values[`${split}/accuracy`] ?? null
  if (!students.includes(depth)) return values[`whole/${split}-accuracy`] ?? null
  if (split === 'test') return null
  return reader.records(runId, 'distillation').find((record) => record.step === step)?.exits.find((one) => one.depth === depth)?.validation.accuracy ?? null
}
