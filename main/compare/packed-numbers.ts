import type { PackedNumbers } from '../contract/compare-curves.ts'

/** Packs numbers for a message: half as long as their digits, and read in a hundredth of the time. */
export function packNumbers(numbers: readonly number[]): PackedNumbers {
  const doubles = new Float64Array(numbers)
  const singles = new Float32Array(doubles)
  return isSame(singles, doubles) ? packed('float32', singles) : packed('float64', doubles)
}

/** The same to seven digits, which is more than a chart and its table show. */
export function packSingles(numbers: readonly number[]): PackedNumbers {
  return packed('float32', new Float32Array(numbers))
}

function packed(kind: PackedNumbers['kind'], { buffer, byteOffset, byteLength }: Float32Array | Float64Array): PackedNumbers {
  return { kind, base64: Buffer.from(buffer, byteOffset, byteLength).toString('base64') }
}

function isSame(singles: Float32Array, doubles: Float64Array): boolean {
  for (let i = 0; i < doubles.length; i++) {
    if (singles[i] !== doubles[i] && !Number.isNaN(doubles[i]!)) return false
  }
  return true
}
