import { describe, expect, it } from 'vitest'
import type { DatasetFacts } from '../study.ts'
import type { DecorrelationWay } from './config.ts'
import { channelDecorrelationReport } from './report.ts'
import { channelDecorrelationStudy } from './study.ts'
import { facts, madeConfig, madeRun, type MadeRun } from './test/made-runs.ts'

const report = (runs: readonly MadeRun[], labels: object = {}, rest: object = {}, data: DatasetFacts = facts) => {
  const config = madeConfig({ ways: [...new Set(runs.map(({ way }) => way))], fractions: [...new Set(runs.map(({ fraction = 0.05 }) => fraction))], seeds: Math.max(1, ...runs.map(({ seed }) => seed)), ...labels }, rest)
  return channelDecorrelationReport.parse(channelDecorrelationStudy.report(config, runs.map((run) => madeRun(config, run)), data))
}
const seeds = (way: DecorrelationWay, accuracies: readonly number[], rest: Partial<MadeRun> = {}): MadeRun[] => accuracies.map((accuracy, index) => ({ accuracy, ...rest, way, seed: index + 1 }))
const supervised = (rest: Partial<MadeRun> = {}) => seeds('supervised', [0.7, 0.71, 0.69], rest)
const armOf = (made: ReturnType<typeof report>, id: string) => made.arms.find((arm) => arm.id === id)
const failed = { status: 'failed', error: { code: 'not-finite', message: 'The correlation is NaN.', facts: {} } } as const

