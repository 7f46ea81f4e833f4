import { describe, expect, it } from 'vitest'
import type { QuantizationArm } from './config.ts'
import { gradientQuantizationReport } from './report.ts'
import { gradientQuantizationStudy } from './study.ts'
import { facts, madeConfig, madeRun, type MadeRun } from './test/made-runs.ts'

const report = (runs: readonly MadeRun[], quantization: object = {}, rest: object = {}) => {
  const config = madeConfig({ arms: [...new Set(runs.map(({ arm }) => arm))], seeds: Math.max(1, ...runs.map(({ seed }) => seed)), ...quantization }, rest)
  return gradientQuantizationReport.parse(gradientQuantizationStudy.report(config, runs.map((run) => madeRun(config, run)), facts))
}
const seeds = (arm: QuantizationArm, accuracies: readonly number[], rest: Partial<MadeRun> = {}): MadeRun[] => accuracies.map((accuracy, index) => ({ accuracy, ...rest, arm, seed: index + 1 }))
const dense = seeds('dense', [0.9, 0.902, 0.898], { bytesUp: 40_000, bytesDown: 120_000, asked: null, kept: 1, stepMs: 1 })
const armOf = (made: ReturnType<typeof report>, arm: QuantizationArm) => made.arms.find((one) => one.arm === arm)

