import type { DecodedMatrix } from './channel-matrix.ts'

export const channelOrders = ['own', 'clustered', 'leading'] as const
export type ChannelOrder = (typeof channelOrders)[number]

/** The order in which channels are drawn: their own, alike ones beside each other, or by the direction that most of them share. */
export function orderOf(matrix: DecodedMatrix, order: ChannelOrder): readonly number[] {
  if (order === 'clustered') return clusteredOrder(matrix)
  if (order === 'leading') return leadingOrder(matrix)
  return Array.from({ length: matrix.size }, (_, channel) => channel)
}

/**
 * Channels so that those with a large |ρ| stand beside each other: the leaves of a hierarchical clustering.
 *
 * Clusters are joined by average linkage of the distance 1 − |ρ|, found by nearest-neighbour chains: each cluster is followed to its nearest one
 * until two are nearest to each other, and those are joined. Average linkage is reducible, so this gives the tree of the greedy algorithm in
 * O(n²) steps instead of O(n³) (F. Murtagh, A survey of recent advances in hierarchical clustering algorithms, Computer Journal 26, 1983). Where
 * two clusters meet, each is turned so that its end that is nearer to the other lies there.
 *
 * @example Channels 0 and 2 alike, 1 and 3 opposite to each other: 0 2 and 1 3 stand together, whichever pair comes first.
 */
export function clusteredOrder({ size, values }: DecodedMatrix): readonly number[] {
  if (size === 0) return []
  const distance = (one: number, other: number) => 1 - Math.abs(values[one * size + other] ?? 0)
  const between = Float64Array.from({ length: size * size }, (_, index) => distance(Math.floor(index / size), index % size))
  const leaves = new Map<number, readonly number[]>(Array.from({ length: size }, (_, channel) => [channel, [channel]]))
  const chain: number[] = []
  while (leaves.size > 1) {
    if (chain.length === 0) chain.push(leaves.keys().next().value ?? 0)
    const last = chain.at(-1) ?? 0
    const nearest = nearestTo(last, { leaves, between, size, before: chain.at(-2) ?? null })
    if (nearest !== chain.at(-2)) {
      chain.push(nearest)
      continue
    }
    chain.splice(-2)
    join(last, nearest, { leaves, between, size, distance })
  }
  return [...leaves.values()][0] ?? []
}

interface Clusters {
  readonly leaves: Map<number, readonly number[]>
  /** Distances between clusters, each under its first channel's row. */
  readonly between: Float64Array
  readonly size: number
}

/** Of equally near ones the one before in the chain, so that a chain ends. */
function nearestTo(cluster: number, { leaves, between, size, before }: Clusters & { readonly before: number | null }): number {
  let nearest = before
  let least = before === null ? Number.POSITIVE_INFINITY : (between[cluster * size + before] ?? Number.POSITIVE_INFINITY)
  for (const other of leaves.keys()) {
    const distance = between[cluster * size + other] ?? Number.POSITIVE_INFINITY
    if (other !== cluster && (nearest === null || distance < least)) [nearest, least] = [other, distance]
  }
  return nearest ?? cluster
}

function join(one: number, other: number, { leaves, between, size, distance }: Clusters & { readonly distance: (one: number, other: number) => number }): void {
  const [left, right] = [leaves.get(one) ?? [], leaves.get(other) ?? []]
  leaves.delete(other)
  for (const third of leaves.keys()) {
    if (third === one) continue
    const mean = (left.length * (between[one * size + third] ?? 0) + right.length * (between[other * size + third] ?? 0)) / (left.length + right.length)
    between[one * size + third] = mean
    between[third * size + one] = mean
  }
  leaves.set(one, turned(left, right, distance))
}

/** Of the four ways to lay two rows end to end, the one whose ends that meet are nearest. */
function turned(left: readonly number[], right: readonly number[], distance: (one: number, other: number) => number): readonly number[] {
  const ways = [left, left.toReversed()].flatMap((first) => [right, right.toReversed()].map((second) => ({ row: [...first, ...second], gap: distance(first.at(-1) ?? 0, second[0] ?? 0) })))
  return ways.reduce((best, way) => (way.gap < best.gap ? way : best)).row
}

const ITERATIONS = 200

/**
 * Channels by their entry in the leading eigenvector of ρ: those that rise together at one end, those that fall meanwhile at the other.
 *
 * The vector is found by power iteration from a fixed start and signed so that its largest entry is positive: the same matrix gives the same order.
 */
export function leadingOrder({ size, values }: DecodedMatrix): readonly number[] {
  let vector = Float64Array.from({ length: size }, (_, channel) => 1 + 1e-3 * Math.sin(channel + 1))
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const next = Float64Array.from({ length: size }, (_, row) => vector.reduce((sum, value, column) => sum + (values[row * size + column] ?? 0) * value, 0))
    const norm = Math.hypot(...next)
    if (!(norm > 0)) break
    vector = next.map((value) => value / norm)
  }
  const largest = vector.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0)
  const sign = largest < 0 ? -1 : 1
  return Array.from({ length: size }, (_, channel) => channel).toSorted((one, other) => sign * ((vector[other] ?? 0) - (vector[one] ?? 0)) || one - other)
}
