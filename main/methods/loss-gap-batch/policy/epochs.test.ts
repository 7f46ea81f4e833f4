import { describe, expect, it } from 'vitest'
import { LoupeError } from '../../../contract/errors.ts'
import { grownBatch, rolledBackBatch, shrunkBatch } from './batch-sizes.ts'
import { createPolicy } from './create-policy.ts'
import { epochBatchSize, epochLaw } from './epoch-law.ts'
import { factsOf, follow, gapConfig } from './test/simulated.ts'

const facts = factsOf({ trainExamples: 1000 })
const byEpoch = (settings: Record<string, unknown> = {}) => gapConfig({ driver: 'epoch', cooldownExamples: 0, granularity: 1, halfLifeExamples: 50, ...settings })
const train = (settings: Record<string, unknown>, rest: Partial<Parameters<typeof follow>[0]> = {}) => follow({ policy: createPolicy({ config: byEpoch(settings), facts }), facts, until: 6000, loss: () => 1, ...rest })

describe('the epoch driver', () => {
  it('R8: changes the batch size by a table of epochs', () => {
    const epochTable = [{ epoch: 2, batchSize: 100 }, { epoch: 3, batchSize: 300 }, { epoch: 5, batchSize: 50 }]
    const { changes } = train({ epochTable })
    expect(changes.map(({ to }) => to)).toEqual([100, 300, 50])
    expect(changes.map(({ position }) => Math.floor(position / 1000))).toEqual([2, 3, 5])
    expect(changes[2]!.decision).toMatchObject({ kind: 'shrink', trigger: 'epochTable', reason: 'epoch 5 is done, and the batch changes from 300 to 50 by the table of epochs' })
  })

  it('R9: grows as epochs go on, by a factor or by examples every E epochs', () => {
    expect(train({ epochStep: 2 }).changes.map(({ to }) => to)).toEqual([64, 128, 256])
    expect(train({ epochStep: 2, growBy: 10 }).changes.map(({ to }) => to)).toEqual([42, 52, 62])
  })

  it('R10: grows in every epoch', () => {
    const { changes } = train({ epochStep: 1, growFactor: 1.5 })
    expect(changes.map(({ to }) => to)).toEqual([48, 72, 108, 162, 243, 365]) // 32·1.5^e, rounded
    expect(changes[0]!.decision.reason).toBe('epoch 1 is done, and the batch changes from 32 to 48 by a factor of 1.5 every epoch')
  })

  it('doubles 128 every 20 of 100 epochs to 15,180 steps instead of 39,100', () => {
    const config = byEpoch({ epochStep: 20, batchMax: 2048, granularity: 8 })
    const batch = (epoch: number) => epochBatchSize({ config, firstBatch: 128, epoch, reference: { epoch: 0, batchSize: 128 } })
    const steps = (size: (epoch: number) => number, round: (steps: number) => number) => Array.from({ length: 100 }, (_, epoch) => round(50_000 / size(epoch))).reduce((total, count) => total + count, 0)
    expect([0, 20, 40, 60, 80].map((epoch) => Math.ceil(50_000 / batch(epoch)))).toEqual([391, 196, 98, 49, 25])
    expect([steps(batch, Math.ceil), steps(() => 128, Math.ceil)]).toEqual([15_180, 39_100])
    expect([steps(batch, Math.floor), steps(() => 128, Math.floor)]).toEqual([15_080, 39_000])
  })

  it('goes on from the batch of a rollback, and does not jump back to the one that diverged', () => {
    const reference = { epoch: 2, batchSize: 48 } // the law alone would be at 128
    expect([2, 3, 4].map((epoch) => epochBatchSize({ config: byEpoch({ epochStep: 1 }), firstBatch: 32, epoch, reference }))).toEqual([48, 96, 192])
    expect(epochLaw({ config: byEpoch({ epochStep: 1 }), firstBatch: 32, epoch: 2 })).toBe(128)
  })

  it('drives together with the gap, each from where the other left', () => {
    const { changes } = train({ driver: 'both', epochStep: 3, valueBelow: 2, cooldownExamples: 1500, batchMax: 4096 })
    expect(new Set(changes.map(({ decision }) => decision.trigger))).toEqual(new Set(['valueBelow', 'epochStep']))
    expect(changes.every(({ from, to }) => to === 2 * from)).toBe(true)
  })
})

