import { firstLevels, holds, mostLevels } from './levels.ts'
import type { Levels } from './levels.ts'

/** A tree that predicts a number: a leaf, or a split of one setting's levels into two sets. */
export type TreeNode =
  | { readonly kind: 'leaf'; readonly value: number }
  | {
      readonly kind: 'split'
      readonly setting: number
      /** Levels that go to `left`, as bits; all others go to `right`. */
      readonly set: number
      readonly left: TreeNode
      readonly right: TreeNode
    }

export interface TreeData {
  readonly settings: readonly Levels[]
  /** What is predicted, one number a run. */
  readonly target: Float64Array
}

export interface GrowthOptions {
  /** Runs to grow from; one may be there several times. Reordered. */
  readonly rows: Int32Array
  /** Fewest runs in a leaf. */
  readonly minLeaf: number
}

interface Split {
  readonly setting: number
  readonly set: number
  readonly score: number
}

/**
 * Grows a regression tree: each split is the one that lowers the squared error most.
 *
 * Settings are tried in their order, and of equally good splits the first is taken. Named settings are split into the two sets that are best of all:
 * sorted by their means only as many have to be tried as there are levels. Levels that no run of a node has go with their neighbours, those of
 * named settings to the side with more runs.
 *
 * @see Breiman, Friedman, Olshen and Stone 1984, "Classification and Regression Trees", sections 8.2 and 9.4 (the two sets).
 */
export function growTree(data: TreeData, { rows, minLeaf }: GrowthOptions): TreeNode {
  const { target } = data
  const total = squaredError(target, rows)
  return grow(0, rows.length)

  function grow(from: number, to: number): TreeNode {
    const node = rows.subarray(from, to)
    const value = mean(target, node)
    if (node.length < 2 * minLeaf) return { kind: 'leaf', value }
    const split = bestSplit(data, { node, minLeaf })
    // Differences below this are rounding, not error.
    if (split === null || split.score - value * value * node.length <= 1e-12 * total) return { kind: 'leaf', value }
    const middle = from + partition(node, data.settings[split.setting]!.of, split.set)
    return { kind: 'split', setting: split.setting, set: split.set, left: grow(from, middle), right: grow(middle, to) }
  }
}

/** What the tree says of a run's levels, given by setting. */
export function predict(tree: TreeNode, levelOf: (setting: number) => number): number {
  let node = tree
  while (node.kind === 'split') node = holds(node.set, levelOf(node.setting)) ? node.left : node.right
  return node.value
}

/** The settings that a tree splits. */
export function splitSettings(tree: TreeNode, found: Set<number> = new Set()): Set<number> {
  if (tree.kind === 'leaf') return found
  found.add(tree.setting)
  splitSettings(tree.left, found)
  return splitSettings(tree.right, found)
}

function bestSplit(data: TreeData, node: { readonly node: Int32Array; readonly minLeaf: number }): Split | null {
  let best: Split | null = null
  for (const [setting, levels] of data.settings.entries()) {
    const split = bestOf({ levels, target: data.target, ...node, least: best?.score ?? Number.NEGATIVE_INFINITY })
    if (split !== null) best = { setting, ...split }
  }
  return best
}

/** Runs and sums by level, kept from node to node: most nodes are small, and new arrays for each would take most of the time. */
const counts = new Float64Array(mostLevels)
const sums = new Float64Array(mostLevels)
const present = new Uint8Array(mostLevels)

/** The best two sets of one setting's levels, by Σ (sum of a side)²/(runs of a side); null unless they are better than `least`. */
function bestOf({ levels, target, node, minLeaf, least }: Search): Omit<Split, 'setting'> | null {
  const size = levels.at.length
  counts.fill(0, 0, size)
  sums.fill(0, 0, size)
  let total = 0
  const { of } = levels
  for (let i = 0; i < node.length; i++) {
    const row = node[i]!
    const level = of[row]!
    counts[level]!++
    sums[level]! += target[row]!
    total += target[row]!
  }
  let found = 0
  for (let level = 0; level < size; level++) if (counts[level]! > 0) present[found++] = level
  if (levels.kind === 'named') present.subarray(0, found).sort((a, b) => sums[a]! / counts[a]! - sums[b]! / counts[b]! || a - b)
  let [score, place] = [least, -1]
  let [count, sum] = [0, 0]
  for (let last = 0; last < found - 1; last++) {
    count += counts[present[last]!]!
    sum += sums[present[last]!]!
    const others = node.length - count
    if (count < minLeaf || others < minLeaf) continue
    const reached = (sum * sum) / count + ((total - sum) * (total - sum)) / others
    if (reached > score) [score, place] = [reached, last]
  }
  return place < 0 ? null : { score, set: setOf(levels, [...present.subarray(0, found)], place) }
}

interface Search {
  readonly levels: Levels
  readonly target: Float64Array
  readonly node: Int32Array
  readonly minLeaf: number
  readonly least: number
}

/** The set on the left, with the levels that no run of the node has in their places. */
function setOf(levels: Levels, seen: readonly number[], last: number): number {
  const [below, above] = [seen[last]!, seen[last + 1]!]
  if (levels.kind === 'ordered') {
    const middle = (levels.at[below]! + levels.at[above]!) / 2
    let size = below + 1
    while (size < above && levels.at[size]! <= middle) size++
    return firstLevels(size)
  }
  const left = seen.slice(0, last + 1)
  const runsOf = (some: readonly number[]) => some.reduce((runs, level) => runs + counts[level]!, 0)
  const absent = 2 * runsOf(left) >= runsOf(seen) ? [...levels.at.keys()].filter((level) => counts[level] === 0) : []
  return [...left, ...absent].reduce((set, level) => (set | (1 << level)) >>> 0, 0)
}

/** Brings the runs of a set to the front, in place. @returns How many there are. */
function partition(node: Int32Array, of: Uint8Array, set: number): number {
  let front = 0
  for (let i = 0; i < node.length; i++) {
    const row = node[i]!
    if (!holds(set, of[row]!)) continue
    node[i] = node[front]!
    node[front] = row
    front++
  }
  return front
}

function mean(target: Float64Array, rows: Int32Array): number {
  let sum = 0
  for (const row of rows) sum += target[row]!
  return sum / rows.length
}

function squaredError(target: Float64Array, rows: Int32Array): number {
  const middle = mean(target, rows)
  let sum = 0
  for (const row of rows) sum += (target[row]! - middle) ** 2
  return sum
}
