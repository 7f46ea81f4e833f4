import type { ChannelTap } from '../../../main/contract/decorrelation-config.ts'

/** A feature that may be chosen: after a block, counted from 1, or the output (null). */
export type Place = number | null

/** True where a list of features has the one at a place; no block stands for the last. */
export function hasTap(taps: readonly ChannelTap[], at: Place, depth: number): boolean {
  return taps.some((tap) => placeOf(tap, depth) === at)
}

/** The list with or without that feature, in the order of the network; the last one of a list stays. */
export function withTap(taps: readonly ChannelTap[], { at, isWanted, depth }: { readonly at: Place; readonly isWanted: boolean; readonly depth: number }): readonly ChannelTap[] {
  const others = taps.filter((tap) => placeOf(tap, depth) !== at)
  if (!isWanted) return others.length === 0 ? taps : others
  const added: ChannelTap = at === null ? { place: 'output', block: null, weight: 1 } : { place: 'block', block: at === depth ? null : at, weight: 1 }
  const own = taps.find((tap) => placeOf(tap, depth) === at) ?? added
  const rank = (tap: ChannelTap) => placeOf(tap, depth) ?? Number.POSITIVE_INFINITY
  return [...others, own].toSorted((one, other) => rank(one) - rank(other))
}

function placeOf({ place, block }: ChannelTap, depth: number): Place {
  return place === 'output' ? null : (block ?? depth)
}

/** Features that the network does not have: of a list made for a deeper one. */
export function missingBlocks(taps: readonly ChannelTap[], depth: number): readonly number[] {
  return taps.flatMap(({ place, block }) => (place === 'block' && block !== null && block > depth ? [block] : []))
}
