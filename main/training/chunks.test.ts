import { expect, test } from 'vitest'
import { fillChunk, fillRange, planChunks } from './chunks.ts'

test('splits examples into even chunks', () => {
  expect(planChunks({ examples: 1000, activationBytesPerExample: 1000 })).toEqual({ examples: 1000, size: 1000, count: 1 })
  expect(planChunks({ examples: 1100, activationBytesPerExample: 1000 })).toEqual({ examples: 1100, size: 550, count: 2 })
  expect(planChunks({ examples: 0, activationBytesPerExample: 1000 })).toEqual({ examples: 0, size: 0, count: 0 })
})

test('makes smaller chunks of a model with large activations, and never empty ones', () => {
  expect(planChunks({ examples: 1000, activationBytesPerExample: 2 ** 20 }).size).toBe(167) // 6 chunks of at most 192
  expect(planChunks({ examples: 3, activationBytesPerExample: 2 ** 40 }).size).toBe(1)
})

test('gives every example the weight 1 once, and what fills up the last chunk the weight 0', () => {
  const chunks = planChunks({ examples: 2049, activationBytesPerExample: 1 })
  const [indices, weights] = [new Int32Array(chunks.size), new Float32Array(chunks.size)]
  const seen = new Float64Array(2049)
  let counted = 0
  for (let chunk = 0; chunk < chunks.count; chunk++) {
    counted += fillChunk({ chunks, chunk, indices, weights })
    indices.forEach((index, i) => (seen[index] = (seen[index] ?? 0) + (weights[i] ?? 0)))
  }
  expect(counted).toBe(2049)
  expect(seen.every((times) => times === 1)).toBe(true)
})

test('gives every example of a pass by ranges the weight 1 once, all ranges being whole', () => {
  const chunks = planChunks({ examples: 10_003, activationBytesPerExample: 1, most: 5000 })
  expect(chunks).toEqual({ examples: 10_003, size: 3335, count: 3 })
  const weights = new Float32Array(chunks.size)
  const seen = new Float64Array(10_003)
  const starts = Array.from({ length: chunks.count }, (_, chunk) => {
    const start = fillRange({ chunks, chunk, weights })
    weights.forEach((weight, i) => (seen[start + i] = (seen[start + i] ?? 0) + weight))
    return start
  })
  expect(starts).toEqual([0, 3335, 6668])
  expect(seen).toHaveLength(10_003)
  expect(seen.every((times) => times === 1)).toBe(true)
})
