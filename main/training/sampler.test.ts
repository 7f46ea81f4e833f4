import { expect, test } from 'vitest'
import { checkBatchSize, Sampler } from './sampler.ts'

function stream({ examples, seed, batchSize, batches }: { examples: number; seed: number; batchSize: number; batches: number }): number[] {
  const sampler = Sampler.start({ examples, seed, label: 'order' })
  const all: number[] = []
  const batch = new Int32Array(batchSize)
  for (let i = 0; i < batches; i++) {
    sampler.fill(batch)
    all.push(...batch)
  }
  return all
}

test('hands out every example once an epoch', () => {
  const drawn = stream({ examples: 7, seed: 3, batchSize: 7, batches: 3 })
  for (let epoch = 0; epoch < 3; epoch++) {
    expect(drawn.slice(epoch * 7, epoch * 7 + 7).sort()).toEqual([0, 1, 2, 3, 4, 5, 6])
  }
})

test('gives the same stream of examples at every batch size', () => {
  const one = stream({ examples: 10, seed: 5, batchSize: 1, batches: 60 })
  for (const batchSize of [2, 3, 4, 6, 10]) {
    expect(stream({ examples: 10, seed: 5, batchSize, batches: 60 / batchSize })).toEqual(one)
  }
})

test('shuffles each epoch anew and each seed apart', () => {
  const drawn = stream({ examples: 50, seed: 1, batchSize: 50, batches: 2 })
  expect(drawn.slice(0, 50)).not.toEqual(drawn.slice(50))
  expect(stream({ examples: 50, seed: 2, batchSize: 50, batches: 1 })).not.toEqual(drawn.slice(0, 50))
})

test('carries a batch over the end of an epoch', () => {
  const sampler = Sampler.start({ examples: 5, seed: 1, label: 'order' })
  const first = new Int32Array(4)
  const second = new Int32Array(4)
  sampler.fill(first)
  sampler.fill(second)
  expect([...first, second[0]].sort()).toEqual([0, 1, 2, 3, 4])
  expect(sampler.state).toMatchObject({ epoch: 1, position: 3 })
})

test('goes on from a saved state with the very next example', () => {
  for (const drawnBefore of [0, 3, 10, 17, 20]) {
    const whole = Sampler.start({ examples: 10, seed: 9, label: 'order' })
    if (drawnBefore > 0) whole.fill(new Int32Array(drawnBefore))
    const resumed = Sampler.restored(structuredClone(whole.state))
    const expected = new Int32Array(25)
    const received = new Int32Array(25)
    whole.fill(expected)
    resumed.fill(received)
    expect(received).toEqual(expected)
    expect(resumed.state).toEqual(whole.state)
  }
})

test('refuses a batch size above the training examples, with both numbers', () => {
  expect(() => checkBatchSize({ batchSize: 70000, examples: 60000 })).toThrow(/70000.*60000/)
  expect(() => checkBatchSize({ batchSize: 60000, examples: 60000 })).not.toThrow()
})
