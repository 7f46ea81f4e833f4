import { describe, expect, it } from 'vitest'
import { datasetConfig } from '../../contract/dataset-config.ts'
import { readDatasetCard } from './bundled.ts'
import { loadDataset } from './index.ts'
import { makeWaves, waveNames } from './waves.ts'

const EXAMPLES = 2000

describe('makeWaves', () => {
  const options = { seed: 3, part: 'train', examples: EXAMPLES }
  const made = makeWaves(options)
  const values = [...made.inputs.values]

  it('gives series of one channel, as many of each kind', () => {
    expect(made.inputs).toMatchObject({ shape: [EXAMPLES, 128, 1], type: 'float32' })
    expect(waveNames.map((_, label) => made.labels.filter((other) => other === label).length)).toEqual(Array.from({ length: 10 }, () => 200))
  })

  it('gives the same bits for the same seed and part, and others for another seed or part', () => {
    expect(makeWaves(options)).toEqual(made)
    expect(makeWaves({ ...options, seed: 4 }).inputs).not.toEqual(made.inputs)
    expect(makeWaves({ ...options, part: 'test' }).inputs).not.toEqual(made.inputs)
  })

  it('begins alike however many examples are asked for', () => {
    const few = makeWaves({ ...options, examples: 20 })
    expect([...few.inputs.values]).toEqual(values.slice(0, 20 * 128))
  })

  it('rounds to multiples of 1/256', () => {
    expect(values.every((value) => Number.isInteger(256 * value))).toBe(true)
  })

  it('gives every kind the same power, so that the shape alone tells it', () => {
    // Gain² over [0.5, 2] in the logarithm has the mean 3.75/(2·ln 4), noise² over [0.1, 0.8] the mean 0.511/2.1.
    const expected = (3.75 / (2 * Math.log(4))) * (1 + 0.511 / 2.1)
    for (const [label, name] of waveNames.entries()) {
      const own = values.filter((_, index) => made.labels[Math.floor(index / 128)] === label)
      const power = own.reduce((sum, value) => sum + value * value, 0) / own.length
      expect(Math.abs(power / expected - 1), name).toBeLessThan(0.25)
    }
  })

  it('makes waves of 3 to 12 cycles that differ in kind: a triangle has a ninth of its third harmonic, a square a third', () => {
    // Without knowing the frequency: the strongest harmonic of a series, and the one at three times its place.
    const thirdOf = (name: string): number => {
      const label = waveNames.indexOf(name)
      const ratios = [...made.labels.keys()].filter((index) => made.labels[index] === label).map((index) => thirdHarmonic(values.slice(index * 128, (index + 1) * 128)))
      return ratios.sort((a, b) => a - b)[ratios.length >> 1] ?? Number.NaN
    }
    expect(thirdOf('square')).toBeGreaterThan(0.28)
    expect(thirdOf('square')).toBeLessThan(0.4)
    expect(thirdOf('triangle')).toBeLessThan(0.18)
    expect(thirdOf('sine')).toBeLessThan(thirdOf('triangle'))
  })
})

describe('the bundled waves', () => {
  it('are the same to the bit wherever they are made', async () => {
    const dataset = await loadDataset(datasetConfig.parse({ name: 'waves' }))
    expect(dataset.hash).toBe('629d23575090bfe40be280311d8ace1aa63be8e9232752f4f4ecd37df7ed39f6')
    expect([dataset.train.count, dataset.validation.count, dataset.test.count, dataset.shape]).toEqual([10_800, 1_200, 2_000, [128, 1]])
    expect([dataset.normalization.offset.length, dataset.normalization.scale.length]).toEqual([1, 1])
    expect(dataset.normalization.offset[0]).toBeCloseTo(0, 1)
  })

  it('have the classes that their card names', async () => {
    expect((await readDatasetCard('waves')).classNames).toEqual(waveNames)
  })
})

/** The amplitude at three times the strongest frequency over that frequency's; frequencies in steps of a tenth of a cycle. */
function thirdHarmonic(series: readonly number[]): number {
  const steps = Array.from({ length: 91 }, (_, index) => 3 + index / 10)
  const amplitudes = steps.map((cycles) => amplitude(series, cycles))
  const strongest = Math.max(...amplitudes)
  return amplitude(series, 3 * (steps[amplitudes.indexOf(strongest)] ?? 0)) / strongest
}

function amplitude(series: readonly number[], cycles: number): number {
  const angle = (2 * Math.PI * cycles) / series.length
  return Math.hypot(
    series.reduce((sum, value, index) => sum + value * Math.cos(angle * index), 0),
    series.reduce((sum, value, index) => sum + value * Math.sin(angle * index), 0),
  )
}
