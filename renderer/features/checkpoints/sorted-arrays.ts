import type { ComparedCheckpoints } from '../../../main/contract/checkpoint-browser.ts'

export type ComparedArray = ComparedCheckpoints['variables'][number]
/** Headings that arrays are sorted by; null keeps the order of the model. */
export type ArrayOrder = { readonly by: 'normA' | 'normB' | 'relative' | 'cosine' | 'greatest'; readonly isDescending: boolean } | null

/** Arrays in an order; those that have no such number come last. */
export function sortedArrays(arrays: readonly ComparedArray[], order: ArrayOrder): readonly ComparedArray[] {
  if (order === null) return arrays
  const sign = order.isDescending ? -1 : 1
  return arrays.toSorted((a, b) => {
    const [one, other] = [a[order.by], b[order.by]]
    if (one === null || other === null) return Number(one === null) - Number(other === null)
    return sign * (one - other)
  })
}

/** The same heading again turns the order round, and then lets go of it. */
export function nextOrder(order: ArrayOrder, by: NonNullable<ArrayOrder>['by']): ArrayOrder {
  if (order?.by !== by) return { by, isDescending: true }
  return order.isDescending ? { by, isDescending: false } : null
}
