import { describe, expect, it } from 'vitest'
import { compressorConfig } from '../../../contract/exchange-config.ts'
import type { z } from '../../../contract/zod.ts'
import { liveObjects } from '../../../tensorflow/live-objects.ts'
import { tf } from '../../../tensorflow/tf.ts'
import { ROW } from '../../../training/exchange/flat-layout.ts'
import { drawn } from '../test/drawn.ts'
import { createCompressor } from './create-compressor.ts'
import { compressOnce, flatten, layoutOf, openWorker } from './test/compress.ts'
import type { Call } from './test/compress.ts'

type Config = z.input<typeof compressorConfig>

const layout = layoutOf(3000, 2001, 1024)
const units = [drawn('laplace', { count: 3000, seed: 1, scale: 1e-3 }), drawn('normal', { count: 2001, seed: 2, scale: 0.2 }), drawn('student-t-3', { count: 1024, seed: 3, scale: 1e-7 })]
const values = flatten(layout, units)
const compress = (config: Config, call: Partial<Call> = {}, at = layout) => compressOnce(createCompressor(compressorConfig.parse(config)), at, { values, ratio: 0.05, ...call })

const sparse: readonly Config[] = [
  ...(['normal', 'laplace', 'cauchy', 'student-t', 'auto'] as const).map((distribution) => ({ kind: 'fitted' as const, distribution, ratio: 0.05 })),
  { kind: 'top-k', ratio: 0.05 },
  { kind: 'random-k', ratio: 0.05 },
  { kind: 'threshold', threshold: 0.002 },
  { kind: 'sidco', ratio: 0.05 },
]
const codings: readonly Config[] = (['float32', 'float16', 'sign', 'uniform'] as const).flatMap((code) =>
  (['index', 'bitmap'] as const).map((positions) => ({ kind: 'top-k' as const, ratio: 0.05, values: code, positions, rounding: 'stochastic' as const })),
)
const whole: readonly Config[] = [{ kind: 'qsgd' }, { kind: 'qsgd', levels: 127 }, { kind: 'terngrad' }, { kind: 'one-bit' }, { kind: 'dense' }]
const named = (configs: readonly Config[]) => configs.map((config) => [JSON.stringify(config), config] as const)

describe.each(named([...sparse, ...codings, ...whole]))('%s', (_, config) => {
  it('is received as its sender believes, twice as much from two who send the same, and nothing where rows are filled up', async () => {
    const { decoded, received, twice, sent } = await compress(config)
    expect(received).toEqual(decoded)
    expect(twice).toEqual(decoded.map((x) => 2 * x))
    expect(decoded.some((x) => x !== 0)).toBe(true)
    for (const { firstRow, rows, elements } of layout.units) expect(decoded.subarray(firstRow * ROW + elements, (firstRow + rows) * ROW).every((x) => x === 0)).toBe(true)
    expect(sent.every((x, i) => x === 1 || decoded[i] === 0)).toBe(true)
  })

  it('does the same for the same seed', async () => {
    expect(await compress(config)).toEqual(await compress(config))
  })

  it('tells how many values are not finite', async () => {
    const spoilt = Float32Array.from(values)
    spoilt[5] = NaN
    spoilt[9] = Infinity
    spoilt[layout.units[1]!.firstRow * ROW] = -Infinity
    expect((await compress(config, { values: spoilt })).readings.nonFinite).toEqual([2, 1, 0])
    expect((await compress(config)).readings.nonFinite).toEqual([0, 0, 0])
  })
})

