import { describe, expect, it } from 'vitest'
import { splitExamples, splitTest } from './split.ts'

const defaults = { splitSeed: 0, trainExamples: null, validationExamples: null }

describe('splitExamples', () => {
  it('holds out a tenth and trains on the rest, each example once', () => {
    const { train, validation } = splitExamples(1005, defaults)
    expect(validation.length).toBe(100)
    expect(train.length).toBe(905)
    expect(new Set([...train, ...validation]).size).toBe(1005)
  })

  it('gives the same split for the same seed and another for another', () => {
    const first = splitExamples(1000, { ...defaults, splitSeed: 7 })
    expect(splitExamples(1000, { ...defaults, splitSeed: 7 })).toEqual(first)
    expect(splitExamples(1000, { ...defaults, splitSeed: 8 })).not.toEqual(first)
  })

  it('keeps the validation examples whatever the number of training examples', () => {
    const all = splitExamples(1000, defaults)
    const few = splitExamples(1000, { ...defaults, trainExamples: 50 })
    expect(few.validation).toEqual(all.validation)
    expect(few.train).toEqual(all.train.subarray(0, 50))
  })

  it('takes fewer validation examples from the same order', () => {
    const all = splitExamples(1000, defaults)
    const few = splitExamples(1000, { ...defaults, validationExamples: 10 })
    expect(few.validation).toEqual(all.validation.subarray(0, 10))
    expect(few.train.length).toBe(990)
  })

  it('can do without validation', () => {
    expect(splitExamples(20, { ...defaults, validationExamples: 0 }).train.length).toBe(20)
  })

  it.each([
    ['more than there are', { ...defaults, trainExamples: 95 }, /^100 examples cannot give 95 to train on and 10 to validate on\./],
    ['nothing to train on', { ...defaults, validationExamples: 100 }, /^100 examples cannot give any to train on and 100 to validate on\./],
    ['more validation than there is', { ...defaults, validationExamples: 101 }, /Lower trainExamples or validationExamples: together at most 100/],
  ])('refuses %s', (_, config, message) => {
    expect(() => splitExamples(100, config)).toThrow(expect.objectContaining({ code: 'invalid-input', message: expect.stringMatching(message) }))
  })

  it('refuses what one shuffle cannot order', () => {
    expect(() => splitExamples(2 ** 21 + 1, defaults)).toThrow(expect.objectContaining({ code: 'unsupported' }))
  })
})

describe('splitTest', () => {
  it('takes a fifth of each class, in the order of the source', () => {
    const labels = Int32Array.from({ length: 100 }, (_, index) => (index < 70 ? 0 : 1))
    const { train, test } = splitTest(labels)
    expect(test.filter((index) => labels[index] === 0).length).toBe(14)
    expect(test.filter((index) => labels[index] === 1).length).toBe(6)
    expect([...test]).toEqual([...test].sort((a, b) => a - b))
    expect(new Set([...train, ...test]).size).toBe(100)
    expect(splitTest(labels)).toEqual({ train, test })
  })
})
