import { describe, expect, it } from 'vitest'
import type { Evaluation } from './study.ts'
import { crossing, needsFullGradient, trainedMs } from './crossing.ts'

const at = (step: number, values: Record<string, number>): Evaluation => ({ step, examples: step * 10, wallMs: step * 5, values })

describe('the crossing step', () => {
  const losses = [at(0, { 'train/loss': 2.3 }), at(100, { 'train/loss': 0.4 }), at(200, { 'train/loss': 0.1 }), at(300, { 'train/loss': 0.2 })]

  it('lies half way in the logarithm: loss 0.4 at 100 and 0.1 at 200 meets 0.2 at 150', () => {
    expect(crossing(losses, { criterion: 'train-loss', value: 0.2 })).toEqual({ kind: 'crossed', steps: expect.closeTo(150, 9), examples: expect.closeTo(1500, 9), wallMs: expect.closeTo(750, 9) })
  })

  it('changes with the target on the same stored curve, and not where the target does not', () => {
    expect(crossing(losses, { criterion: 'train-loss', value: 0.4 })).toMatchObject({ steps: 100 })
    expect(crossing(losses, { criterion: 'train-loss', value: 0.1 })).toMatchObject({ steps: 200 })
    expect(crossing(losses, { criterion: 'train-loss', value: 0.2 })).toEqual(crossing(losses, { criterion: 'train-loss', value: 0.2 }))
  })

  it('is the first one, whatever the curve does later', () => {
    const wavy = [at(0, { 'train/loss': 1 }), at(10, { 'train/loss': 0.5 }), at(20, { 'train/loss': 0.9 }), at(30, { 'train/loss': 0.5 })]
    expect(crossing(wavy, { criterion: 'train-loss', value: 0.5 })).toMatchObject({ steps: 10 })
  })

  it('reads an accuracy as its error', () => {
    const curve = [at(0, { 'validation/accuracy': 0.6 }), at(100, { 'validation/accuracy': 0.9 })]
    // log 0.4 → log 0.1 meets log 0.2 half way.
    expect(crossing(curve, { criterion: 'validation-accuracy', value: 0.8 })).toMatchObject({ steps: expect.closeTo(50, 9) })
    expect(crossing(curve, { criterion: 'validation-accuracy', value: 0.9 })).toMatchObject({ steps: 100 })
  })

  it('goes along a straight line where a value is not positive', () => {
    const curve = [at(0, { 'validation/accuracy': 0.5 }), at(100, { 'validation/accuracy': 1 })]
    expect(crossing(curve, { criterion: 'validation-accuracy', value: 0.75 })).toMatchObject({ steps: expect.closeTo(50, 9) })
  })

  it.each([
    ['gradient-mean', 'gradient/squared-norm-mean'],
    ['gradient-last', 'gradient/squared-norm'],
    ['gradient-min', 'gradient/squared-norm-min'],
    ['validation-loss', 'validation/loss'],
  ] as const)('reads %s from %s', (criterion, key) => {
    expect(crossing([at(0, { [key]: 1 }), at(10, { [key]: 0.01 })], { criterion, value: 0.1 })).toMatchObject({ steps: expect.closeTo(5, 9) })
    expect(needsFullGradient(criterion)).toBe(criterion !== 'validation-loss')
  })

  it('leaves evaluations out of the time where the time of a step is logged', () => {
    const curve = [at(0, { 'train/loss': 1 }), at(100, { 'train/loss': 0.4, 'time/step': 2 }), at(200, { 'train/loss': 0.1, 'time/step': 3 })]
    expect(crossing(curve, { criterion: 'train-loss', value: 0.2 })).toMatchObject({ wallMs: expect.closeTo(100 * 2 + 50 * 3, 9) })
    expect(trainedMs(curve)).toBeCloseTo(100 * 2 + 100 * 3, 9)
    expect(trainedMs(losses)).toBe(1500) // no time of a step: the clock of the last evaluation
    expect(trainedMs([])).toBeNull()
  })

  it('says where the target was met before training', () => {
    expect(crossing(losses, { criterion: 'train-loss', value: 3 })).toEqual({ kind: 'met-before-training' })
  })

  it('says where it was not met, or not logged', () => {
    expect(crossing(losses, { criterion: 'train-loss', value: 0.01 })).toEqual({ kind: 'not-crossed' })
    expect(crossing(losses, { criterion: 'gradient-mean', value: 1 })).toEqual({ kind: 'not-logged' })
    expect(crossing([], { criterion: 'train-loss', value: 1 })).toEqual({ kind: 'not-crossed' })
  })
})
