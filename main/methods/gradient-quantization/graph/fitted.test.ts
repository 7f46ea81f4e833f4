import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { compressorConfig } from '../../../contract/exchange-config.ts'
import type { FittedConfig } from '../../../contract/exchange-config.ts'
import { z } from '../../../contract/zod.ts'
import { ROW } from '../../../training/exchange/flat-layout.ts'
import { bitHistogram } from '../bit-histogram.ts'
import { maximumLikelihood } from '../distributions/distribution.ts'
import { families, familyOf } from '../distributions/families.ts'
import { takeSample } from '../distributions/sample.ts'
import { isBeyond, limitsAt, ratioOfNonZeros, thresholdDistance } from '../distributions/threshold.ts'
import { fitHistogram } from '../fit-histogram.ts'
import { fitValues } from '../fit-values.ts'
import { drawn } from '../test/drawn.ts'
import type { Source } from '../test/drawn.ts'
import { createCompressor } from './create-compressor.ts'
import { GRAPH_SCORING_STEPS } from './fit-student.ts'
import { familyIds } from './fit-families.ts'
import { unitStatuses } from './limits.ts'
import { compressOnce, flatten, layoutOf, openWorker } from './test/compress.ts'
import type { Outcome } from './test/compress.ts'

const small = z
  .array(z.object({ sample: z.string(), values: z.base64(), fits: z.array(z.object({ family: z.enum(familyIds), location: z.number(), scale: z.number(), degreesOfFreedom: z.number().nullable(), thresholds: z.array(z.number()) })) }))
  .parse(JSON.parse(readFileSync(new URL('../reference/small-fits.json', import.meta.url), 'utf8')))
  .map(({ values, ...others }) => ({ ...others, values: new Float32Array(Uint8Array.from(Buffer.from(values, 'base64')).buffer) }))

type Settings = Partial<Omit<FittedConfig, 'kind'>>
const fitted = (settings: Settings = {}) => createCompressor(compressorConfig.parse({ kind: 'fitted', ...settings }))
const one = (values: ArrayLike<number>, settings: Settings = {}) => {
  const layout = layoutOf(values.length)
  return compressOnce(fitted(settings), layout, { values: flatten(layout, [values]), ratio: settings.ratio ?? 0.01 })
}
const constantsOf = ({ readings }: Outcome, unit: number) => readings.constants!.slice(3 * unit, 3 * unit + 3)
const statusesOf = ({ readings }: Outcome) => readings.status!.map((status) => unitStatuses[status])

const sources: readonly Source[] = ['normal', 'laplace', 'cauchy', 'student-t-3', 'mixed']
const layout = layoutOf(20_000, 3001, 50_000, 40_000, 10_000)
const units = sources.map((source, i) => {
  const values = drawn(source, { count: layout.units[i]!.elements, seed: i + 1, scale: 10 ** -i, location: 0.1 * 10 ** -i })
  return i % 2 === 0 ? values.map((value, at) => (at % 9 === 0 ? 0 : value)) : values
})
const values = flatten(layout, units)

describe.each(familyIds)('a %s in the graph', (id) => {
  it.each(['both', 'upper', 'lower'] as const)('has the constants and thresholds of the histogram’s fit, side %s, and keeps what those keep', async (side) => {
    const result = await compressOnce(fitted({ distribution: id, side, ratio: 0.01 }), layout, { values, ratio: 0.01 })
    units.forEach((own, unit) => {
      const twin = fitHistogram(bitHistogram(own), { scoringSteps: GRAPH_SCORING_STEPS })[id]
      const [location, scale, degrees] = constantsOf(result, unit)
      expect(Math.abs(location! - twin.location) / twin.scale).toBeLessThan(1e-5)
      expect(Math.abs(scale! / twin.scale - 1)).toBeLessThan(1e-5)
      expect(degrees).toBeCloseTo(twin.degreesOfFreedom ?? 0, 3)
      const zeros = own.filter((x) => x === 0).length
      const distance = thresholdDistance(familyOf(id).at(twin), { ratio: ratioOfNonZeros({ ratio: 0.01, count: own.length, zeros })!, side }) // not all are zeros
      const limits = limitsAt({ location: twin.location, distance, side })
      for (const [mine, theirs] of [[result.readings.lower![unit]!, limits.lower], [result.readings.upper![unit]!, limits.upper]] as const) {
        if (Number.isFinite(theirs)) expect(Math.abs(mine - theirs)).toBeLessThan(1e-4 * distance)
        else expect(mine).toBe(theirs)
      }
      const start = layout.units[unit]!.firstRow * ROW
      const differing = [...own].filter((value, i) => (result.sent[start + i] === 1) !== isBeyond(value, limits))
      // What lies between the two thresholds, which differ by rounding.
      expect(differing.length).toBeLessThanOrEqual(1)
      expect(result.readings.zeros![unit]).toBe(zeros)
    })
  })
})

