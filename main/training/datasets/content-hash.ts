import { createHash } from 'node:crypto'

/** SHA-256 of some bytes, hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** One hash for several files: SHA-256 over their own, hexadecimal, in the order given. */
export function sourceHash(fileHashes: readonly string[]): string {
  return sha256(Buffer.from(fileHashes.join('\n')))
}
