import { LoupeError } from '../contract/errors.ts'
import type { Priority } from '../contract/queue.ts'
import type { QueueChange, QueueEntry } from '../log/queue.ts'

const rank = { low: -1, normal: 0, high: 1 } as const satisfies Record<Priority, number>

/** What of an entry decides the order. */
export type Placed = Pick<QueueEntry, 'id' | 'priority' | 'place'>

/** Compares two entries as they start: the higher priority first, then the lesser place. */
export function byTurn(one: Placed, other: Placed): number {
  return rank[other.priority] - rank[one.priority] || one.place - other.place
}

/**
 * What has to change for an entry to stand right before or after another.
 *
 * Places are given out anew over the whole list, from 1. The entry keeps its priority where that fits between its new neighbours; else it takes
 * the nearer of theirs, so that the list stays sorted and nothing else changes its priority.
 *
 * @param entries  All in the queue, in any order.
 * @throws LoupeError `not-found` where one of them is not in the queue, `invalid-input` where both are the same.
 * @example
 *     // a (high), b (normal), c (low): c before b becomes normal, and before a high
 *     moved(entries, { id: 'c', target: 'b', side: 'before' })
 */
export function moved(entries: readonly Placed[], { id, target, side }: { readonly id: string; readonly target: string; readonly side: 'before' | 'after' }): readonly QueueChange[] {
  const entry = found(entries, id)
  found(entries, target)
  if (id === target) throw new LoupeError('invalid-input', `${id} cannot be put ${side} itself. Name another that waits.`, { id, target })
  const rest = entries.filter((other) => other.id !== id).toSorted(byTurn)
  const at = rest.findIndex((other) => other.id === target) + (side === 'after' ? 1 : 0)
  const order = rest.toSpliced(at, 0, { ...entry, priority: fitting(entry.priority, { above: rest[at - 1]?.priority, below: rest[at]?.priority }) })
  const before = new Map(entries.map((other) => [other.id, other]))
  return order.flatMap((other, index): QueueChange[] => {
    const place = index + 1
    const was = before.get(other.id)
    if (was?.place === place && was.priority === other.priority) return []
    return [{ id: other.id, place, priority: other.priority }]
  })
}

function fitting(own: Priority, { above, below }: { readonly above: Priority | undefined; readonly below: Priority | undefined }): Priority {
  if (above !== undefined && rank[own] > rank[above]) return above
  if (below !== undefined && rank[own] < rank[below]) return below
  return own
}

function found(entries: readonly Placed[], id: string): Placed {
  const entry = entries.find((other) => other.id === id)
  if (entry === undefined) throw new LoupeError('not-found', `${id} is not in the queue. \`loupe queue\` shows what is.`, { id })
  return entry
}