describe.each(named(sparse))('%s', (_, config) => {
  it('sends what it sends in full, and leaves the rest as the error: together the values to the bit', async () => {
    const { decoded, sent, readings, down, twice } = await compress(config)
    expect(decoded).toEqual(values.map((x, i) => (sent[i] === 1 ? x : 0)))
    const error = values.map((x, i) => x - decoded[i]!)
    expect(decoded.map((x, i) => x + error[i]!)).toEqual(values)
    expect(readings.kept!.reduce((a, b) => a + b)).toBe(sent.filter((x) => x === 1).length)
    expect(down).toEqual(twice)
  })

  it('sends the same places for values that are all 1024 times as large', async () => {
    if (config.kind === 'threshold') return
    const [one, other] = [await compress(config), await compress(config, { values: values.map((x) => x * 1024) })]
    expect(other.sent).toEqual(one.sent)
    expect(other.decoded).toEqual(one.decoded.map((x) => x * 1024))
  })

  it('sends the same places of values with their signs turned', async () => {
    const [one, other] = [await compress(config), await compress(config, { values: values.map((x) => -x) })]
    expect(other.sent).toEqual(one.sent)
  })

  it('sends everything at a ratio of 1, or at the smallest threshold, and so gives the dense sum to the bit', async () => {
    const all = config.kind === 'threshold' ? { ...config, threshold: 1e-30 } : { ...config, ratio: 1 }
    const { decoded, twice, down, readings } = await compress(all, { ratio: 1 })
    const dense = await compress({ kind: 'dense' })
    expect(decoded).toEqual(dense.decoded)
    expect(twice).toEqual(dense.twice)
    expect(down).toEqual(dense.twice)
    expect(readings.kept).toEqual([3000, 2001, 1024])
  })
})

describe.each(named([{ kind: 'qsgd', levels: 4 }, { kind: 'terngrad' }, { kind: 'top-k', ratio: 1, values: 'uniform', bits: 3, rounding: 'stochastic' }]))('%s', (_, config) => {
  it('gives the values themselves in the mean over seeds', async () => {
    const small = layoutOf(64, 40)
    const wave = flatten(small, [Float32Array.from({ length: 64 }, (_, i) => Math.sin(i) / 7), Float32Array.from({ length: 40 }, (_, i) => 3 * Math.cos(i * i))])
    const worker = await openWorker(createCompressor(compressorConfig.parse(config)), small)
    const seeds = 800
    const [sum, squares] = [new Float64Array(small.size), new Float64Array(small.size)]
    for (let seed = 0; seed < seeds; seed++) {
      const { decoded } = await worker.compress({ values: wave, ratio: 1, seed: [seed, 7] })
      decoded.forEach((x, i) => {
        sum[i]! += x / seeds
        squares[i]! += x ** 2 / seeds
      })
    }
    await worker.close()
    // Of 104 means none lies 4.5 standard errors off by chance; of a value near a level, one of the 800 draws may be all that differs.
    wave.forEach((x, i) => expect(Math.abs(sum[i]! - x)).toBeLessThanOrEqual(4.5 * Math.sqrt(Math.max(0, squares[i]! - sum[i]! ** 2) / seeds) + 3 / seeds))
    expect(squares.some((square, i) => square - sum[i]! ** 2 > 1e-4)).toBe(true)
  })
})

describe('the bytes of 269,467 values at 1 %', () => {
  const large = layoutOf(269_467)
  const many = flatten(large, [drawn('laplace', { count: 269_467, seed: 1 })])
  const bytes = async (config: Config) => (await compress(config, { values: many, ratio: 0.01 }, large)).bytes
  const top = (coding: object): Config => ({ kind: 'top-k', ratio: 0.01, ...coding })
  it.each([
    ['an index and a float each', top({}), 21_560],
    ['a bit for every element and the floats', top({ positions: 'bitmap' }), 33_684 + 10_780],
    ['an index and half a float each, and the unit’s power of two', top({ values: 'float16' }), 10_780 + 5390 + 4],
    ['an index and a bit each, and two magnitudes', top({ values: 'sign' }), 10_780 + 337 + 8],
    ['an index and 4 bits each, and the ends of the grid', top({ values: 'uniform' }), 10_780 + 337 * 4 + 8],
    ['dense', { kind: 'dense' }, 1_077_868],
    ['16 levels of either sign and 0 in 6 bits', { kind: 'qsgd', levels: 16 }, 33_684 * 6 + 4],
    ['2 bits', { kind: 'terngrad' }, 33_684 * 2 + 4],
    ['1 bit and two means', { kind: 'one-bit' }, 33_684 + 8],
  ] as const)('are those of %s', async (_, config, expected) => {
    expect(await bytes(config)).toBe(expected)
  })

  it('are the smaller of index and bitmap with "auto": at one in 32', async () => {
    expect(await bytes(top({ ratio: 0.03 }))).toBe(21_560)
    expect(await bytes(top({ ratio: 0.04 }))).toBe(33_684 + 10_780)
  })
})

