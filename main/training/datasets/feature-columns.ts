import { LoupeError } from '../../contract/errors.ts'

/** A column of a table. */
export interface Column {
  readonly name: string
  readonly index: number
}

/**
 * The columns that the user named as inputs, in that order.
 *
 * @param label  Index of the label's column, which is no input.
 * @throws LoupeError `invalid-input` for a name that is not there, stands twice or is the label's.
 */
export function chosenColumns(wanted: readonly string[], { file, names, label }: { readonly file: string; readonly names: readonly string[]; readonly label: number }): readonly Column[] {
  const shown = names.slice(0, 20).join(', ')
  return wanted.map((name, position) => {
    const index = names.indexOf(name)
    if (index < 0) throw new LoupeError('invalid-input', `${file} has no column "${name}", which featureColumns names. Its columns are: ${shown}.`, { file, column: name, columns: names.slice(0, 20) })
    if (index === label) throw new LoupeError('invalid-input', `Column "${name}" of ${file} is the label, so it can be no input. Leave it out of featureColumns, or set labelColumn to another.`, { file, column: name })
    if (wanted.indexOf(name) !== position) throw new LoupeError('invalid-input', `featureColumns names the column "${name}" of ${file} twice. Name each once.`, { file, column: name })
    return { name, index }
  })
}
