import { unzipSync } from 'fflate'
import { malformed } from './malformed.ts'
import { readNpy } from './npy.ts'
import type { NumericArray } from './numeric-array.ts'

/**
 * Reads a NumPy archive: the arrays by name, `x` for `x.npy`. Only arrays that `names` wants are decoded.
 *
 * @throws LoupeError `data-malformed` where the archive or one of those arrays does not read.
 */
export function readNpz(bytes: Uint8Array, { file, names }: { readonly file: string; readonly names: ReadonlySet<string> }): ReadonlyMap<string, NumericArray> {
  const arrays = new Map<string, NumericArray>()
  for (const [entry, content] of Object.entries(unzipped(bytes, { file, names }))) {
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

function unzipped(bytes: Uint8Array, { file, names }: { readonly file: string; readonly names: ReadonlySet<string> }): Readonly<Record<string, Uint8Array>> {
  try {
    return unzipSync(bytes, { filter: (entry) => entry.name.endsWith('.npy') && names.has(nameOf(entry.name)) })
  } catch (cause) {
    throw notAnArchive(file, bytes, cause)
  }
}

function nameOf(entry: string): string {
  return entry.replace(/\.npy$/, '')
}

function notAnArchive(file: string, bytes: Uint8Array, cause: unknown): Error {
  const found = cause instanceof Error ? `"${cause.message}"` : 'none'
  return malformed({ file, at: `byte ${bytes.length}`, expected: 'a whole zip archive, as numpy.savez writes it', found, cause })
}