describe('codes of values', () => {
  it('of one bit are the mean of what is sent above 0 and the mean of the others, for each unit', async () => {
    const small = layoutOf(4, 3)
    const { decoded } = await compress({ kind: 'top-k', ratio: 1, values: 'sign' }, { values: flatten(small, [[1, 3, -1, -5], [-2, -4, 0]]), ratio: 1 }, small)
    expect([...decoded.subarray(0, 4), ...decoded.subarray(32, 35)]).toEqual([2, 2, -3, -3, -2, -2, -2])
  })

  it('of half precision keep eleven bits however small the values are', async () => {
    const { decoded, sent } = await compress({ kind: 'top-k', values: 'float16' })
    const worst = Math.max(...values.map((x, i) => (sent[i] === 1 ? Math.abs(decoded[i]! / x - 1) : 0)))
    expect(worst).toBeGreaterThan(0)
    expect(worst).toBeLessThanOrEqual(2 ** -11)
  })

  it('on a grid are off by half a step of it at most, and exact at its ends', async () => {
    const small = layoutOf(9)
    const { decoded } = await compress({ kind: 'top-k', ratio: 1, values: 'uniform', bits: 3 }, { values: flatten(small, [[1, 2, 3, 4, -1, -1.4, -2.6, 2.49, -4]]), ratio: 1 }, small)
    expect([...decoded.subarray(0, 9)]).toEqual([1, 2, 3, 4, -1, -1, -3, 2, -4])
  })
})

describe('random-k', () => {
  it('picks other places for another seed, each as often as others', async () => {
    const small = layoutOf(100)
    const worker = await openWorker(createCompressor(compressorConfig.parse({ kind: 'random-k', ratio: 0.1 })), small)
    const picked = new Float64Array(100)
    for (let seed = 0; seed < 500; seed++) (await worker.compress({ values: new Float32Array(small.size).fill(1), ratio: 0.1, seed: [seed, 0] })).sent.subarray(0, 100).forEach((x, i) => (picked[i]! += x))
    await worker.close()
    expect(picked.reduce((a, b) => a + b)).toBe(5000)
    // 50 ± 6.7 each.
    expect(Math.min(...picked)).toBeGreaterThan(50 - 4.5 * 6.7)
    expect(Math.max(...picked)).toBeLessThan(50 + 4.5 * 6.7)
  })
})

describe('sidco', () => {
  it('takes the mean magnitude times −ln ratio with one stage, and refits beyond the threshold with more', async () => {
    const small = layoutOf(8)
    const eight = flatten(small, [[1, -2, 3, -4, 5, -6, 7, -8]])
    const one = await compress({ kind: 'sidco', stages: 1 }, { values: eight, ratio: 0.2 }, small)
    expect(one.readings.upper![0]).toBeCloseTo(4.5 * Math.log(5), 5)
    const two = await compress({ kind: 'sidco', stages: 2 }, { values: eight, ratio: 0.2 }, small)
    const first = 4.5 * Math.log(4) // 6.238: beyond it are 7 and 8
    expect(two.readings.upper![0]).toBeCloseTo(first + (7.5 - first) * Math.log(1.25), 5)
    expect(two.readings.kept).toEqual([2])
  })
})

it('keeps no tensor and no object of TensorFlow once a session is closed', async () => {
  const once = async () => {
    for (const config of [sparse[4]!, codings[7]!, whole[0]!]) await compress(config)
  }
  await once()
  const [objects, tensors] = [liveObjects(), tf.memory().numTensors]
  await once()
  expect([liveObjects(), tf.memory().numTensors]).toEqual([objects, tensors])
})
