import { describe, expect, it } from 'vitest'
import { exchangeConfig } from '../../contract/exchange-config.ts'
import { runKey } from '../arm-runs.ts'
import { hasMemory, rememberingTwin } from './arms.ts'
import { quantizationArm, type QuantizationArm } from './config.ts'
import { gradientQuantizationStudy } from './study.ts'
import { facts, madeConfig, madeRun } from './test/made-runs.ts'

const { plan, progress, check } = gradientQuantizationStudy
const every = madeConfig(
  { arms: [...quantizationArm.options] },
  { run: { optimizer: { kind: 'momentum' } }, exchange: { workers: 5, momentum: 'worker', unit: 'tensor' }, compression: { ratio: 0.02, side: 'upper', feedback: true, values: 'float16', threshold: 0.5, stages: 3, levels: 7 } },
)
const configOf = (arm: QuantizationArm) => plan(every, [], facts).find(({ key }) => key === runKey({ arm, seed: 1 }))?.config

describe('the arms of a comparison', () => {
  it('are each a whole exchange, with what all share', () => {
    for (const arm of quantizationArm.options) {
      const { exchange } = configOf(arm) ?? {}
      expect(exchangeConfig.parse(exchange), arm).toEqual(exchange)
      expect(exchange, arm).toMatchObject({ workers: 5, unit: 'tensor', topology: 'all-gather' })
    }
  })

  it('differ in what they compress by, with the settings of that name', () => {
    const coding = { values: 'float16', bits: 4, rounding: 'nearest', positions: 'auto' }
    for (const distribution of ['normal', 'laplace', 'cauchy', 'student-t', 'auto'] as const) {
      for (const arm of [`fitted-${distribution}`, `fitted-${distribution}-no-memory`, `fitted-${distribution}-deltas`] as const) {
        expect(configOf(arm)?.exchange?.compressor).toMatchObject({ kind: 'fitted', distribution, ratio: 0.02, side: 'upper', feedback: true, ...coding })
      }
    }
    expect(configOf('top-k')?.exchange?.compressor).toEqual({ kind: 'top-k', ratio: 0.02, ...coding })
    expect(configOf('random-k-no-memory')?.exchange?.compressor).toEqual({ kind: 'random-k', ratio: 0.02, ...coding })
    expect(configOf('threshold')?.exchange?.compressor).toEqual({ kind: 'threshold', threshold: 0.5, ...coding })
    expect(configOf('sidco')?.exchange?.compressor).toEqual({ kind: 'sidco', ratio: 0.02, stages: 3, ...coding })
    expect(configOf('qsgd')?.exchange?.compressor).toEqual({ kind: 'qsgd', levels: 7 })
    for (const arm of ['dense', 'terngrad', 'one-bit'] as const) expect(configOf(arm)?.exchange?.compressor).toEqual({ kind: arm })
    expect(configOf('dense-deltas')?.exchange?.compressor).toEqual({ kind: 'dense' })
  })

  it('remember what they do not send, but for those named so and those that leave nothing out', () => {
    const forgetful = quantizationArm.options.filter((arm) => configOf(arm)?.exchange?.memory === 'none')
    expect(forgetful).toEqual(['dense', 'qsgd', 'terngrad', ...quantizationArm.options.filter((arm) => arm.endsWith('-no-memory')), 'dense-deltas'])
    expect(forgetful.some(hasMemory)).toBe(false)
    expect(configOf('one-bit')?.exchange?.memory).toBe('residual')
    const windowed = madeConfig({ arms: ['fitted-auto', 'fitted-auto-no-memory'] }, { exchange: { memory: 'window', windowSteps: 4 } })
    expect(plan(windowed, [], facts).slice(0, 2).map(({ config }) => [config.exchange?.memory, config.exchange?.windowSteps])).toEqual([['window', 4], ['none', 4]])
  })

  it('without memory leave the momentum with the receiver: at the worker it would be one', () => {
    expect(configOf('top-k')?.exchange?.momentum).toBe('worker')
    expect(configOf('dense')?.exchange?.momentum).toBe('worker')
    expect(configOf('top-k-no-memory')?.exchange?.momentum).toBe('receiver')
  })

  it('send gradients, but for those named so, whose optimizers keep their momentum', () => {
    const deltas = quantizationArm.options.filter((arm) => configOf(arm)?.exchange?.target === 'weight-delta')
    expect(deltas).toEqual(quantizationArm.options.filter((arm) => arm.endsWith('-deltas')))
    expect(deltas.map((arm) => configOf(arm)?.exchange?.momentum)).toEqual(deltas.map(() => 'receiver'))
    expect(configOf('top-k-deltas')?.exchange).toMatchObject({ compressor: { kind: 'top-k' }, memory: 'residual', localSteps: 4 })
    const all = madeConfig({}, { exchange: { target: 'weight-delta', localSteps: 8 } })
    expect(plan(all, [], facts).map(({ config }) => [config.exchange?.target, config.exchange?.localSteps])).toEqual(Array(6).fill(['weight-delta', 8]))
  })

  it('without memory each have the same arm with one', () => {
    for (const arm of quantizationArm.options) {
      const twin = rememberingTwin(arm)
      if (twin !== null) expect([quantizationArm.safeParse(twin).success, hasMemory(twin)]).toEqual([true, true])
    }
    expect([rememberingTwin('fitted-student-t-no-memory'), rememberingTwin('dense')]).toEqual(['fitted-student-t', null])
  })
})

