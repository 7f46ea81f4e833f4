import { firstLevels, holds } from './levels.ts'
import type { Levels } from './levels.ts'
import type { TreeNode } from './regression-tree.ts'

/** How much of what a tree predicts varies with each setting. */
export interface TreeVariance {
  /** Variance of the prediction over all combinations of levels, each as frequent as its levels are among the runs, independent of each other. */
  readonly total: number
  /** Mean prediction over the same. */
  readonly mean: number
  /** By setting: the mean prediction at each level, over all combinations of the others. */
  readonly marginals: readonly (readonly number[])[]
  /** By setting: variance of its marginal, the part that it decides alone. */
  readonly single: readonly number[]
  readonly boxes: readonly Box[]
}

/** A leaf as a box of levels. */
export interface Box {
  /** Levels of each setting that it spans, as bits. */
  readonly sets: readonly number[]
  /** Share of the runs whose level it spans, by setting. */
  readonly shares: readonly number[]
  /** Their product: share of all combinations. */
  readonly size: number
  readonly value: number
}

/**
 * Splits the variance of a tree's predictions into parts of single settings, exactly.
 *
 * A leaf is a box of levels, so means over all combinations are sums over leaves: with w the share of the runs at a level,
 *
 *     a_i(v) = Σ_leaves [v in the leaf] · value · Π_{j≠i} w_j(leaf)        V_i = Σ_v w_i(v) · a_i(v)² − mean²
 *
 * @see Hutter, Hoos and Leyton-Brown 2014, "An Efficient Approach for Assessing Hyperparameter Importance", ICML, algorithm 2. Differs from it: a
 *   setting takes its levels as often as the runs do, not uniformly over a range, so a logarithmic grid needs no word of its own.
 */
export function treeVariance(tree: TreeNode, settings: readonly Levels[]): TreeVariance {
  const boxes = boxesOf(tree, settings.map(({ at }) => firstLevels(at.length))).map(({ sets, value }): Box => {
    const shares = sets.map((set, setting) => shareOf(set, settings[setting]!))
    return { sets, value, shares, size: shares.reduce((product, share) => product * share, 1) }
  })
  const mean = boxes.reduce((sum, { value, size }) => sum + value * size, 0)
  // Around the mean, so that a small variance does not drown in a large mean.
  const total = boxes.reduce((sum, { value, size }) => sum + (value - mean) ** 2 * size, 0)
  const marginals = settings.map(({ at }, setting) => {
    const marginal = at.map(() => mean)
    for (const { sets, shares, size, value } of boxes) {
      const others = ((value - mean) * size) / shares[setting]!
      for (let level = 0; level < at.length; level++) if (holds(sets[setting]!, level)) marginal[level]! += others
    }
    return marginal
  })
  const single = marginals.map((marginal, setting) => marginal.reduce((sum, value, level) => sum + (settings[setting]!.weights[level] ?? 0) * (value - mean) ** 2, 0))
  return { total, mean, marginals, single, boxes }
}

/**
 * Variance that two settings decide together, beyond what each decides alone.
 *
 * @param pair  Two different settings, by their places.
 */
export function pairVariance(of: TreeVariance, settings: readonly Levels[], [first, second]: readonly [number, number]): number {
  const [rows, columns] = [settings[first]!, settings[second]!]
  const width = columns.at.length
  const table = new Float64Array(rows.at.length * width)
  for (const { sets, shares, size, value } of of.boxes) {
    const others = ((value - of.mean) * size) / (shares[first]! * shares[second]!)
    for (let row = 0; row < rows.at.length; row++) {
      if (!holds(sets[first]!, row)) continue
      for (let column = 0; column < width; column++) if (holds(sets[second]!, column)) table[row * width + column]! += others
    }
  }
  let variance = 0
  for (const [row, rowWeight] of rows.weights.entries()) {
    for (const [column, columnWeight] of columns.weights.entries()) {
      const alone = of.marginals[first]![row]! - of.mean + (of.marginals[second]![column]! - of.mean)
      variance += rowWeight * columnWeight * (table[row * width + column]! - alone) ** 2
    }
  }
  return variance
}

function boxesOf(node: TreeNode, sets: readonly number[]): Pick<Box, 'sets' | 'value'>[] {
  if (node.kind === 'leaf') return [{ sets, value: node.value }]
  const own = sets[node.setting]!
  return [...boxesOf(node.left, sets.with(node.setting, (own & node.set) >>> 0)), ...boxesOf(node.right, sets.with(node.setting, (own & ~node.set) >>> 0))]
}

/** Share of the runs whose level is in a set. */
function shareOf(set: number, { weights }: Levels): number {
  let share = 0
  for (const [level, weight] of weights.entries()) if (holds(set, level)) share += weight
  return share
}
