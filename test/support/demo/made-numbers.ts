import { createHash } from 'node:crypto'

/** A number from 0 to 1 that is always the same for the same text. */
export function hash(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32LE(0) / 2 ** 32
}
/** A standard normal number that is always the same for the same text. */
export function normal(text: string): number {
  return Math.sqrt(-2 * Math.log(hash(`${text} a`) + 1e-12)) * Math.cos(2 * Math.PI * hash(`${text} b`))
}
