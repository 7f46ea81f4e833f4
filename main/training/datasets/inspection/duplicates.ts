import { hash } from 'node:crypto'
import { MOST_PAIRS } from '../../../contract/dataset-inspection.ts'
import type { DatasetInspection, DatasetSplit } from '../../../contract/dataset-inspection.ts'
import type { Dataset, Examples } from '../dataset.ts'
import { elementCount } from '../numeric-array.ts'
import { spread } from './element-statistics.ts'

/** Bytes that are hashed: some seconds of work. */
const MOST_BYTES = 2 ** 30

interface Seen {
  readonly index: number
  readonly label: number
}

/**
 * Looks for examples with the same values: between splits, where a model is tested on what it was trained on, within a split, and under several classes.
 *
 * Values are compared by their SHA-256, exactly: an example that was resized or compressed anew is not found. Where all splits hold more than 1 GiB, an even share of each is compared.
 */
export function findDuplicates(dataset: Pick<Dataset, 'shape' | 'train' | 'validation' | 'test'>, mostBytes = MOST_BYTES): DatasetInspection['duplicates'] {
  const splits: readonly (readonly [DatasetSplit, Examples])[] = [['training', dataset.train], ['validation', dataset.validation], ['test', dataset.test]]
  const bytes = splits.reduce((sum, [, { inputs }]) => sum + inputs.values.byteLength, 0)
  const share = Math.min(1, mostBytes / Math.max(1, bytes))
  const seen = new Map<DatasetSplit, Map<string, Seen>>()
  const between = new Map<string, { from: DatasetSplit; to: DatasetSplit; examples: number }>()
  const within: { split: DatasetSplit; examples: number }[] = []
  const pairs: DatasetInspection['duplicates']['pairs'] = []
  let contradicting = 0
  for (const [split, examples] of splits) {
    const own = new Map<string, Seen>()
    let repeated = 0
    for (const index of spread(examples.count, Math.floor(examples.count * share))) {
      const mark = markOf(examples, index, elementCount(dataset.shape))
      const label = examples.labels.values[index]!
      let isContradicted = false
      for (const [from, known] of seen) {
        const twin = known.get(mark)
        if (twin === undefined) continue
        const counted = between.get(`${from} ${split}`) ?? { from, to: split, examples: 0 }
        between.set(`${from} ${split}`, { ...counted, examples: counted.examples + 1 })
        if (pairs.length < MOST_PAIRS) pairs.push({ from, fromIndex: twin.index, to: split, toIndex: index })
        isContradicted ||= twin.label !== label
      }
      const twin = own.get(mark)
      if (twin === undefined) own.set(mark, { index, label })
      else repeated += 1
      if (isContradicted || (twin !== undefined && twin.label !== label)) contradicting += 1
    }
    seen.set(split, own)
    within.push({ split, examples: repeated })
  }
  return { between: [...between.values()], within: within.filter(({ examples }) => examples > 0), contradicting, pairs, isComplete: share === 1 }
}

function markOf({ inputs: { values } }: Examples, index: number, width: number): string {
  const row = values.subarray(index * width, (index + 1) * width)
  // The sum makes −0 a 0, which have other bytes.
  return hash('sha256', row instanceof Uint8Array ? row : Float32Array.from(row, (value) => value + 0), 'base64')
}
