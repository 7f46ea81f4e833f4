import { expect, test } from 'vitest'
import { meanGradient, restoreState, savedState, startState, trackGradient } from './run-state.ts'
import type { FeederState } from './feeder.ts'
import type { GradientTrack } from './run-state.ts'

const track = (values: readonly (readonly [number, number])[]) =>
  values.reduce<GradientTrack | null>((so, [step, squaredNorm]) => trackGradient(so, { step, squaredNorm }), null)

test('takes the mean of the squared gradient over steps by trapezoids', () => {
  const at = track([[0, 4], [10, 2], [30, 1]])
  expect(at).toEqual({ step: 30, last: 1, area: 60, min: 1 }) // 30 + 30
  expect(at && meanGradient(at)).toBe(2)
})

test('is the value itself before the first step', () => {
  const at = track([[0, 4]])
  expect(at && meanGradient(at)).toBe(4)
})

test('keeps the smallest squared gradient', () => {
  expect(track([[0, 4], [1, 0.5], [2, 3]])?.min).toBe(0.5)
})

test('goes through a checkpoint unchanged', () => {
  const feeder: FeederState = { order: { examples: 10, epoch: 1, position: 3, random: [1, 2, 3, 4] }, searchOrder: null, further: {} }
  const state = { ...startState(), step: 7, examples: 70, wallMs: 1.5, functionEvaluations: 9, gradient: track([[0, 4], [7, 1]]), fallbackSteps: 1, warned: ['x'], lossWatch: { settings: '[]', logSum: -1.5, steps: 3, last: -0.5, before: null, drop: { count: 2, weight: 1.9, mean: 0.1, squares: 0.02, largest: 0.3 }, leftOut: 1 } }
  const saved = JSON.parse(JSON.stringify(savedState(state, feeder))) as Record<string, unknown>
  expect(restoreState({ ...state, variables: {}, random: [1, 2, 3, 4], state: saved })).toEqual({ state, feeder })
})

test('refuses a checkpoint without its state', () => {
  expect(() => restoreState({ ...startState(), variables: {}, random: [1, 2, 3, 4], state: {} })).toThrow(/feeder/)
})
