import { Random } from '../../training/random.ts'
import { growTree, predict, splitSettings } from './regression-tree.ts'
import type { TreeData, TreeNode } from './regression-tree.ts'

export interface ForestOptions {
  readonly trees: number
  /** Fewest runs in a leaf. */
  readonly minLeaf: number
  /** A tree grows from no more runs than this, and is tried on no more: of very many runs, a tree sees a part. */
  readonly runsPerTree: number
  /** The same seed gives the same forest. */
  readonly seed: number
}

export interface Forest {
  readonly trees: readonly TreeNode[]
  /** Share of the variance that trees predict right for runs that they have not seen: 1 − MSE/variance. At most 1, and below 0 where a plain mean is better. */
  readonly outOfBagR2: number
  /** By setting: how much the squared error on unseen runs grows when the setting's values are shuffled among them, as a share of the variance. */
  readonly permutation: readonly number[]
}

/**
 * Grows trees, each from as many runs as there are, drawn with replacement, and asks each of the runs that it has not seen.
 *
 * All settings are tried at each split. Yields after each tree the share of the work that is done, so that whoever asks may rest in between.
 *
 * @see Breiman 2001, "Random Forests", Machine Learning 45, 5–32: sections 3.1 (out of bag) and 10 (permutation).
 */
export function* growForest(data: TreeData, options: ForestOptions): Generator<number, Forest> {
  const runs = data.target.length
  const draw = Random.seeded(options.seed, 'forest')
  const shuffle = Random.seeded(options.seed, 'permutation')
  const variance = varianceOf(data.target)
  const trees: TreeNode[] = []
  const sums = new Float64Array(runs)
  const counts = new Float64Array(runs)
  const growth = data.settings.map(() => 0)
  for (let index = 0; index < options.trees; index++) {
    const rows = Int32Array.from({ length: Math.min(runs, options.runsPerTree) }, () => draw.integer(runs))
    const unseen = draw.shuffle(missingFrom(rows, runs)).subarray(0, options.runsPerTree)
    const tree = growTree(data, { rows, minLeaf: options.minLeaf })
    trees.push(tree)
    const said = Float64Array.from(unseen, (run) => predict(tree, (setting) => data.settings[setting]!.of[run]!))
    for (const [place, run] of unseen.entries()) {
      sums[run]! += said[place]!
      counts[run]!++
    }
    for (const setting of splitSettings(tree)) growth[setting]! += errorGrowth({ data, tree, unseen, said, setting, given: shuffle.shuffle(unseen.slice()) })
    yield (index + 1) / options.trees
  }
  return { trees, outOfBagR2: outOfBagR2(data.target, sums, counts), permutation: growth.map((sum) => sum / options.trees / variance) }
}

function outOfBagR2(target: Float64Array, sums: Float64Array, counts: Float64Array): number {
  const seen = [...target.keys()].filter((run) => counts[run]! > 0)
  const error = seen.reduce((sum, run) => sum + (target[run]! - sums[run]! / counts[run]!) ** 2, 0)
  const variance = varianceOf(Float64Array.from(seen, (run) => target[run]!))
  return 1 - error / seen.length / variance
}

interface Trial {
  readonly data: TreeData
  readonly tree: TreeNode
  readonly unseen: Int32Array
  /** What the tree says of each of them. */
  readonly said: Float64Array
  readonly setting: number
  /** Whose level of the setting each of them gets. */
  readonly given: Int32Array
}

/** By how much the mean squared error on unseen runs grows when they exchange their levels of one setting. */
function errorGrowth({ data, tree, unseen, said, setting, given }: Trial): number {
  let growth = 0
  for (let place = 0; place < unseen.length; place++) {
    const run = unseen[place]!
    const target = data.target[run]!
    const changed = predict(tree, (asked) => data.settings[asked]!.of[asked === setting ? given[place]! : run]!)
    growth += (target - changed) ** 2 - (target - said[place]!) ** 2
  }
  return unseen.length === 0 ? 0 : growth / unseen.length
}

function missingFrom(rows: Int32Array, runs: number): Int32Array {
  const seen = new Uint8Array(runs)
  for (const row of rows) seen[row] = 1
  return Int32Array.from([...seen.keys()].filter((row) => seen[row] === 0))
}

/** Mean squared distance from the mean. */
export function varianceOf(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length
}
