import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from '../../contract/zod.ts'
import { growForest } from './forest.ts'
import { firstLevels, holds, levelsOf } from './levels.ts'
import { rankCorrelation, ranks } from './rank-correlation.ts'
import { growTree, predict } from './regression-tree.ts'
import type { TreeNode } from './regression-tree.ts'
import { repeatNoise } from './repeat-noise.ts'
import { association, settingGroups } from './setting-groups.ts'
import { pairVariance, treeVariance } from './tree-variance.ts'

const numbers = z.array(z.number())
/** From scipy and scikit-learn: `reference/importance.py`. */
const reference = z
  .object({
    settings: z.array(numbers),
    metric: numbers,
    ranks: z.object({ values: numbers, ranks: numbers }),
    correlations: z.array(z.object({ rho: z.number(), low: z.number(), high: z.number() })),
    tree: z.object({ mean: z.number(), total: z.number(), marginals: z.array(numbers), single: numbers, firstPair: z.number(), predictions: numbers }),
    forest: z.object({ outOfBagR2: z.number(), permutation: numbers }),
    named: z.object({ names: z.array(z.string()), metric: numbers, set: z.array(z.string()) }),
    cramersV: z.object({ others: z.array(z.string()), value: z.number() }),
  })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, 'reference', 'importance.json'), 'utf8')))

const columns = [0, 1, 2].map((column) => reference.settings.map((row) => row[column]!))
const data = { settings: columns.map(levelsOf), target: Float64Array.from(reference.metric) }
const everyRun = (runs: number) => Int32Array.from({ length: runs }, (_, run) => run)

function last<T>(work: Generator<number, T>): T {
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
  }
}

describe('ranks and their correlation', () => {
  it('share the mean of their ranks where values are equal, as scipy.stats.rankdata does', () => {
    expect(ranks(reference.ranks.values)).toEqual(reference.ranks.ranks)
  })

  it('are those of scipy.stats.spearmanr, with the interval of Bonett and Wright', () => {
    for (const [index, { rho, low, high }] of reference.correlations.entries()) {
      const found = rankCorrelation(columns[index]!, reference.metric)!
      expect([found.rho, found.low, found.high]).toEqual([expect.closeTo(rho, 12), expect.closeTo(low, 12), expect.closeTo(high, 12)])
    }
  })

  it('is 1 for any rising curve and −1 for any falling one, without an interval', () => {
    expect(rankCorrelation([1, 2, 3, 4], [1, 10, 100, 1e9])).toEqual({ rho: 1, low: null, high: null, pairs: 4 })
    expect(rankCorrelation([1, 2, 3, 4], [5, 3, 2, -7])?.rho).toBe(-1)
  })

  it('by hand: ranks 1 2 3 4 against 2 1 4 3 give 1 − 6·4/(4·15) = 0.6', () => {
    expect(rankCorrelation([1, 2, 3, 4], [20, 10, 40, 30])?.rho).toBeCloseTo(0.6, 14)
  })

  it('says nothing of two pairs, or where one does not vary', () => {
    expect(rankCorrelation([1, 2], [1, 2])).toBeNull()
    expect(rankCorrelation([1, 1, 1], [1, 2, 3])).toBeNull()
  })
})

describe('levels', () => {
  it('keep numbers in their order, "none" before them', () => {
    const levels = levelsOf([64, 8, 64, null])
    expect([...levels.of]).toEqual([2, 1, 2, 0])
    expect(levels).toMatchObject({ kind: 'ordered', at: [Number.NEGATIVE_INFINITY, 8, 64], weights: [0.25, 0.25, 0.5], values: [null, 8, 64] })
  })

  it('put neighbours together where there are more than 32 numbers, about equally many runs in each', () => {
    const levels = levelsOf(Array.from({ length: 640 }, (_, run) => (run * 397) % 640))
    expect(levels.weights).toEqual(Array.from({ length: 32 }, () => 1 / 32))
    expect(levels.at.slice(0, 3)).toEqual([0, 20, 40])
  })

  it('give names levels of their own, the rarest sharing the last', () => {
    const levels = levelsOf([...Array.from({ length: 40 }, (_, run) => `only ${run}`), 'often', 'often'])
    expect(levels.kind).toBe('named')
    expect(levels.values[0]).toBe('often')
    expect(levels.at).toHaveLength(32)
    expect(levels.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 12)
  })
})

