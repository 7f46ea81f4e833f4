import { malformed } from './malformed.ts'

export interface Pair {
  readonly inputs: string
  readonly labels: string
}

/** Which arrays are inputs and labels, to train on and, where there are such, to test on. */
export interface ArrayNames {
  readonly train: Pair
  readonly test: Pair | null
}

const inputWords = ['x', 'images', 'inputs', 'data']
const labelWords = ['y', 'labels', 'targets']
const testWords = ['test', 't10k']
const trainWords = ['train']

/**
 * Tells the arrays of an archive or a folder apart by their names.
 *
 * A name is split into words (`train_images`, `x-test`, `t10k-labels-idx1-ubyte`). Exactly one array must be the inputs (x,
 * images, inputs, data) and one the labels (y, labels, targets); another pair may say test or t10k. Others are ignored.
 *
 * @throws LoupeError `data-malformed` that lists the names found.
 */
export function pairNames(names: readonly string[], file: string): ArrayNames {
  const described = names.map((name) => ({ name, words: name.toLowerCase().split(/[^a-z0-9]+/) }))
  const find = (kind: readonly string[], isTest: boolean): string | undefined => {
    const matches = described.filter(({ words }) => has(words, kind) && has(words, testWords) === isTest && !has(words, ['val', 'valid', 'validation']))
    // `x` and `x_train` side by side: the one that says what it is for.
    const best = matches.filter(({ words }) => matches.length === 1 || has(words, [...trainWords, ...testWords]))
    return best.length === 1 ? best[0]!.name : undefined
  }
  const train = pair(find(inputWords, false), find(labelWords, false))
  if (train === null) {
    const expected = 'one array of inputs (x, images, x_train, …) and one of labels (y, labels, y_train, …)'
    const found = names.length === 0 ? 'no IDX or NPY array' : names.slice(0, 20).join(', ')
    throw malformed({ file, at: 'names', expected, found })
  }
  return { train, test: pair(find(inputWords, true), find(labelWords, true)) }
}

function has(words: readonly string[], wanted: readonly string[]): boolean {
  return words.some((word) => wanted.includes(word))
}

function pair(inputs: string | undefined, labels: string | undefined): Pair | null {
  return inputs === undefined || labels === undefined ? null : { inputs, labels }
}