describe('a fit in the graph', () => {
  it('is within 1e-3 of maximum likelihood', async () => {
    for (const id of familyIds) {
      const result = await compressOnce(fitted({ distribution: id }), layout, { values, ratio: 0.01 })
      sources.forEach((source, unit) => {
        if (source === 'cauchy' && (id === 'normal' || id === 'laplace')) return // it has no mean
        const exact = familyOf(id).fit(takeSample(units[unit]!), maximumLikelihood).constants
        const [location, scale, degrees] = constantsOf(result, unit)
        const threshold = (constants: typeof exact) => thresholdDistance(familyOf(id).at(constants), { ratio: 0.001, side: 'both' })
        expect(Math.abs(location! - exact.location) / exact.scale, `${id} ${source}`).toBeLessThan(1e-3)
        expect(Math.abs(scale! / exact.scale - 1), `${id} ${source}`).toBeLessThan(1e-3)
        const found = { location: location!, scale: scale!, degreesOfFreedom: exact.degreesOfFreedom === null ? null : degrees! }
        expect(Math.abs(threshold(found) / threshold(exact) - 1), `${id} ${source}`).toBeLessThan(1e-3)
      })
    }
  })

  it.each(small)('is within 1e-3 of scipy’s maximum likelihood for few values: $sample', async ({ values: own, fits }) => {
    for (const reference of fits) {
      const { location, scale, degreesOfFreedom, thresholds } = reference
      const { readings } = await one(own, { distribution: reference.family })
      const [foundLocation, foundScale, foundDegrees] = readings.constants!
      expect(Math.abs(foundLocation! - location) / scale, reference.family).toBeLessThan(1e-3)
      expect(Math.abs(foundScale! / scale - 1), reference.family).toBeLessThan(1e-3)
      if (degreesOfFreedom !== null) expect(Math.abs(foundDegrees! / degreesOfFreedom - 1)).toBeLessThan(1e-3)
      const curve = familyOf(reference.family).at({ location: foundLocation!, scale: foundScale!, degreesOfFreedom: degreesOfFreedom === null ? null : foundDegrees! })
      thresholds.forEach((threshold, i) => expect(Math.abs(thresholdDistance(curve, { ratio: [0.1, 0.01, 0.001][i]!, side: 'both' }) / threshold - 1), reference.family).toBeLessThan(1e-3))
    }
  })

  it('is that of each unit whatever the others are, large ones and small ones in any order', async () => {
    const sizes = [3000, 70_000, 1200, 90_000, 2000]
    const several = layoutOf(...sizes)
    const drawnUnits = sizes.map((count, i) => drawn(i % 2 === 0 ? 'laplace' : 'student-t-3', { count, seed: i + 20, scale: 10 ** -i }))
    const together = await compressOnce(fitted({ distribution: 'student-t' }), several, { values: flatten(several, drawnUnits), ratio: 0.01 })
    for (const [unit, own] of drawnUnits.entries()) {
      const alone = await one(own, { distribution: 'student-t' })
      constantsOf(together, unit).forEach((constant, i) => expect(Math.abs(constant / constantsOf(alone, 0)[i]! - 1), `unit ${unit}`).toBeLessThan(i === 0 ? 1e-3 : 1e-6))
    }
  })

  it('chooses the likeliest family of each unit, as AIC does', async () => {
    const { readings } = await compressOnce(fitted({ distribution: 'auto' }), layout, { values, ratio: 0.01 })
    expect(readings.family!.map((family) => familyIds[family])).toEqual(units.map((own) => fitValues(own, { ratio: 0.01 }).best))
  })

  it('achieves the ratio for values of its own family, for tails from the inner third to one in ten thousand', async () => {
    for (const [source, distribution] of [['normal', 'normal'], ['laplace', 'laplace'], ['cauchy', 'cauchy'], ['student-t-3', 'student-t']] as const) {
      const own = drawn(source, { count: 200_000, seed: 9 })
      for (const ratio of [0.7, 0.1, 0.001, 0.0001]) {
        const { readings } = await one(own, { distribution, ratio })
        expect(Math.abs(readings.kept![0]! / (200_000 * ratio) - 1), `${source} ${ratio}`).toBeLessThan(5 * Math.sqrt((1 - ratio) / (200_000 * ratio)) + 0.01)
      }
    }
  })

  it('takes degrees of freedom that are given', async () => {
    const own = drawn('laplace', { count: 20_000, seed: 3 })
    for (const estimator of ['likelihood', 'quick'] as const) {
      const [location, scale, degrees] = constantsOf(await one(own, { distribution: 'student-t', degreesOfFreedom: 3, estimator }), 0)
      const exact = familyOf('student-t').fit(takeSample(own), { estimator: estimator === 'quick' ? 'quick' : 'maximum-likelihood', degreesOfFreedom: 3 }).constants
      expect(degrees).toBe(3)
      expect(Math.abs(location! - exact.location) / exact.scale).toBeLessThan(2e-3)
      expect(Math.abs(scale! / exact.scale - 1)).toBeLessThan(estimator === 'quick' ? 0.01 : 1e-3)
    }
  })

  it('is by quantiles and moments when it is to be quick', async () => {
    for (const { id } of families) {
      const result = await compressOnce(fitted({ distribution: id as (typeof familyIds)[number], estimator: 'quick' }), layout, { values, ratio: 0.01 }) // the four
      for (const unit of [0, 2, 3, 4]) {
        if (unit === 2 && (id === 'normal' || id === 'laplace')) continue
        const exact = familyOf(id).fit(takeSample(units[unit]!), { estimator: 'quick', degreesOfFreedom: null }).constants
        const [, scale, degrees] = constantsOf(result, unit)
        // Quantiles are those of the bins, 1/64 of a power of two wide.
        expect(Math.abs(scale! / exact.scale - 1), `${id} ${unit}`).toBeLessThan(0.01)
        if (exact.degreesOfFreedom !== null && exact.degreesOfFreedom < 10) expect(Math.abs(degrees! / exact.degreesOfFreedom - 1)).toBeLessThan(0.05)
      }
    }
  })

  it('takes zeros for values like others if it is to', async () => {
    const own = Float32Array.from({ length: 4000 }, (_, i) => (i % 4 === 0 ? 0 : Math.sin(i) * 3))
    const [mixture, ignored] = [await one(own, { distribution: 'normal' }), await one(own, { distribution: 'normal', zeros: 'ignore' })]
    const deviation = Math.sqrt(own.reduce((sum, x) => sum + x * x, 0) / 4000)
    expect(constantsOf(ignored, 0)[1]! / deviation).toBeCloseTo(1, 2)
    expect(constantsOf(mixture, 0)[1]! / (deviation / Math.sqrt(0.75))).toBeCloseTo(1, 2)
    expect([mixture.readings.zeros, ignored.readings.zeros]).toEqual([[1000], [0]])
  })
})