describe('a tree', () => {
  const tree = growTree(data, { rows: everyRun(data.target.length), minLeaf: 3 })

  it('predicts what scikit-learn’s tree predicts, at every combination of values', () => {
    let index = 0
    for (const batch of data.settings[0]!.at.keys()) {
      for (const rate of data.settings[1]!.at.keys()) {
        for (const seed of data.settings[2]!.at.keys()) {
          expect(predict(tree, (setting) => [batch, rate, seed][setting]!)).toBeCloseTo(reference.tree.predictions[index]!, 12)
          index += 1
        }
      }
    }
    expect(index).toBe(120)
  })

  it('splits names into the two sets that are best of all, found by trying them all', () => {
    const { names, metric, set } = reference.named
    const levels = levelsOf(names)
    const stump = growTree({ settings: [levels], target: Float64Array.from(metric) }, { rows: everyRun(names.length), minLeaf: 1 })
    if (stump.kind !== 'split') throw new Error('no split')
    const left = levels.values.filter((_, level) => holds(stump.set, level)).map(String).toSorted()
    const right = levels.values.filter((_, level) => !holds(stump.set, level)).map(String).toSorted()
    expect([left, right]).toContainEqual(set)
  })

  it('is one leaf where there is nothing to split, or too little', () => {
    expect(growTree({ settings: [levelsOf([1, 1, 1, 1])], target: Float64Array.of(1, 2, 3, 6) }, { rows: everyRun(4), minLeaf: 1 })).toEqual({ kind: 'leaf', value: 3 })
    expect(growTree({ settings: [levelsOf([1, 2, 3, 4])], target: Float64Array.of(1, 2, 3, 6) }, { rows: everyRun(4), minLeaf: 3 })).toEqual({ kind: 'leaf', value: 3 })
    expect(growTree({ settings: [levelsOf([1, 2, 3, 4])], target: Float64Array.of(5, 5, 5, 5) }, { rows: everyRun(4), minLeaf: 1 })).toEqual({ kind: 'leaf', value: 5 })
  })
})

describe('the variance of a tree', () => {
  const tree = growTree(data, { rows: everyRun(data.target.length), minLeaf: 3 })
  const found = treeVariance(tree, data.settings)

  it('is what its definition gives over the whole grid: total, marginals, parts and pair', () => {
    expect(found.mean).toBeCloseTo(reference.tree.mean, 12)
    expect(found.total).toBeCloseTo(reference.tree.total, 12)
    for (const [setting, marginal] of reference.tree.marginals.entries()) for (const [level, value] of marginal.entries()) expect(found.marginals[setting]![level]).toBeCloseTo(value, 12)
    for (const [setting, variance] of reference.tree.single.entries()) expect(found.single[setting]).toBeCloseTo(variance, 12)
    expect(pairVariance(found, data.settings, [0, 1])).toBeCloseTo(reference.tree.firstPair, 12)
  })

  it('by hand: x + 2y over two fair bits has parts 1/4 and 1, and nothing together', () => {
    const settings = [levelsOf([0, 1, 0, 1]), levelsOf([0, 0, 1, 1])]
    const leaf = (value: number): TreeNode => ({ kind: 'leaf', value })
    const sum: TreeNode = { kind: 'split', setting: 0, set: 1, left: { kind: 'split', setting: 1, set: 1, left: leaf(0), right: leaf(2) }, right: { kind: 'split', setting: 1, set: 1, left: leaf(1), right: leaf(3) } }
    const of = treeVariance(sum, settings)
    expect(of).toMatchObject({ total: 1.25, mean: 1.5, single: [0.25, 1] })
    expect(pairVariance(of, settings, [0, 1])).toBe(0)
  })

  it('by hand: "one or the other" of two fair bits lies in neither alone, all of it in both', () => {
    const settings = [levelsOf([0, 1, 0, 1]), levelsOf([0, 0, 1, 1])]
    const leaf = (value: number): TreeNode => ({ kind: 'leaf', value })
    const either: TreeNode = { kind: 'split', setting: 0, set: 1, left: { kind: 'split', setting: 1, set: 1, left: leaf(0), right: leaf(1) }, right: { kind: 'split', setting: 1, set: 1, left: leaf(1), right: leaf(0) } }
    const of = treeVariance(either, settings)
    expect(of).toMatchObject({ total: 0.25, single: [0, 0] })
    expect(pairVariance(of, settings, [1, 0])).toBe(0.25)
  })

  it('of parts is never more than the whole', () => {
    expect(found.single.reduce((sum, part) => sum + part, 0)).toBeLessThanOrEqual(found.total)
  })
})

