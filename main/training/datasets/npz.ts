import { unzipSync } from 'fflate'
import { LoupeError } from '../../contract/errors.ts'
import { malformed } from './malformed.ts'
import { readNpy } from './npy.ts'
import type { NumericArray } from './numeric-array.ts'
import { MOST_FILE_BYTES } from './read-bytes.ts'

export interface NpzOptions {
  /** Named in errors. */
  readonly file: string
  /** Of the arrays that are decoded. */
  readonly names: ReadonlySet<string>
  /** That an array may unpack to. */
  readonly mostBytes?: number
}

/**
 * Reads a NumPy archive: the arrays by name, `x` for `x.npy`. Only arrays that `names` wants are decoded.
 *
 * @throws LoupeError `data-malformed` where the archive or one of those arrays does not read, `unsupported` for one above 2 GiB.
 */
export function readNpz(bytes: Uint8Array, { file, names, mostBytes = MOST_FILE_BYTES }: NpzOptions): ReadonlyMap<string, NumericArray> {
  const arrays = new Map<string, NumericArray>()
  for (const [entry, content] of Object.entries(unzipped(bytes, { file, names, mostBytes }))) {
    arrays.set(nameOf(entry), readNpy(content, `${file}: ${entry}`))
  }
  return arrays
}

/** Names of all arrays in the archive, in its order; nothing is unpacked. */
export function listNpz(bytes: Uint8Array, file: string): readonly string[] {
  const found: string[] = []
  try {
    unzipSync(bytes, { filter: (entry) => (found.push(entry.name), false) })
  } catch (cause) {
    throw notAnArchive(file, bytes, cause)
  }
  return found.filter((entry) => entry.endsWith('.npy')).map(nameOf)
}

function unzipped(bytes: Uint8Array, { file, names, mostBytes }: Required<NpzOptions>): Readonly<Record<string, Uint8Array>> {
  try {
    return unzipSync(bytes, {
      filter: (entry) => {
        const isWanted = entry.name.endsWith('.npy') && names.has(nameOf(entry.name))
        // The archive's own table says the size, before anything is unpacked; an entry that unpacks to more is cut there, and then no whole NPY.
        if (isWanted && entry.originalSize > mostBytes) throw tooLarge(`${file}: ${entry.name}`, entry.originalSize, mostBytes)
        return isWanted
      },
    })
  } catch (cause) {
    if (cause instanceof LoupeError) throw cause
    throw notAnArchive(file, bytes, cause)
  }
}

function tooLarge(file: string, bytes: number, mostBytes: number): LoupeError {
  return new LoupeError('unsupported', `${file} unpacks to ${bytes} bytes, and one array may hold ${mostBytes}. Use a part of it.`, { file, bytes, most: mostBytes })
}

function nameOf(entry: string): string {
  return entry.replace(/\.npy$/, '')
}

function notAnArchive(file: string, bytes: Uint8Array, cause: unknown): Error {
  const found = cause instanceof Error ? `"${cause.message}"` : 'none'
  return malformed({ file, at: `byte ${bytes.length}`, expected: 'a whole zip archive, as numpy.savez writes it', found, cause })
}