describe('the plan of a comparison of gradients', () => {
  it('wants every way with every seed, the same work for all', () => {
    const planned = plan(madeConfig({ seeds: 2, firstSeed: 5 }), [], facts)
    expect(planned.map(({ key }) => key)).toEqual(['way=dense seed=5', 'way=fitted-laplace seed=5', 'way=dense seed=6', 'way=fitted-laplace seed=6'])
    for (const { config, forecastExamples } of planned) expect([config.maxExamples, config.target, config.batchSize, forecastExamples]).toEqual([4000, null, 40, 4000])
  })

  it('goes on where it was cut off', () => {
    const config = madeConfig({ seeds: 1 })
    const done = madeRun(config, { arm: 'dense', seed: 1 })
    const again = plan(config, [done], facts)
    expect(again.map(({ key }) => key)).toEqual(['way=dense seed=1', 'way=fitted-laplace seed=1'])
    expect(again[0]?.config).toBe(done.config)
    expect(progress(config, [done], facts)).toEqual({ runsDone: 1, runsPlanned: 2, examplesDone: 4000, examplesPlanned: 8000, secondsLeft: 0.4 })
  })
})

describe('a comparison of gradients that cannot be made', () => {
  const refusal = (quantization: object, rest: object = {}, data: object = facts) => {
    try {
      check(madeConfig(quantization, rest), { ...facts, ...data })
    } catch (error) {
      return error
    }
    return null
  }

  it('is let through where it can, with the test examples to judge by, too', () => {
    expect(refusal({ arms: [...quantizationArm.options] })).toBeNull()
    expect(refusal({}, {}, { validationExamples: 0 })).toBeNull()
  })

  it('is refused without any examples to judge by', () => {
    expect(refusal({}, { run: { evaluation: { testAtEnd: false } } }, { validationExamples: 0 })).toMatchObject({ code: 'invalid-input', facts: { path: 'run.dataset.validationExamples' } })
  })

  it('is refused for a batch that is too large for the data, or too small for the workers', () => {
    expect(refusal({ batchSize: 1001 })).toMatchObject({ facts: { path: 'quantization.batchSize', trainExamples: 1000 } })
    expect(refusal({ batchSize: 3 })).toMatchObject({ code: 'invalid-input', message: expect.stringContaining('The way "dense" does not fit: 4 workers cannot share a batch of 3'), facts: { arm: 'dense' } })
  })

  it('names the way that a setting does not fit', () => {
    expect(refusal({}, { compression: { ratio: 0.6, side: 'lower' } })).toMatchObject({ facts: { arm: 'fitted-laplace', path: 'exchange.compressor.ratio' } })
    expect(refusal({}, { compression: { ratio: 5e-6 } })).toMatchObject({ facts: { arm: 'fitted-laplace', parameters: 100_000 } })
    expect(refusal({}, { exchange: { momentum: 'worker' } })).toMatchObject({ facts: { arm: 'dense', path: 'exchange.momentum' } })
    expect(refusal({}, { run: { optimizer: { kind: 'armijo' } } })).toMatchObject({ facts: { path: 'optimizer.kind' } })
  })

  it('is refused where weight deltas cannot be sent as the others send, or are sent already', () => {
    const momentum = { optimizer: { kind: 'momentum' } }
    expect(refusal({ arms: ['dense', 'dense-deltas'] }, { exchange: { clipNorm: 1 } })).toMatchObject({ facts: { arm: 'dense-deltas', path: 'exchange.clipNorm' } })
    expect(refusal({ arms: ['dense', 'top-k-deltas'] }, { exchange: { memory: 'window' } })).toMatchObject({ facts: { arm: 'top-k-deltas', path: 'exchange.memory' } })
    expect(refusal({ arms: ['dense', 'top-k-deltas'] }, { exchange: { momentum: 'worker' }, run: momentum })).toBeNull()
    expect(refusal({ arms: ['dense', 'top-k'] }, { exchange: { momentum: 'worker', target: 'weight-delta' }, run: momentum })).toMatchObject({ facts: { arm: 'dense', path: 'exchange.momentum' } })
    expect(refusal({ arms: ['dense', 'top-k-deltas'] }, { exchange: { target: 'weight-delta' } })).toMatchObject({ message: expect.stringContaining('Use "top-k" instead'), facts: { arm: 'top-k-deltas', path: 'quantization.arms' } })
    expect(refusal({ arms: ['dense', 'top-k'] }, { exchange: { target: 'weight-delta' } })).toBeNull()
  })

  it('is refused for runs side by side on workers elsewhere', () => {
    const elsewhere = { exchange: { workers: 2, hosts: ['a:1', 'b:1'] } }
    expect(refusal({ parallelRuns: 2 }, elsewhere)).toMatchObject({ facts: { path: 'quantization.parallelRuns' } })
    expect(refusal({}, elsewhere)).toBeNull()
  })

  it('is refused by its schema', () => {
    expect(() => madeConfig({ arms: ['top-k', 'top-k'] })).toThrow('the same way stands twice')
    expect(() => madeConfig({ arms: [] })).toThrow()
    expect(() => madeConfig({}, { exchange: { compressor: { kind: 'dense' } } })).toThrow('compressor')
    expect(() => madeConfig({}, { exchange: { memory: 'none' } })).toThrow()
    expect(() => madeConfig({}, { compression: { ratio: 0 } })).toThrow()
  })
})
