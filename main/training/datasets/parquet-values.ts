import type { FoundCell } from './bad-rows.ts'
import { describeShape } from './numeric-array.ts'

type Fault = Pick<FoundCell, 'kind' | 'expected' | 'found'>

/** The lengths of nested lists, the outermost first; of no value at all as many zeros. */
export function shapeOfList(value: unknown, depth: number): readonly number[] {
  if (depth === 0) return []
  const list = asList(value)
  return [list?.length ?? 0, ...shapeOfList(list?.[0], depth - 1)]
}

/**
 * Writes a number, or the numbers of a list of this shape, from `start` on.
 *
 * @returns What is wrong with it; null for nothing.
 */
export function fillNumbers(value: unknown, { values, start, shape }: { readonly values: Uint8Array | Float32Array; readonly start: number; readonly shape: readonly number[] }): Fault | null {
  if (value === null || value === undefined) return { kind: 'empty', expected: shape.length === 0 ? 'a number' : 'a list of numbers', found: 'null' }
  const [length, ...inner] = shape
  if (length === undefined) return fillNumber(value, values, start)
  const list = asList(value)
  if (list === null || list.length !== length) {
    return { kind: 'length', expected: `lists of ${describeShape(shape)} values, as in the first row`, found: list === null ? 'no list' : `${list.length} values` }
  }
  const width = inner.reduce((product, size) => product * size, 1)
  for (let place = 0; place < length; place++) {
    const fault = fillNumbers(list[place], { values, start: start + place * width, shape: inner })
    if (fault !== null) return fault
  }
  return null
}

function fillNumber(value: unknown, values: Uint8Array | Float32Array, at: number): Fault | null {
  const number = typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean' ? Math.fround(Number(value)) : null
  if (number === null) return { kind: 'not-a-number', expected: 'a number', found: JSON.stringify(value).slice(0, 60) }
  if (!Number.isFinite(number)) return { kind: 'not-finite', expected: 'a finite float32', found: String(value) }
  values[at] = number
  return null
}

/** Lists of numbers may come as arrays of their type. */
function asList(value: unknown): ArrayLike<unknown> | null {
  if (Array.isArray(value)) return value
  return ArrayBuffer.isView(value) && 'length' in value && typeof value.length === 'number' ? (value as unknown as ArrayLike<unknown>) : null // a typed array, as a view with a length is one
}
