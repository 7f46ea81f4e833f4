import { describe, expect, it } from 'vitest'
import { decodeBlock, encodeBlock } from './block-codec.ts'
import type { MetricPoints } from './block-codec.ts'

function points(values: readonly number[], wallMs: readonly number[] = values.map((_, i) => i / 2)): MetricPoints {
  return { steps: Float64Array.from(values, (_, i) => 5 + i), examples: Float64Array.from(values, (_, i) => 64 * (5 + i)), wallMs: Float64Array.from(wallMs), values: Float64Array.from(values) }
}

describe('a block of metrics', () => {
  it.each([
    ['float32 losses', points([2.5, 0.75, Math.fround(0.1)])],
    ['float64 values', points([0.1, 0.2, 1e-300])],
    ['values that are not finite', points([Number.NaN, Infinity, -Infinity, 1])],
    ['values that stay', points([0.1, 0.1, 0.1])],
    ['times between calls', points([1, 2, 3, 4], [0.1, 0.3, 0.7, 123456.789])],
    ['one value', points([Math.PI])],
    ['steps with gaps', { ...points([1, 2, 3]), steps: Float64Array.of(1, 2, 9_007_199_254_740_991), examples: Float64Array.of(0, 1e12, 1e15) }],
  ])('gives back %s to the bit', (_name, written) => {
    expect(decodeBlock(encodeBlock(written))).toEqual(written)
  })

  it('takes 12 bytes a step of a float32 loss whose times are not even', () => {
    const losses = Array.from({ length: 1000 }, (_, i) => Math.fround(Math.sin(i)))
    expect(encodeBlock(points(losses, losses.map((loss, i) => i + loss / 3)))).toHaveLength(16 + 16 + 16 + 8 * 1000 + 4 * 1000)
  })

  it('reads from any place in a buffer, and leaves no view of it', () => {
    const written = points([0.1, 0.5])
    const encoded = encodeBlock(written)
    const buffer = Buffer.alloc(encoded.length + 3)
    buffer.set(encoded, 3)
    const read = decodeBlock(buffer.subarray(3))
    buffer.fill(0)
    expect(read).toEqual(written)
  })

  it('is refused where bytes are missing, left over, or of another format', () => {
    const encoded = encodeBlock(points([0.1, 0.5]))
    const longer = new Uint8Array(encoded.length + 8)
    longer.set(encoded)
    const other = encoded.slice()
    other[0] = 2
    const kind = encoded.slice()
    kind[4] = 3
    for (const bytes of [encoded.subarray(0, encoded.length - 1), encoded.subarray(0, 7), new Uint8Array(0), longer, other, kind]) {
      expect(() => decodeBlock(bytes)).toThrow(expect.objectContaining({ code: 'log-corrupt' }))
    }
  })
})