describe('a unit that no threshold fits', () => {
  it('of equal values has no spread and is sent whole', async () => {
    for (const distribution of [...familyIds, 'auto'] as const) {
      const result = await one(new Float32Array(1000).fill(-0.25), { distribution })
      expect(statusesOf(result)).toEqual(['no-spread'])
      expect(result.readings.kept).toEqual([1000])
      expect(result.readings.constants).toEqual([0, 0, 0])
      expect(result.decoded.subarray(0, 1000)).toEqual(new Float32Array(1000).fill(-0.25))
    }
  })

  it('of zeros sends nothing, which is the whole of it', async () => {
    const result = await one(new Float32Array(1000))
    expect([statusesOf(result), result.readings.kept, result.bytes]).toEqual([['no-spread'], [0], 0])
  })

  it('with fewer non-zeros than are asked for sends all of those', async () => {
    const result = await one(Float32Array.from({ length: 1000 }, (_, i) => (i < 50 ? Math.sin(i + 1) : 0)), { ratio: 0.1 })
    expect([statusesOf(result), result.readings.kept]).toEqual([['too-many-zeros'], [50]])
  })

  it('of fewer than 8 values, or of which less than one is asked for, is sent whole', async () => {
    const few = await one([1, 2, 3, 4, 5, 6, 7], { ratio: 0.5 })
    expect([statusesOf(few), few.readings.kept]).toEqual([['too-small'], [7]])
    const many = await one(drawn('normal', { count: 99, seed: 1 }), { ratio: 0.01 })
    expect([statusesOf(many), many.readings.kept]).toEqual([['too-small'], [99]])
  })
})