describe('a forest', () => {
  const options = { trees: 300, minLeaf: 3, runsPerTree: 1000, seed: 1 }

  it('is as good on unseen runs, and loses as much by shuffling, as scikit-learn’s trees: within 0.03', () => {
    const { outOfBagR2, permutation } = last(growForest(data, options))
    expect(Math.abs(outOfBagR2 - reference.forest.outOfBagR2)).toBeLessThan(0.03)
    for (const [setting, growth] of reference.forest.permutation.entries()) expect(Math.abs(permutation[setting]! - growth)).toBeLessThan(0.03)
  })

  it('is the same for the same seed, and another for another', () => {
    const once = last(growForest(data, { ...options, trees: 5 }))
    expect(last(growForest(data, { ...options, trees: 5 }))).toEqual(once)
    expect(last(growForest(data, { ...options, trees: 5, seed: 2 })).permutation).not.toEqual(once.permutation)
  })

  it('says how far it is, tree by tree', () => {
    expect([...growForest(data, { ...options, trees: 4 })]).toEqual([0.25, 0.5, 0.75, 1])
  })
})

describe('noise among repeats', () => {
  it('by hand: 1 and 3, 10 and 12 have a variance of 2 within, and 85/3 in all', () => {
    expect(repeatNoise([1, 3, 10, 12], ['a', 'a', 'b', 'b'])).toEqual({ share: expect.closeTo(2 / (85 / 3), 12), deviation: Math.SQRT2, groups: 2, degrees: 2 })
  })

  it('is not known without repeats', () => {
    expect(repeatNoise([1, 2, 3], ['a', 'b', 'c'])).toBeNull()
  })
})

describe('settings that go together', () => {
  it('are one where no run tells them apart, and left out where they do not vary', () => {
    expect(settingGroups([{ name: 'batch', values: [8, 16, 8] }, { name: 'rate', values: [0.1, 0.2, 0.1] }, { name: 'model', values: ['mlp', 'mlp', 'mlp'] }, { name: 'seed', values: [1, 1, 2] }]).map(({ names }) => names)).toEqual([['batch', 'rate'], ['seed']])
  })

  it('are apart where every value is another, unless one always rises or falls with the other', () => {
    const names = (settings: Parameters<typeof settingGroups>[0]) => settingGroups(settings).map((group) => group.names)
    const drawn = { name: 'decay', values: [0.3, 0.1, 0.2, 0.4] }
    expect(names([{ name: 'batch', values: [1, 2, 3, 4] }, drawn])).toEqual([['batch'], ['decay']])
    expect(names([{ name: 'batch', values: [1, 2, 3, 4] }, { name: 'rate', values: [8, 4, 2, 1] }])).toEqual([['batch', 'rate']])
  })

  it('have the Cramér’s V that scipy’s table gives', () => {
    expect(association(reference.named.names, reference.cramersV.others)).toBeCloseTo(reference.cramersV.value, 12)
    expect(association(['a', 'b', 'a', 'b'], ['x', 'y', 'x', 'y'])).toBe(1)
  })

  it('have |ρ| between numbers', () => {
    expect(association([1, 2, 3, 4], [9, 5, 4, 1])).toBe(1)
  })
})

it('a set of levels holds up to 32 of them', () => {
  expect([holds(firstLevels(32), 31), holds(firstLevels(31), 31), holds(firstLevels(1), 0)]).toEqual([true, false, true])
})
