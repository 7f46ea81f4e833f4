import { expect, test } from 'vitest'
import { LoupeError } from '../contract/errors.ts'
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint-codec.ts'
import type { Checkpoint } from './trainer.ts'

const checkpoint: Checkpoint = {
  step: 12,
  examples: 768,
  wallMs: 34.5,
  functionEvaluations: 7,
  variables: {
    'stem/kernel': { shape: [2, 3], type: 'float32', values: Float32Array.of(1, -0.1, 3.4e38, 1e-45, 0, -0) },
    count: { shape: [], type: 'int32', values: Int32Array.of(-2147483648) },
    mask: { shape: [3], type: 'uint8', values: Uint8Array.of(0, 128, 255) },
  },
  state: { sampler: { epoch: 2 }, label: 'übung' },
  random: [1, 2, 3, 4294967295],
}

function errorOf(action: () => unknown): LoupeError {
  try {
    action()
  } catch (error) {
    if (error instanceof LoupeError) return error
  }
  throw new Error('nothing was thrown')
}

test('reads back what it wrote, to the bit', () => {
  expect(decodeCheckpoint(encodeCheckpoint(checkpoint))).toEqual(checkpoint)
})

test('reads from the middle of a larger buffer', () => {
  const encoded = encodeCheckpoint(checkpoint)
  const buffer = new Uint8Array(encoded.length + 3)
  buffer.set(encoded, 3)
  expect(decodeCheckpoint(buffer.subarray(3))).toEqual(checkpoint)
})

test('writes numbers little-endian', () => {
  const encoded = encodeCheckpoint({ ...checkpoint, variables: { one: { shape: [1], type: 'float32', values: Float32Array.of(1) } } })
  expect([...encoded.subarray(-8, -4)]).toEqual([0, 0, 0x80, 0x3f])
})

test('names what it found where the file is no checkpoint', () => {
  const error = errorOf(() => decodeCheckpoint(new TextEncoder().encode('SQLite format 3')))
  expect(error.code).toBe('data-malformed')
  expect(error.message).toContain('"SQLite f"')
  expect(errorOf(() => decodeCheckpoint(new Uint8Array(0))).code).toBe('data-malformed')
})

test('refuses a newer version by its number', () => {
  const encoded = encodeCheckpoint(checkpoint)
  new DataView(encoded.buffer).setUint32(8, 2, true)
  const error = errorOf(() => decodeCheckpoint(encoded))
  expect(error.code).toBe('unsupported')
  expect(error.message).toContain('version 2')
})

test('refuses a file cut off anywhere', () => {
  const encoded = encodeCheckpoint(checkpoint)
  for (const bytes of [4, 15, 16, 40, 200, encoded.length - 9]) {
    expect(errorOf(() => decodeCheckpoint(encoded.subarray(0, bytes))).code).toBe('data-malformed')
  }
})

test('refuses a header with a step that is no number', () => {
  const text = JSON.stringify({ step: 'x' })
  const bytes = new Uint8Array(16 + text.length)
  bytes.set(new TextEncoder().encode('LOUPECKP'))
  new DataView(bytes.buffer).setUint32(8, 1, true)
  new DataView(bytes.buffer).setUint32(12, text.length, true)
  bytes.set(new TextEncoder().encode(text), 16)
  expect(errorOf(() => decodeCheckpoint(bytes)).message).toContain('step')
})
