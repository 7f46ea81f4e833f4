import { describe, expect, it } from 'vitest'
import { exchangeConfig } from '../../contract/exchange-config.ts'
import { variantAt } from './step-variant.ts'

/** What the first steps of a run do, a letter each: n sends nothing, d all, c by the thresholds of an earlier fit, f by a fit of its own; capitals are logged. */
function course(exchange: object, { steps = 12, lastStep = 1000 } = {}): string {
  const config = exchangeConfig.parse(exchange)
  return Array.from({ length: steps }, (_, step) => {
    const { sending, fits, records } = variantAt(config, { step, lastStep, snapshot: false })
    const letter = sending === 'nothing' ? 'n' : sending === 'dense' ? 'd' : fits ? 'f' : 'c'
    return records ? letter.toUpperCase() : letter
  }).join('')
}
const deltas = { target: 'weight-delta', localSteps: 4 }

describe('the steps of a run whose workers exchange', () => {
  it.each([
    ['gradients', { logEvery: 4 }, 'FfffFfffFfff'],
    ['gradients, fitted every third step', { compressor: { kind: 'fitted', fitEvery: 3 } }, 'Fccfccfccfcc'],
    ['gradients, dense at first', { startStep: 2, logEvery: 4 }, 'DdffFfffFfff'],
    ['windows of four gradients', { memory: 'window', windowSteps: 4, logEvery: 8 }, 'nnnfnnnFnnnf'],
    ['windows of which every second is fitted', { memory: 'window', windowSteps: 2, compressor: { kind: 'fitted', fitEvery: 2 }, logEvery: 1000 }, 'nfncnfncnfnc'],
    ['weight deltas of four steps, the first one logged', deltas, 'nnnFnnnfnnnf'],
    ['weight deltas of which every second is logged', { ...deltas, logEvery: 8 }, 'nnnFnnnfnnnF'],
    ['weight deltas of which each is logged, where they are farther apart than what is logged', { ...deltas, logEvery: 3 }, 'nnnFnnnFnnnF'],
    ['weight deltas of which every second is fitted', { ...deltas, localSteps: 2, compressor: { kind: 'fitted', fitEvery: 2 } }, 'nFncnfncnfnc'],
    ['weight deltas, dense before the sixth step and fitted from there', { ...deltas, startStep: 5, compressor: { kind: 'fitted', fitEvery: 2 } }, 'nnnDnnnfnnnc'],
    ['weight deltas of one step', { ...deltas, localSteps: 1 }, 'Ffffffffffff'],
  ])('send and log as told: %s', (_, exchange, expected) => {
    expect(course({ logEvery: 1000, ...exchange })).toBe(expected)
  })

  it('exchange weight deltas after the last step, however few were taken', () => {
    expect(course({ ...deltas, logEvery: 1000 }, { steps: 10, lastStep: 10 })).toBe('nnnFnnnfnf')
  })
})
