import { stayReason } from '../../../main/contract/checkpoint-browser.ts'
import type { StayReason } from '../../../main/contract/checkpoint-browser.ts'

/** How many stayed for each reason, in the order of the reasons. */
export function countsByReason(left: readonly { readonly reason: StayReason }[]): { readonly reason: StayReason; readonly count: number }[] {
  return stayReason.options.flatMap((reason) => {
    const count = left.filter((one) => one.reason === reason).length
    return count === 0 ? [] : [{ reason, count }]
  })
}
