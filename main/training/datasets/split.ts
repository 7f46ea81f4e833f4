import type { DatasetConfig } from '../../contract/dataset-config.ts'
import { LoupeError } from '../../contract/errors.ts'
import { Random } from '../random.ts'

/** Share of the examples that a data set without test examples of its own gives up for testing. */
export const TEST_FRACTION = 0.2

/** As many as one shuffle can order without bias. */
export const MAX_EXAMPLES = 2 ** 21

/** Which examples go where; indices into the array that is split. */
export interface Split {
  readonly train: Int32Array
  readonly validation: Int32Array
}

/**
 * Holds out validation examples at random, not by class.
 *
 * One shuffle, decided by `splitSeed` and the number of examples alone: validation is its beginning, training its end read
 * backwards. So two runs with one `splitSeed` share their validation examples whatever their `trainExamples`, and fewer
 * training examples are always a part of more.
 *
 * @param available  Examples that may be trained on, test examples not among them.
 * @throws LoupeError `invalid-input` where more is asked for than there is, `unsupported` above 2,097,152 examples.
 */
export function splitExamples(available: number, config: Pick<DatasetConfig, 'splitSeed' | 'trainExamples' | 'validationExamples'>): Split {
  const validation = config.validationExamples ?? Math.floor(available / 10)
  const train = config.trainExamples ?? available - validation
  if (validation + train > available || train < 1) {
    const message =
      `${available} examples cannot give ${config.trainExamples ?? 'any'} to train on and ${validation} to validate on. ` +
      `Lower trainExamples or validationExamples: together at most ${available}, with at least 1 to train on.`
    throw new LoupeError('invalid-input', message, { available, trainExamples: config.trainExamples, validationExamples: validation })
  }
  const order = shuffled(available, Random.seeded(config.splitSeed, 'split'))
  return { train: order.slice(available - train).reverse(), validation: order.slice(0, validation) }
}

/**
 * Chooses among validation examples that the files set apart: all of them, or as many as the config wants, decided by `splitSeed`.
 *
 * @throws LoupeError `invalid-input` where more is asked for than there is.
 */
export function chooseExamples(available: number, { splitSeed, validationExamples }: Pick<DatasetConfig, 'splitSeed' | 'validationExamples'>): Int32Array {
  if (validationExamples === null) return Int32Array.from({ length: available }, (_, index) => index)
  if (validationExamples > available) {
    throw new LoupeError('invalid-input', `The data set has ${available} validation examples of its own, and ${validationExamples} are asked for. Lower validationExamples, or set it to null for all.`, { available, validationExamples })
  }
  return shuffled(available, Random.seeded(splitSeed, 'validation')).slice(0, validationExamples)
}

/**
 * Sets test examples apart where a source has none: the same share of every class, rounded to whole examples.
 *
 * Chosen by a fixed seed, so that no setting can leak a test example into training. Both parts keep the source's order.
 */
export function splitTest(labels: Int32Array): { readonly train: Int32Array; readonly test: Int32Array } {
  const byClass = new Map<number, number[]>()
  labels.forEach((label, index) => {
    const members = byClass.get(label)
    if (members === undefined) byClass.set(label, [index])
    else members.push(index)
  })
  const isTest = new Uint8Array(labels.length)
  for (const [label, members] of byClass) {
    const order = shuffled(members.length, Random.seeded(0, `test of class ${label}`))
    for (const position of order.subarray(0, Math.round(members.length * TEST_FRACTION))) isTest[members[position]!] = 1
  }
  const indices = Int32Array.from(labels, (_, index) => index)
  return { train: indices.filter((index) => isTest[index] === 0), test: indices.filter((index) => isTest[index] === 1) }
}

function shuffled(count: number, random: Random): Int32Array {
  if (count > MAX_EXAMPLES) {
    throw new LoupeError('unsupported', `The data set has ${count} examples; Loupe takes at most ${MAX_EXAMPLES}. Use a part of it.`, { count, most: MAX_EXAMPLES })
  }
  return random.shuffle(Int32Array.from({ length: count }, (_, index) => index))
}
