import type { OperationTime } from '../../tensorflow/runtime.ts'

/** Parts of an exchanged step, as they stand in the names of its operations. */
export const phases = ['compute', 'fit', 'encode', 'exchange', 'update'] as const
export type Phase = (typeof phases)[number]

/**
 * What the parts of a step took on a worker, in ms: the times of their operations added up, by device, then the mean over the devices.
 *
 * What TensorFlow adds to carry tensors between devices counts as exchange; operations of no part, such as feeds, are left out.
 */
export function splitTimes(operations: readonly OperationTime[], workers: number): Readonly<Record<Phase, number>> {
  const sums: Record<Phase, number> = { compute: 0, fit: 0, encode: 0, exchange: 0, update: 0 }
  for (const { type, operation, ms } of operations) {
    const phase = phaseOf(type, operation)
    if (phase !== null) sums[phase] += ms / workers
  }
  return sums
}

function phaseOf(type: string, operation: string): Phase | null {
  if (/^_?(Host)?(Send|Recv)$/.test(type)) return 'exchange'
  // Parts within parts: the innermost counts.
  return operation.split('/').reduce<Phase | null>((found, word) => phases.find((phase) => phase === word) ?? found, null)
}
