import { createHash } from 'node:crypto'

/**
 * Writes a value as JSON in one way only: keys sorted by UTF-16 code units, no white space, numbers as JavaScript writes them.
 *
 * @see RFC 8785, "JSON Canonicalization Scheme". Fields that are undefined are left out, as JSON.stringify does.
 * @example canonicalJson({ b: 1, a: [2, null] })  // '{"a":[2,null],"b":1}'
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value))
}

/** SHA-256, in hexadecimal, of the {@link canonicalJson} of a value: two configurations with one hash say the same. */
export function contentHash(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  // A null prototype keeps a key named __proto__ an ordinary key.
  const result: Record<string, unknown> = Object.create(null)
  for (const [key, field] of entries) result[key] = sorted(field)
  return result
}