describe('the steps between two fits', () => {
  it('go by the last fit, at the ratio of the step', async () => {
    const small = layoutOf(5000)
    const worker = await openWorker(fitted({ fitEvery: 10, feedback: false }), small)
    const own = flatten(small, [drawn('laplace', { count: 5000, seed: 1 })])
    const doubled = own.map((x) => 2 * x)
    const first = await worker.compress({ values: own, ratio: 0.01 })
    const later = await worker.compress({ values: doubled, ratio: 0.01, fits: false })
    expect(later.readings.upper).toEqual(first.readings.upper)
    expect(later.readings.kept![0]).toBeGreaterThan(2 * first.readings.kept![0]!)
    const wider = await worker.compress({ values: own, ratio: 0.1, fits: false })
    const scale = constantsOf(first, 0)[1]!
    expect(wider.readings.upper![0]! - first.readings.upper![0]!).toBeCloseTo(-scale * Math.log(10), 5)
    const again = await worker.compress({ values: doubled, ratio: 0.01 })
    expect(again.readings.kept).toEqual(first.readings.kept)
    await worker.close()
  })

  it('send everything before the first', async () => {
    const small = layoutOf(100)
    const worker = await openWorker(fitted({ fitEvery: 10 }), small)
    const { readings } = await worker.compress({ values: flatten(small, [drawn('laplace', { count: 100, seed: 1 })]), ratio: 0.1, fits: false })
    expect(readings.kept).toEqual([100])
    await worker.close()
  })
})

describe('feedback', () => {
  it.each([
    ['a normal fit of heavy tails, which sends ten times too much', 'laplace', 'normal'],
    ['a Laplace fit of a normal, which sends nothing', 'normal', 'laplace'],
    ['a normal fit of Student-t', 'student-t-3', 'normal'],
  ] as const)('brings %s into the band', async (_, source, distribution) => {
    const small = layoutOf(100_000)
    const own = flatten(small, [drawn(source, { count: 100_000, seed: 5 })])
    const worker = await openWorker(fitted({ distribution, ratio: 0.001, feedback: true }), small)
    const achieved: number[] = []
    for (let step = 0; step < 15; step++) achieved.push((await worker.compress({ values: own, ratio: 0.001 })).readings.kept![0]! / 100)
    await worker.close()
    expect(achieved[0]! < 0.2 || achieved[0]! > 5).toBe(true)
    for (const late of achieved.slice(-3)) expect(late).toBeGreaterThanOrEqual(0.8)
    for (const late of achieved.slice(-3)) expect(late).toBeLessThanOrEqual(1.25)
  })

  it('leaves a threshold in the band alone', async () => {
    const small = layoutOf(100_000)
    const own = flatten(small, [drawn('laplace', { count: 100_000, seed: 5 })])
    const worker = await openWorker(fitted({ feedback: true }), small)
    const [first, second] = [await worker.compress({ values: own }), await worker.compress({ values: own })]
    expect(second.readings.upper).toEqual(first.readings.upper)
    expect(second.state['factor']!.values).toEqual(Float32Array.of(1))
    await worker.close()
  })
})

