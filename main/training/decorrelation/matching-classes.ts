import { LoupeError } from '../../contract/errors.ts'
import type { Dataset } from '../datasets/dataset.ts'
import { asExamples } from '../datasets/examples.ts'

/** Names of a list that an error shows. */
const SHOWN = 20

/**
 * A labelled data set with its labels numbered as another's: as many classes, and where both name them, of the same names.
 *
 * Classes go by their names, not their numbers, as a table's are in alphabetical order. Numbers in the user's own files are no names: such classes go by
 * their numbers.
 *
 * @param titled  What the set is called in errors.
 * @returns The set with renumbered `train` examples; itself where the numbers are the same.
 * @throws LoupeError `invalid-input` that tells both lists.
 */
export function withClassesOf(own: Pick<Dataset, 'name' | 'classNames'>, set: Dataset, titled: string): Dataset {
  const isByName = namesClasses(own) && namesClasses(set)
  const numbers = set.classNames.map((name, index) => (isByName ? own.classNames.indexOf(name) : index))
  if (own.classNames.length !== set.classNames.length || numbers.includes(-1)) {
    const [found, wanted] = [listed(set.classNames), listed(own.classNames)]
    throw new LoupeError('invalid-input', `${titled} has the classes ${found}, and the run's own data ${wanted}. A labelled set needs the same classes: choose another, or use this one without its labels, among the unlabelled sets.`, { found: set.classNames.slice(0, SHOWN), wanted: own.classNames.slice(0, SHOWN) })
  }
  if (numbers.every((number, index) => number === index)) return set
  const labels = Int32Array.from(set.train.labels.values, (label) => numbers[label]!) // one for each class
  return { ...set, classNames: own.classNames, train: asExamples({ inputs: set.train.inputs, labels }) }
}

/** Digits are the names of the digits that come with Loupe, and no names in a file. */
function namesClasses({ name, classNames }: Pick<Dataset, 'name' | 'classNames'>): boolean {
  return name !== 'file' || classNames.some((className) => !Number.isFinite(Number(className)))
}

function listed(classNames: readonly string[]): string {
  const shown = classNames.slice(0, SHOWN).map((name) => `"${name}"`)
  return `${classNames.length} (${shown.join(', ')}${classNames.length > SHOWN ? ', …' : ''})`
}