describe('the report of a comparison of gradients', () => {
  it('says of each run what it sent, in all and a step, and how near that was to what was asked', () => {
    const made = report([{ arm: 'fitted-laplace', seed: 1, steps: 50, bytesUp: 800, bytesDown: 2400, asked: 0.01, kept: 0.012, stepMs: 4 }])
    expect(made.runs[0]).toMatchObject({
      ...{ runId: 'run-fitted-laplace-1', status: 'done', accuracy: 0.8, testAccuracy: 0.8, steps: 50, wallMs: 200, stepMs: 4 },
      ...{ bytesUp: 40_000, bytesDown: 120_000, bytesUpPerStep: 800, bytesDownPerStep: 2400, askedRatio: 0.01, keptRatio: 0.012, emptySteps: 0, relativeError: 0.5, cosine: 0.75 },
      parts: { compute: 1, fit: 0.25, encode: null, transfer: null, update: null },
    })
    expect(made.runs[0]?.achievedRatio).toBeCloseTo(1.2, 12)
  })

  it('knows nothing of what was not logged, or not asked for', () => {
    const made = report([...dense, { arm: 'top-k', seed: 1, status: 'queued', steps: 0 }])
    expect(made.runs.find(({ arm }) => arm === 'top-k')).toMatchObject({ status: 'queued', stepMs: null, bytesUpPerStep: null, keptRatio: null, achievedRatio: null })
    expect(armOf(made, 'dense')).toMatchObject({ achievedRatio: null, askedRatio: null, keptRatio: { mean: 1 } })
  })

  it('gives means and deviations, and ratios to dense by seed', () => {
    const made = report([...dense, ...seeds('fitted-laplace', [0.899, 0.903, 0.897], { bytesUp: 1000, bytesDown: 3000, stepMs: 1.5 })])
    expect(armOf(made, 'dense')).toMatchObject({ accuracyGain: null, compressionUp: null, compressionDown: null, stepMsRatio: null, cost: null, accuracy: { n: 3 } })
    const laplace = armOf(made, 'fitted-laplace')
    expect(laplace).toMatchObject({ runs: 3, done: 3, failed: 0, bytesUp: { mean: 100_000, deviation: 0 }, bytesUpPerStep: { mean: 1000 }, emptyShare: { mean: 0 }, gainWithoutMemory: null })
    expect([laplace?.compressionUp?.value, laplace?.compressionDown?.value, laplace?.stepMsRatio?.value].map((value) => value?.toFixed(9))).toEqual(['40.000000000', '40.000000000', '1.500000000'])
    // Paired differences −0.001, +0.001, −0.001: mean −1/3000, deviation 0.0011547, t(0.95, 2) = 4.302653.
    expect(laplace?.accuracyGain?.mean).toBeCloseTo(-1 / 3000, 12)
    expect(laplace?.accuracyGain?.low).toBeCloseTo(-1 / 3000 - (4.302653 * 0.0011547005) / Math.sqrt(3), 8)
    expect(laplace?.parts).toEqual({ compute: 1, fit: 0.25, encode: null, transfer: null, update: null })
  })

  it('says which ways surely cost at most a point, which surely more, and of which these seeds do not tell', () => {
    const made = report([
      ...dense,
      ...seeds('fitted-laplace', [0.899, 0.903, 0.897]),
      ...seeds('fitted-normal', [0.9, 0.902, 0.898], { bytesUp: 2000 }),
      ...seeds('top-k', [0.89, 0.91, 0.87]),
      ...seeds('random-k-no-memory', [0.5, 0.51, 0.49]),
    ])
    expect(made.arms.map(({ arm, cost }) => [arm, cost])).toEqual([['dense', null], ['fitted-laplace', 'within'], ['fitted-normal', 'within'], ['top-k', 'undecided'], ['random-k-no-memory', 'costs']])
    expect(made.verdict).toMatchObject({ code: 'some-within', facts: { tolerance: 0.01, within: 'fitted-laplace, fitted-normal', costs: 'random-k-no-memory', undecided: 'top-k', best: 'fitted-laplace' } })
    expect(made.verdict.facts['bestFactor']).toBeCloseTo(40, 9)
    expect(made.verdict.reason).toBe(
      'At most 1.00 points below dense, by the 95 % interval: fitted-laplace (−0.03 points, 40 times fewer bytes up), fitted-normal (±0.00 points, 20 times fewer bytes up). More than 1.00 points below dense: random-k-no-memory (−40.00 points). These seeds do not tell of top-k (−1.00 points, −5.47 points to +3.47 points).',
    )
  })

  it('says what it costs to remember nothing, arm by arm', () => {
    const made = report([...dense, ...seeds('top-k', [0.9, 0.9, 0.9]), ...seeds('top-k-no-memory', [0.84, 0.85, 0.86])])
    expect(armOf(made, 'top-k-no-memory')?.gainWithoutMemory?.mean).toBeCloseTo(-0.05, 12)
    expect(armOf(made, 'top-k-no-memory')?.gainWithoutMemory?.n).toBe(3)
    expect(armOf(made, 'top-k')?.gainWithoutMemory).toBeNull()
    expect(made.verdict.facts['withoutMemory']).toBe('top-k-no-memory')
    expect(made.verdict.reason).toContain('Remembering nothing of what was not sent changes the accuracy of top-k by −5.00 points.')
  })

  it('has a word for each outcome', () => {
    const within = seeds('top-k', [0.9, 0.902, 0.898])
    const dear = seeds('random-k', [0.5, 0.5, 0.5])
    const wide = seeds('one-bit', [0.8, 0.95, 0.9])
    expect(report([...dense, ...within]).verdict.code).toBe('all-within')
    expect(report([...dense, ...within, ...dear]).verdict.code).toBe('some-within')
    expect(report([...dense, ...dear]).verdict).toMatchObject({ code: 'none-within', facts: { costs: 'random-k' } })
    expect(report([...dense, ...dear, ...wide]).verdict.code).toBe('undecided')
    const single = report([...dense.slice(0, 1), ...within.slice(0, 1)]).verdict
    expect(single).toMatchObject({ code: 'single-seed', facts: { undecided: 'top-k' } })
    expect(single.reason).toBe('One seed of each way, so chance is not told from effect; against dense: top-k (±0.00 points, 40 times fewer bytes up).')
  })

  it('has no verdict without dense, without others, or before the end', () => {
    const failed = { status: 'failed', error: { code: 'not-finite', message: 'The loss is NaN.', facts: {} } } as const
    expect(report(seeds('top-k', [0.9, 0.9])).verdict).toMatchObject({ code: 'no-dense', facts: { failed: 0 } })
    expect(report([...seeds('dense', [0.9, 0.9], failed), ...seeds('top-k', [0.9, 0.9])]).verdict).toMatchObject({ code: 'no-dense', facts: { failed: 2 } })
    expect(report(dense).verdict.code).toBe('nothing-compared')
    expect(report([...dense, ...seeds('top-k', [0, 0, 0], failed)]).verdict).toMatchObject({ code: 'nothing-compared', facts: { failed: 3 } })
    expect(report([...dense, { arm: 'top-k', seed: 1, status: 'running', steps: 5 }]).verdict).toMatchObject({ code: 'pending', facts: { ended: 3, runs: 6 } })
  })

  it('keeps runs that failed out of the means, and shows why', () => {
    const made = report([...dense, ...seeds('top-k', [0.9, 0.902]), { arm: 'top-k', seed: 3, status: 'failed', steps: 7, error: { code: 'not-finite', message: 'The gradient of worker 2 is NaN.', facts: {} } }])
    expect(made.runs.findLast(({ arm }) => arm === 'top-k')).toMatchObject({ status: 'failed', problem: 'The gradient of worker 2 is NaN.', steps: 7 })
    expect(armOf(made, 'top-k')).toMatchObject({ runs: 3, done: 2, failed: 1, accuracy: { n: 2 } })
    expect(made.warnings).toContainEqual({ code: 'failed-runs', message: '1 of the 3 runs of top-k failed and are in no mean: The gradient of worker 2 is NaN.', facts: { arm: 'top-k', count: 1, total: 3, reason: 'The gradient of worker 2 is NaN.' } })
  })

  it('warns of thresholds beyond all values and of families that do not fit', () => {
    const made = report([
      ...dense,
      ...seeds('fitted-normal', [0.9, 0.9, 0.9], { kept: 0.026 }),
      ...seeds('fitted-cauchy', [0.9, 0.9, 0.9], { kept: 0.004, emptySteps: 30 }),
      ...seeds('sidco', [0.9, 0.9, 0.9], { kept: 0.0126 }),
      ...seeds('fitted-laplace', [0.9, 0.9, 0.9], { kept: 0.0124, emptySteps: 9 }),
    ], {}, { compression: { feedback: false } })
    const of = (code: string) => made.warnings.filter((one) => one.code === code)
    expect(of('misfit').map(({ facts: { arm, achieved } }) => [arm, Number(achieved).toFixed(6)])).toEqual([['fitted-normal', '2.600000'], ['fitted-cauchy', '0.400000'], ['sidco', '1.260000']])
    expect(of('misfit')[0]?.message).toBe('fitted-normal sent 2.60 times what was asked for (0.8 to 1.25 would do): what it assumes of the values does not fit their tails; compression.feedback would correct it.')
    expect(of('misfit')[2]?.message).not.toContain('feedback')
    expect(of('empty-steps')).toEqual([{ code: 'empty-steps', message: 'fitted-cauchy sent none of the compressed values in 30 % of the exchanges, 30 of one run: its threshold lies beyond all values.', facts: { arm: 'fitted-cauchy', count: 30, share: 0.3 } }])
    const windowed = report([...dense, ...seeds('fitted-cauchy', [0.9, 0.9, 0.9], { emptySteps: 75 })], {}, { exchange: { memory: 'window' } })
    expect(windowed.warnings.map(({ code }) => code)).toEqual(['one-rate'])
  })

  it('warns of one seed, one learning rate and batch norm', () => {
    const made = report([...dense.slice(0, 1), ...seeds('top-k', [0.9])], {}, { run: { model: { kind: 'cnn', normalization: 'batch' } } })
    expect(made.warnings.map(({ code }) => code)).toEqual(['single-seed', 'one-rate', 'batch-norm'])
  })

  it('says what was exchanged, and counts what was empty among the exchanges', () => {
    expect(report(dense)).toMatchObject({ target: 'gradient', localSteps: null })
    expect(report([...dense, ...seeds('dense-deltas', [0.9])], {}, { exchange: { localSteps: 6 } })).toMatchObject({ target: 'gradient', localSteps: 6 })
    // 25 exchanges in 100 steps, of which 10 sent nothing.
    const made = report([...dense, ...seeds('top-k', [0.9, 0.9, 0.9], { exchanges: 25, emptySteps: 10 })], {}, { exchange: { target: 'weight-delta' } })
    expect(made).toMatchObject({ target: 'weight-delta', localSteps: 4 })
    expect(made.runs.find(({ arm }) => arm === 'top-k')).toMatchObject({ steps: 100, exchanges: 25, askedRatio: 0.01, achievedRatio: 1 })
    expect(armOf(made, 'top-k')?.emptyShare?.mean).toBeCloseTo(0.4, 12)
    expect(made.warnings.find(({ code }) => code === 'empty-steps')?.facts).toEqual({ arm: 'top-k', count: 10, share: 0.4 })
  })

  it('adds up what was spent', () => {
    // 3 × 100 steps of 2 ms with their evaluations, 3600 money an hour.
    const { spent, workers, ratio } = report(dense, { hourlyRate: 3600 })
    expect([spent.examples, workers, ratio]).toEqual([12_000, 4, 0.01])
    expect(spent.money).toBeCloseTo(0.6, 10)
  })
})
