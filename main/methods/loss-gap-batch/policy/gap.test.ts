import { describe, expect, it } from 'vitest'
import { evaluatedSignal, idealValue, smoothingFloor } from './gap.ts'
import { factsOf } from './test/simulated.ts'
import { nothingSmoothed, smooth } from './smoothed.ts'

describe('the gap', () => {
  it('has the floor of label smoothing as ideal loss', () => {
    expect(smoothingFloor(10, 0.1)).toBeCloseTo(0.500288, 6)
    expect(smoothingFloor(100, 0.1)).toBeCloseTo(0.777797, 6)
    expect(smoothingFloor(10, 0.2)).toBeCloseTo(0.866894, 6)
    expect(smoothingFloor(10, 0)).toBe(0)
  })

  it('is measured from that floor for losses, from 0 for errors, from what is set for both', () => {
    const facts = factsOf({ classes: 10, labelSmoothing: 0.1 })
    expect(idealValue({ signal: 'validation-loss', config: { idealValue: null }, facts })).toBeCloseTo(0.500288, 6)
    expect(idealValue({ signal: 'train-error', config: { idealValue: null }, facts })).toBe(0)
    expect(idealValue({ signal: 'train-loss', config: { idealValue: 0.25 }, facts })).toBe(0.25)
  })

  it('R3: takes training and validation errors as 1 - accuracy', () => {
    const values = { 'train/accuracy': 0.75, 'validation/accuracy': 0.5, 'validation/loss': 1.5 }
    expect(evaluatedSignal('train-error', values)).toBe(0.25)
    expect(evaluatedSignal('validation-error', values)).toBe(0.5)
    expect(evaluatedSignal('validation-loss', values)).toBe(1.5)
    expect(evaluatedSignal('validation-loss', {})).toBeNull()
  })
})

describe('smooth', () => {
  it('forgets half of the past in a half-life of examples, however it is cut into steps', () => {
    const start = { value: 1, weight: 1 }
    const once = smooth({ smoothed: start, value: 0, examples: 1000, halfLife: 1000 })
    let many = start
    for (let i = 0; i < 100; i++) many = smooth({ smoothed: many, value: 0, examples: 10, halfLife: 1000 })
    expect(once.value).toBeCloseTo(0.5, 12)
    expect(many.value).toBeCloseTo(0.5, 12)
  })

  it('is not pulled towards 0 at the start: m/w of 2 and 4 at r = 1/2 is 10/3', () => {
    let smoothed = nothingSmoothed
    for (const value of [2, 4]) smoothed = smooth({ smoothed, value, examples: 100, halfLife: 100 })
    expect(smoothed.value).toBeCloseTo(2.5 / 0.75, 12)
    expect(smoothed.weight).toBe(0.75)
  })

  it('keeps a constant series to the last bit', () => {
    let smoothed = nothingSmoothed
    for (let i = 1; i < 1000; i++) smoothed = smooth({ smoothed, value: 0.1 + 0.2, examples: (i % 7) + 1, halfLife: 137 })
    expect(smoothed.value).toBe(0.1 + 0.2)
  })
})