describe('a rollback', () => {
  const broken = (position: number) => (position >= 2500 && position < 2900 ? 9 : 1)

  it('R11: answers divergence by any gap signal by reloading, with the epoch driver', () => {
    const evaluate = (position: number) => ({ 'validation/accuracy': position < 2400 ? 0.9 : 0.5 })
    const byError = train({ epochStep: 1, signals: ['validation-error'], divergeRatio: 2 }, { evaluate })
    const first = byError.changes.find(({ decision }) => decision.kind !== 'grow')!
    expect(first.decision).toMatchObject({ kind: 'rollback', trigger: 'divergeRatio' })
    expect(first.decision.reason).toMatch(/^the smoothed gap of the validation error is 0\.\d+, above 2 times its best \(at most 0\.2\)$/)
    expect(train({ epochStep: 1, divergeRatio: 2 }, { loss: broken }).changes.some(({ decision }) => decision.kind === 'rollback')).toBe(true)
  })

  it('R11: only shrinks where that was asked for, with the gap driver, and before there is an epoch to reload', () => {
    const answers = (settings: Record<string, unknown>, shift = 0) => train({ divergeRatio: 2, ...settings }, { loss: (position) => broken(position + shift) }).changes.map(({ decision }) => decision.kind)
    expect(answers({ onDivergence: 'shrink' })).toContain('shrink')
    expect(answers({ driver: 'gap' })[0]).toBe('shrink')
    expect(answers({ driver: 'gap', onDivergence: 'rollback' })[0]).toBe('rollback')
    expect(answers({}, 2000)[0]).toBe('shrink')
  })

  it('R12: goes on with a batch below that of the previous epoch, not only below the one that diverged', () => {
    const config = byEpoch({ shrinkFactor: 0.5, batchMax: 1000 })
    expect(rolledBackBatch({ config, epochBatch: 256, rollbacks: 1 })).toBe(128) // the diverged epoch had 512: 256 would be wrong
    expect(rolledBackBatch({ config: byEpoch({ shrinkFactor: 0.99 }), epochBatch: 10, rollbacks: 1 })).toBe(9)
    const { changes } = train({ epochStep: 1, divergeRatio: 2 }, { loss: broken })
    const back = changes.find(({ decision }) => decision.kind === 'rollback')!
    expect([back.from, back.to]).toEqual([128, 32]) // epoch 1 was trained with 64
  })

  it('R12: refuses where the previous epoch had the smallest batch already', () => {
    expect(() => rolledBackBatch({ config: byEpoch({ batchMin: 8 }), epochBatch: 8, rollbacks: 1 })).toThrow(/cannot use a batch smaller than the previous epoch’s, which is 8 \(batchMin is 8\)/)
  })

  it('refuses one more than maxRollbacks', () => {
    const refused = () => rolledBackBatch({ config: byEpoch({ maxRollbacks: 3 }), epochBatch: 64, rollbacks: 4 })
    expect(refused).toThrow(LoupeError)
    expect(refused).toThrow(/^Training diverged 4 times, and maxRollbacks allows 3/)
    expect(rolledBackBatch({ config: byEpoch({ maxRollbacks: 3 }), epochBatch: 64, rollbacks: 3 })).toBe(32)
  })
})

describe('batch sizes', () => {
  const config = gapConfig({ batchMin: 4, batchMax: 100, granularity: 8, growFactor: 1.5, shrinkFactor: 0.5 })

  it('are multiples of the granularity, the limits excepted', () => {
    expect([8, 32, 64, 80, 100].map((batch) => grownBatch(batch, config))).toEqual([16, 48, 96, 100, 100])
    expect([4, 8, 24, 100].map((batch) => shrunkBatch(batch, config))).toEqual([4, 4, 8, 48])
    expect(grownBatch(24, { ...config, growBy: 20 })).toBe(48) // 44 is nearer to 48 than to 40: halves go up
  })

  it('grow by a multiple at least, though the factor asks for less', () => {
    expect(grownBatch(8, { ...config, growFactor: 1.1 })).toBe(16)
    expect(grownBatch(33, { ...config, growFactor: 1.01 })).toBe(40)
  })

  it('do not change by less than minChange', () => {
    const settings = { growBy: 8, minChange: 0.21, valueBelow: 2, driver: 'gap', granularity: 8, batchMax: 500 }
    expect(train(settings).changes.map(({ to }) => to)).toEqual([40]) // 8 is a quarter of 32, and a fifth of 40
  })
})
