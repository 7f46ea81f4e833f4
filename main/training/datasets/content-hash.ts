import { createHash } from 'node:crypto'
import { malformed } from './malformed.ts'

/** SHA-256 of some bytes, hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** One hash for several files: SHA-256 over their own, hexadecimal, in the order given. */
export function sourceHash(fileHashes: readonly string[]): string {
  return sha256(Buffer.from(fileHashes.join('\n')))
}

/** @throws LoupeError `data-malformed` where a bundled file is not the one that it should be. */
export function requireHash(bytes: Uint8Array, { file, expected }: { readonly file: string; readonly expected: string }): void {
  const found = sha256(bytes)
  if (found !== expected) throw malformed({ file, at: null, expected: `SHA-256 ${expected}`, found, advice: 'Restore the file: install Loupe again.' })
}
