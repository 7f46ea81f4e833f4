import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from '../../contract/zod.ts'
import { Random } from '../random.ts'
import { forecastLoss, judgeCompletion } from './loss-forecast.ts'
import type { LossPoint } from './loss-forecast.ts'

const numbers = z.object({ limit: z.number(), amplitude: z.number(), decay: z.number(), noise: z.number(), every: z.number(), points: z.number() })
const peer = z
  .object({ cases: z.array(z.object({ given: numbers, limit: z.number(), decaySteps: z.number(), standardError: z.number() })) })
  .parse(JSON.parse(readFileSync(new URL('./reference/scipy-decay.json', import.meta.url), 'utf8')))

/** limit + amplitude·exp(−step/decay) + noise·sin(1.7·i² + 1), as `scipy_decay.py` has it. */
function decaying({ limit, amplitude, decay, noise, every, points }: z.output<typeof numbers>): LossPoint[] {
  return Array.from({ length: points }, (_, i) => ({ step: every * i, loss: limit + amplitude * Math.exp((-every * i) / decay) + noise * Math.sin(1.7 * i * i + 1) }))
}

const exact = decaying({ limit: 0.3, amplitude: 0.5, decay: 40, noise: 0, every: 5, points: 30 })

describe('forecastLoss', () => {
  it('finds the limit of a decay that has no noise', () => {
    const { limit, standardError, decaySteps } = forecastLoss(exact)
    expect(limit).toBeCloseTo(0.3, 6)
    expect(decaySteps).toBeCloseTo(40, 3)
    expect(standardError).toBeLessThan(1e-6)
  })

  it.each(peer.cases)("finds what scipy's curve_fit finds: $limit ± $standardError", ({ given, limit, decaySteps, standardError }) => {
    const received = forecastLoss(decaying(given))
    expect(received.limit).toBeCloseTo(limit, 5)
    expect(received.decaySteps! / decaySteps).toBeCloseTo(1, 4)
    expect(received.standardError / standardError).toBeCloseTo(1, 3)
  })

  it('does not depend on where the window begins, and on the scale of steps', () => {
    const moved = exact.map(({ step, loss }) => ({ step: 1000 + 7 * step, loss }))
    expect(forecastLoss(moved).limit).toBeCloseTo(0.3, 6)
    expect(forecastLoss(moved).decaySteps).toBeCloseTo(280, 2)
  })

  it('takes the mean of a loss that is level but for noise', () => {
    const random = Random.seeded(5)
    const level = Array.from({ length: 400 }, (_, step) => ({ step, loss: 0.7 + 0.1 * random.normal() }))
    const { limit, standardError, decaySteps } = forecastLoss(level)
    expect(Math.abs(limit - 0.7)).toBeLessThan(0.015)
    expect(Math.abs(standardError / 0.005 - 1)).toBeLessThan(0.15) // 0.1/√400; one deviation of it is 0.035
    expect(decaySteps).toBeNull()
    expect(forecastLoss(level.map(({ step }) => ({ step, loss: 0.7 })))).toEqual({ limit: expect.closeTo(0.7, 12), standardError: expect.closeTo(0, 12), decaySteps: null })
  })

  it('claims no limit of a loss that falls in a straight line, or faster and faster', () => {
    for (const fall of [(t: number) => 2 - t, (t: number) => 2 - t * t]) {
      const line = Array.from({ length: 50 }, (_, i) => ({ step: i, loss: fall(i / 50) }))
      expect(forecastLoss(line).standardError).toBe(Number.POSITIVE_INFINITY)
    }
  })

  it('refuses too few points, steps that do not rise, and losses that are not finite', () => {
    expect(() => forecastLoss(exact.slice(0, 7))).toThrow(/8 points or more, got 7/)
    expect(() => forecastLoss([...exact, exact[0]!])).toThrow(/0 comes after 145/)
    expect(() => forecastLoss([...exact, { step: 150, loss: Number.NaN }])).toThrow(expect.objectContaining({ code: 'not-finite', facts: { step: 150, loss: Number.NaN } }))
  })
})

describe('judgeCompletion', () => {
  const noisy = decaying({ limit: 0.3, amplitude: 0.5, decay: 40, noise: 0.01, every: 5, points: 30 })

  it('says that a loss will not come below what it decays to', () => {
    expect(judgeCompletion(noisy, 0.25)).toMatchObject({ kind: 'will-not-reach', forecast: { limit: expect.closeTo(0.3, 1) } })
  })

  it('leaves open what is within two standard errors or below the loss, of few points, and of a straight line', () => {
    const { limit, standardError } = forecastLoss(noisy)
    expect(judgeCompletion(noisy.slice(0, 20), 0.305)).toEqual({ kind: 'open' })
    expect(judgeCompletion(noisy, limit - standardError)).toEqual({ kind: 'open' })
    expect(judgeCompletion(noisy.slice(0, 7), 0.01)).toEqual({ kind: 'open' })
    expect(judgeCompletion([], 0.01)).toEqual({ kind: 'open' })
    expect(judgeCompletion(Array.from({ length: 20 }, (_, step) => ({ step, loss: 2 - step / 20 })), 0.01)).toEqual({ kind: 'open' })
  })

  it('says that a threshold is met, at the limit itself too', () => {
    expect(judgeCompletion(noisy, noisy.at(-1)!.loss)).toEqual({ kind: 'reached' })
    expect(judgeCompletion(noisy, 0.9)).toEqual({ kind: 'reached' })
  })
})
