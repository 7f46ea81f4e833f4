import { describe, expect, it } from 'vitest'
import { Random } from '../../training/random.ts'
import { importance } from './importance.ts'
import type { Importance, ImportanceQuestion, NoImportance } from './importance.ts'

function answer(question: Omit<ImportanceQuestion, 'seedName'>): Importance | NoImportance {
  const work = importance({ seedName: 'seed', ...question })
  for (;;) {
    const { done, value } = work.next()
    if (done === true) return value
  }
}

function found(question: Omit<ImportanceQuestion, 'seedName'>): Importance {
  const said = answer(question)
  if ('problem' in said) throw new Error(said.problem)
  return said
}

/** A grid of 4 batch sizes × 3 models × 5 seeds: the model decides most, the batch size some, the seed is noise of the deviation asked for. */
function grid(noise: number) {
  const random = Random.seeded(3)
  const runs = [8, 16, 32, 64].flatMap((batch) => ['mlp', 'cnn', 'vit'].flatMap((model) => [1, 2, 3, 4, 5].map((seed) => ({ batch, model, seed }))))
  const metric = runs.map(({ batch, model }) => ({ mlp: 0.7, cnn: 0.9, vit: 0.75 })[model]! - 0.01 * Math.log2(batch) + noise * random.normal())
  const settings = [
    { name: 'batch', values: runs.map(({ batch }) => batch) },
    { name: 'model', values: runs.map(({ model }) => model) },
    { name: 'seed', values: runs.map(({ seed }) => seed) },
  ]
  return { settings, metric }
}

describe('importance', () => {
  it('puts what decides most first, gives the direction, and the seed nothing above chance', () => {
    const { settings, noise, outOfBagR2, together, warnings } = found(grid(0.002))
    expect(settings.map(({ names }) => names[0])).toEqual(['model', 'batch', 'seed'])
    const [model, batch, seed] = settings
    // By the parts of the sum: variance of the models 0.00722, of the batch sizes 0.000125.
    expect(model!.share).toBeGreaterThan(0.93)
    expect(batch!.share).toBeGreaterThan(0.005)
    expect(batch!.rank!.rho).toBeLessThan(0)
    expect(model!.rank).toBeNull()
    expect([model!.isAboveNoise, batch!.isAboveNoise, seed!.isAboveNoise]).toEqual([true, true, false])
    expect(seed!.isSeed).toBe(true)
    expect(outOfBagR2).toBeGreaterThan(0.95)
    expect(together).toBeLessThan(0.05)
    expect(noise).toMatchObject({ groups: 12, degrees: 48 })
    expect(noise!.deviation).toBeCloseTo(0.002, 3)
    expect(warnings).toEqual([])
  })

  it('gives the course over the values of a setting, in the unit of the metric', () => {
    const model = found(grid(0.001)).settings[0]!
    const means = Object.fromEntries(model.course.map(({ value, mean }) => [String(value), mean]))
    // 0.01·(3 + 4 + 5 + 6)/4 = 0.045 below what the model gives by itself
    expect(means['cnn']).toBeCloseTo(0.855, 2)
    expect(means['mlp']).toBeCloseTo(0.655, 2)
    expect(model.course.map(({ runs }) => runs)).toEqual([20, 20, 20])
  })

  it('finds nothing in noise, and says so', () => {
    const { settings, outOfBagR2, warnings } = found({ ...grid(0), metric: (({ metric }) => metric.map(() => random.normal()))(grid(0)) })
    expect(outOfBagR2).toBeLessThan(0.1)
    expect(settings.filter(({ isAboveNoise }) => isAboveNoise)).toEqual([])
    expect(warnings.map(({ kind }) => kind)).toContain('low-fit')
  })
  const random = Random.seeded(11)

  it('finds what two settings decide only together', () => {
    const runs = Array.from({ length: 80 }, (_, run) => ({ a: run % 2, b: Math.floor(run / 2) % 2 }))
    const { pairs, together } = found({ settings: [{ name: 'a', values: runs.map(({ a }) => a) }, { name: 'b', values: runs.map(({ b }) => b) }], metric: runs.map(({ a, b }) => (a === b ? 1 : 0)) })
    expect(pairs.map(({ names }) => names.toSorted())).toEqual([['a', 'b']])
    expect(pairs[0]!.share).toBeCloseTo(1, 1)
    expect(together).toBeGreaterThan(0.9)
  })

  it('warns of few runs, of settings that change together or nearly so, of runs left out, and of no repeats', () => {
    const runs = Array.from({ length: 22 }, (_, run) => run)
    const { warnings, runs: kept } = found({
      settings: [
        { name: 'batch', values: runs.map((run) => 2 ** run) },
        { name: 'rate', values: runs.map((run) => run / 100) },
        { name: 'decay', values: runs.map((run) => (run < 5 ? 5 - run : run)) },
      ],
      metric: runs.map((run) => (run === 0 ? null : run === 1 ? Number.NaN : run)),
    })
    expect(kept).toBe(20)
    expect(warnings.filter(({ kind }) => kind !== 'low-fit')).toEqual([
      { kind: 'no-repeats' },
      { kind: 'together', names: ['batch', 'rate'] },
      { kind: 'alike', names: ['batch', 'decay'], association: expect.closeTo(0.998, 2) },
      { kind: 'left-out', runs: 2 },
    ])
    expect(found({ settings: [{ name: 'a', values: runs }, { name: 'b', values: runs.map((run) => run % 4) }, { name: 'c', values: runs.map((run) => run % 3) }], metric: runs }).warnings).toContainEqual({ kind: 'few-runs', runs: 22, wanted: 30, settings: 3 })
  })

  it('is the same whenever it is asked, whatever the scale of a setting', () => {
    const { settings, metric } = grid(0.002)
    const squeezed = settings.map(({ name, values }) => ({ name, values: values.map((value) => (typeof value === 'number' ? Math.log2(value) : value)) }))
    expect(found({ settings, metric })).toEqual(found({ settings, metric }))
    expect(found({ settings: squeezed, metric }).settings[1]!.permutation).toBeCloseTo(found({ settings, metric }).settings[1]!.permutation, 1)
  })

  it('has no answer for too few runs, for settings or a metric that do not vary', () => {
    const values = Array.from({ length: 12 }, (_, run) => run)
    expect(answer({ settings: [{ name: 'a', values: [1, 2, 3] }], metric: [1, 2, 3] })).toEqual({ problem: 'too-few-runs', runs: 3, wanted: 10 })
    expect(answer({ settings: [{ name: 'a', values: values.map(() => 1) }], metric: values })).toEqual({ problem: 'nothing-varies' })
    expect(answer({ settings: [{ name: 'a', values }], metric: values.map(() => 7) })).toEqual({ problem: 'constant-metric', runs: 12 })
  })
})