describe('a fit of a sample', () => {
  it('is near the fit of all, and another one for another seed', async () => {
    const small = layoutOf(200_000, 500)
    const own = flatten(small, [drawn('laplace', { count: 200_000, seed: 5 }), drawn('laplace', { count: 500, seed: 6 })])
    const all = await compressOnce(fitted(), small, { values: own })
    const worker = await openWorker(fitted({ fitSample: 0.1 }), small)
    const [first, second] = [await worker.compress({ values: own, seed: [1, 1] }), await worker.compress({ values: own, seed: [2, 1] })]
    await worker.close()
    // The scale of 20,000 values is off by 0.7 % of itself.
    for (const { readings } of [first, second]) expect(Math.abs(readings.constants![1]! / all.readings.constants![1]! - 1)).toBeLessThan(4 * 0.0071)
    expect(first.readings.constants![1]).not.toBe(second.readings.constants![1])
    // Of 500 values all are looked at.
    expect(first.readings.constants!.slice(3)).toEqual(all.readings.constants!.slice(3))
    expect(first.readings.nonFinite).toEqual([0, 0])
  })
})

describe('a normal of a unit of millions', () => {
  const count = 2_500_001
  const large = layoutOf(count)
  const drawnOnce = drawn('normal', { count, seed: 1, scale: 1e-3, location: 2e-4 })

  it.each([
    ['with zeros, counted to the last', 7],
    ['without', 0],
  ] as const)('is that of all values, %s', async (_, every) => {
    const own = every === 0 ? drawnOnce : drawnOnce.map((value, i) => (i % every === 0 ? 0 : value))
    const { readings } = await compressOnce(fitted({ distribution: 'normal', ratio: 0.001 }), large, { values: flatten(large, [own]), ratio: 0.001 })
    const exact = familyOf('normal').fit(takeSample(own), maximumLikelihood).constants
    expect(Math.abs(readings.constants![0]! - exact.location) / exact.scale).toBeLessThan(1e-4)
    expect(Math.abs(readings.constants![1]! / exact.scale - 1)).toBeLessThan(1e-4)
    expect(readings.zeros![0]).toBe(every === 0 ? 0 : Math.ceil(count / every))
    expect(readings.nonFinite).toEqual([0])
    expect(Math.abs(readings.kept![0]! / 2500 - 1)).toBeLessThan(0.1)
  })

  it.each([
    ['are not finite', (x: number, i: number) => (i === 17 ? NaN : x)],
    ['have no squares', (x: number) => x * 2 ** -100],
  ] as const)('is the sample’s where values %s', async (_, change) => {
    const own = drawnOnce.map(change)
    const { readings } = await compressOnce(fitted({ distribution: 'normal', ratio: 0.001 }), large, { values: flatten(large, [own]), ratio: 0.001 })
    const exact = familyOf('normal').fit(takeSample(own.filter((x) => Number.isFinite(x))), maximumLikelihood).constants
    // The scale of 65,536 values is off by 0.28 %, one standard deviation.
    expect(Math.abs(readings.constants![1]! / exact.scale - 1)).toBeLessThan(4 * 0.0028)
    expect(statusesOf({ readings } as Outcome)).toEqual(['fitted'])
    expect(readings.nonFinite).toEqual([own.some((x) => Number.isNaN(x)) ? 1 : 0])
  })
})