describe('the report of a comparison on few labels', () => {
  it('says of each run its accuracy, its gap and what its channels look like', () => {
    const [run] = report([{ way: '3b', seed: 1, accuracy: 0.75, trainAccuracy: 0.95, meanCorrelation: 0.2, effectiveRank: 20, deadChannels: 1, meanDeviation: 0.4, stepMs: 3, unlabelledLoss: 0.05 }]).runs
    expect(run).toMatchObject({ runId: 'run-3b-labels=0.05-1', arm: '3b labels=0.05', way: '3b', fraction: 0.05, seed: 1, status: 'done', problem: null, accuracy: 0.75, testAccuracy: 0.75, validationAccuracy: 0.74, trainAccuracy: 0.95, trainLoss: 0.5, validationLoss: 0.7, steps: 100, examples: 4000, wallMs: 300, stepMs: 3 })
    expect(run).toMatchObject({ accuracyGap: expect.closeTo(0.21, 12), lossGap: expect.closeTo(0.2, 12), unlabelledLoss: 0.05, labelledLoss: 0.1, meanCorrelation: 0.2, unlabelledMeanCorrelation: expect.closeTo(0.21, 12), effectiveRank: 20, deadChannels: 1, meanDeviation: 0.4 })
  })

  it('knows nothing of what was not logged, and of losses that a way does not lower', () => {
    const made = report([...supervised(), { way: '3a', seed: 1, status: 'queued', steps: 0 }])
    expect(made.runs.find(({ way }) => way === '3a')).toMatchObject({ status: 'queued', stepMs: null, unlabelledLoss: null })
    expect(made.runs[0]).toMatchObject({ way: 'supervised', unlabelledLoss: null, labelledLoss: null })
    expect(report([{ way: '3c', seed: 1 }]).runs[0]).toMatchObject({ unlabelledLoss: null, labelledLoss: 0.1 })
    expect(report([{ way: 'supervised', seed: 1, accuracy: NaN }]).runs[0]).toMatchObject({ accuracy: null, accuracyGap: null })
  })

  it('gives means and deviations, and differences from supervised by seed with their intervals', () => {
    const made = report([...supervised({ trainAccuracy: 1, stepMs: 2 }), ...seeds('3b', [0.73, 0.745, 0.72], { trainAccuracy: 0.98, meanCorrelation: 0.1, effectiveRank: 15, deadChannels: 0.5, meanDeviation: 0.45, stepMs: 3 })])
    expect(armOf(made, 'supervised labels=0.05')).toMatchObject({ labels: 100, runs: 3, done: 3, failed: 0, against: null, standing: null, gapStanding: null, varianceStanding: null, accuracy: { n: 3, mean: expect.closeTo(0.7, 12), deviation: expect.closeTo(0.01, 12) } })
    const arm = armOf(made, '3b labels=0.05')
    // Paired 0.03, 0.035, 0.03: mean 0.0316667, deviation 0.00288675, t(0.95, 2) = 4.302653.
    expect([arm?.against?.accuracy?.mean, arm?.against?.accuracy?.low, arm?.against?.accuracy?.high].map((value) => value?.toFixed(6))).toEqual(['0.031667', '0.024496', '0.038838'])
    // Train 0.02 lower and validation 0.0316667 higher: the gap falls by 0.0516667.
    expect(arm?.against).toMatchObject({ pairs: 3, accuracyGap: { mean: expect.closeTo(-0.0516667, 6) }, lossGap: { mean: expect.closeTo(0, 12) }, meanCorrelation: { mean: expect.closeTo(-0.2, 12) }, effectiveRank: { mean: 3 }, deadChannels: { mean: 0.5 }, variance: { value: expect.closeTo(0.81, 12), n: 3 }, stepMs: { value: expect.closeTo(1.5, 12) } })
    expect([arm?.standing, arm?.gapStanding, arm?.varianceStanding]).toEqual(['better', 'smaller', 'kept'])
    expect(made.confidence).toBe(0.95)
  })

  it('holds each way against supervised training on as many labels, and by validation where tests are missing', () => {
    const made = report([...supervised(), ...supervised({ fraction: 1 }).map((run) => ({ ...run, accuracy: 0.9 })), ...seeds('3b', [0.74, 0.75, 0.73]), ...seeds('3b', [0.9, 0.9, 0.9], { fraction: 1 })])
    expect(made.arms.map(({ id, labels, against }) => [id, labels, against === null ? null : Number(against.accuracy?.mean.toFixed(9))])).toEqual([['supervised labels=0.05', 100, null], ['3b labels=0.05', 100, 0.04], ['supervised labels=1', 2000, null], ['3b labels=1', 2000, 0]])
  })

  it('R29: says by the interval whether the variance of the channels is kept', () => {
    const standing = (deviations: readonly number[]) => armOf(report([...supervised({ meanDeviation: 1 }), ...deviations.map((meanDeviation, index): MadeRun => ({ way: 'decov', seed: index + 1, meanDeviation }))]), 'decov labels=0.05')?.varianceStanding
    expect(standing([0.9, 0.9, 0.9])).toBe('kept') // 0.81
    expect(standing([0.5, 0.5, 0.5])).toBe('shrunk')
    expect(standing([0.5, 0.9, 1.3])).toBe('not-shown')
    expect(standing([0.5])).toBeNull()
  })

  it('says where decorrelating helps and where it does not, in words with numbers', () => {
    const made = report([
      ...supervised({ trainAccuracy: 1 }), ...seeds('3a', [0.69, 0.73, 0.7], { trainAccuracy: 0.9 }), ...seeds('3b', [0.73, 0.745, 0.72]),
      ...supervised({ fraction: 1 }), ...seeds('3a', [0.7, 0.711, 0.689], { fraction: 1 }), ...seeds('3b', [0.68, 0.69, 0.67], { fraction: 1, meanDeviation: 0.1 }),
    ])
    expect(made.verdict).toMatchObject({ code: 'mixed', facts: { comparisons: 4, better: '3b labels=0.05', worse: '3b labels=1', notShown: '3a labels=0.05, 3a labels=1', smallerGap: '3a labels=0.05, 3b labels=0.05', largerGap: '3b labels=1', shrunk: '3b labels=1', best: '3b labels=0.05', bestGain: expect.closeTo(0.0316667, 6) } })
    expect(made.verdict.reason).toBe(
      'Decorrelating helps somewhere and hurts elsewhere, by 95 % intervals. With 5 % of the labels (100): better 3b (+3.17 points, +2.45 points to +3.88 points); no difference shown for 3a (+0.67 points, −3.13 points to +4.46 points). With 100 % of the labels (2000): worse 3b (−2.00 points, −2.00 points to −2.00 points); no difference shown for 3a (±0.00 points, −0.25 points to +0.25 points). The gap between training and validation accuracy is smaller with 3a at 5 % (−10.67 points), 3b at 5 % (−13.17 points). The gap between training and validation accuracy is larger with 3b at 100 % (+2.00 points). The variance of the channels falls by more than 20 % with 3b at 100 %.',
    )
  })

  it('has a word for each outcome', () => {
    const verdict = (...runs: readonly (readonly MadeRun[])[]) => report([...supervised(), ...runs.flat()]).verdict
    const [high, low, same, wide] = [[0.74, 0.75, 0.73], [0.6, 0.61, 0.59], [0.7, 0.711, 0.689], [0.6, 0.9, 0.7]]
    expect(verdict(seeds('3a', high), seeds('3b', same)).code).toBe('helps')
    expect(verdict(seeds('3a', low), seeds('3b', wide)).code).toBe('hurts')
    expect(verdict(seeds('3a', high), seeds('3b', low)).code).toBe('mixed')
    const none = verdict(seeds('3a', same), seeds('3b', wide))
    expect(none).toMatchObject({ code: 'no-difference', facts: { comparisons: 2, notShown: '3a labels=0.05, 3b labels=0.05' } })
    expect(none.reason).toContain('No difference in accuracy from supervised training is shown at any fraction, by 95 % intervals. With 5 % of the labels (100): no difference shown for 3a (')
    expect(none.reason).toContain('No way is shown to change the gap')
    // Differences of 1.2, 1.8 and 1.0 points: t = 5.5, above 4.3 of one comparison and below 8.9 of four.
    const chance = verdict(seeds('3a', [0.712, 0.728, 0.7]), seeds('3b', same), supervised({ fraction: 1 }), seeds('3a', same, { fraction: 1 }), seeds('3b', same, { fraction: 1 }))
    expect(chance).toMatchObject({ code: 'within-chance', facts: { comparisons: 4, better: '3a labels=0.05' } })
    expect(chance.reason).toMatch(/^Some 95 % intervals show a difference .* once it is counted that 4 are looked at\. With /)
    const single = report([...supervised().slice(0, 1), ...seeds('3a', [0.72])]).verdict
    expect(single).toMatchObject({ code: 'single-seed', reason: 'One seed of each, so chance is not told from effect. With 5 % of the labels (100): by one seed 3a (+2.00 points).', facts: { notShown: '3a labels=0.05' } })
  })

  it('has no verdict without supervised training, without others, or before the end', () => {
    expect(report(seeds('3b', [0.7, 0.7])).verdict).toMatchObject({ code: 'no-supervised', facts: { failed: 0 } })
    expect(report([...supervised(failed), ...seeds('3b', [0.7, 0.7, 0.7])]).verdict).toMatchObject({ code: 'no-supervised', facts: { failed: 3 } })
    expect(report(supervised()).verdict.code).toBe('nothing-compared')
    expect(report([...supervised(), ...seeds('3b', [0, 0, 0], failed)]).verdict).toMatchObject({ code: 'nothing-compared', facts: { failed: 3 } })
    expect(report([...supervised(), { way: '3b', seed: 1, status: 'running', steps: 5 }]).verdict).toMatchObject({ code: 'pending', facts: { ended: 3, runs: 6 } })
  })

  it('keeps runs that failed out of the means, and shows why', () => {
    const made = report([...supervised(), ...seeds('3b', [0.73, 0.74]), { way: '3b', seed: 3, steps: 7, ...failed }])
    expect(made.runs.findLast(({ way }) => way === '3b')).toMatchObject({ status: 'failed', problem: 'The correlation is NaN.', steps: 7 })
    expect(armOf(made, '3b labels=0.05')).toMatchObject({ runs: 3, done: 2, failed: 1, accuracy: { n: 2 }, against: { pairs: 2 } })
    expect(made.warnings[0]).toEqual({ code: 'failed-runs', message: '1 of the 3 runs of 3b labels=0.05 failed and are in no mean: The correlation is NaN.', facts: { arm: '3b labels=0.05', count: 1, total: 3, reason: 'The correlation is NaN.' } })
  })

  it('tells what chance makes of independent channels, and adds up what was spent', () => {
    const made = report([...supervised(), ...seeds('3b', [0.7, 0.7, 0.7])], { hourlyRate: 3600 })
    expect(made.noiseFloors).toMatchObject([{ stream: 'labelled', samples: 40, meanSquared: 1 / 39 }, { stream: 'unlabelled', samples: 128 }, { stream: 'probe', samples: 400 }])
    expect(made.spent.examples).toBe(24_000)
    expect(made.spent.money).toBeCloseTo(2.4, 10)
  })
})
