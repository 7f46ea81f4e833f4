import { LoupeError } from '../../contract/errors.ts'
import { malformed } from './malformed.ts'
import { readNpy } from './npy.ts'
import { listNpz, readNpz } from './npz.ts'
import type { NumericValues } from './numeric-array.ts'
import { readBytes, unpacked } from './read-bytes.ts'

/**
 * Reads all numbers of a file, whatever their shape: NPY, one array of an NPZ, or text with numbers (CSV, TSV); NPY and text also gzipped.
 *
 * @param options.array  Name of the array in an NPZ; null where it holds one only.
 * @throws LoupeError `not-found`, `data-malformed`, `invalid-input` for a kind of file that Loupe does not read or an array that is not there.
 */
export async function readValues(path: string, { array }: { readonly array: string | null }): Promise<NumericValues> {
  const plain = path.toLowerCase().replace(/\.gz$/, '')
  const bytes = await readBytes(path)
  if (plain.endsWith('.npy')) return readNpy(await unpacked(bytes, path), path).values
  if (plain.endsWith('.npz')) return readArchived(bytes, { path, array })
  if (/\.(csv|tsv|txt)$/.test(plain)) return readText((await unpacked(bytes, path)).toString('utf8'), path)
  throw new LoupeError('invalid-input', `${path} is no kind of file that Loupe reads numbers from. Use .npy (numpy.save), .npz (numpy.savez), or .csv, .tsv, .txt.`, { path })
}

function readArchived(bytes: Uint8Array, { path, array }: { readonly path: string; readonly array: string | null }): NumericValues {
  const names = listNpz(bytes, path)
  const name = array ?? (names.length === 1 ? names[0]! : null)
  const shown = names.length === 0 ? 'no arrays' : names.slice(0, 20).join(', ')
  if (name === null) throw new LoupeError('invalid-input', `${path} holds ${names.length} arrays: ${shown}. Name one with --array.`, { path, arrays: names.slice(0, 20) })
  const found = readNpz(bytes, { file: path, names: new Set([name]) }).get(name)
  if (found === undefined) throw new LoupeError('invalid-input', `${path} has no array "${name}". It holds: ${shown}.`, { path, array: name, arrays: names.slice(0, 20) })
  return found.values
}

/** Numbers between commas, semicolons or white space; a first line that has none is a header. */
function readText(text: string, file: string): Float64Array {
  const values: number[] = []
  text.replace(/^\uFEFF/, '').split(/\r?\n/).forEach((line, index) => {
    const cells = line.split(/[,;\s]+/).filter((cell) => cell !== '')
    const numbers = cells.map(Number)
    if (index === 0 && numbers.every(Number.isNaN)) return
    numbers.forEach((value, i) => {
      // What NumPy writes for no number is counted later; anything else that is none is a fault of the file.
      if (Number.isNaN(value) && !/^[+-]?(nan|inf|infinity)$/i.test(cells[i]!)) throw malformed({ file, at: `line ${index + 1}`, expected: 'a number', found: `"${cells[i]}"` })
      values.push(value)
    })
  })
  return Float64Array.from(values)
}
