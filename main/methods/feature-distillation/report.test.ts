import { describe, expect, it } from 'vitest'
import type { RunPredictions } from '../../contract/distillation-records.ts'
import type { DatasetFacts } from '../study.ts'
import { featureDistillationReport } from './report.ts'
import { featureDistillationStudy } from './study.ts'
import { facts, madeConfig, madeRun, type MadeRun } from './test/made-runs.ts'

const report = (runs: readonly MadeRun[], students: object = {}, rest: object = {}, data: DatasetFacts = facts) => {
  const config = madeConfig({ ways: [...new Set(runs.map(({ way }) => way))], depths: [1], seeds: Math.max(1, ...runs.map(({ seed }) => seed)), ...students }, rest)
  return featureDistillationReport.parse(featureDistillationStudy.report(config, runs.map((run) => madeRun(config, run)), data))
}
const seeds = (made: Omit<MadeRun, 'seed'>, accuracies: readonly number[]): MadeRun[] => accuracies.map((accuracy, index) => ({ ...made, accuracy, seed: index + 1 }))
const alone = (depth = 1) => seeds({ way: 'alone', depth }, [0.8, 0.802, 0.798])
const whole = seeds({ way: 'whole', stepMs: 4 }, [0.9, 0.902, 0.898])
const distilled = (accuracies: readonly number[], made: Partial<MadeRun> = {}) => seeds({ way: 'distilled', depth: 1, ...made }, accuracies)
const supervised = (accuracies: readonly number[]) => seeds({ way: 'deep-supervision', depth: 1 }, accuracies)
const studentOf = (made: ReturnType<typeof report>, id: string) => made.students.find((one) => one.id === id)
const codes = (made: ReturnType<typeof report>) => made.warnings.map(({ code }) => code)
const failed = { status: 'failed', error: { code: 'not-finite', message: 'The feature loss is NaN.', facts: {} } } as const

describe('the report of a comparison of students', () => {
  it('says of each run what its exits are worth and how alike the features are', () => {
    const made = report([{ way: 'distilled', depth: 1, seed: 1, accuracy: 0.82, wholeAccuracy: 0.9 }, { way: 'alone', depth: 1, seed: 1 }])
    expect(made.runs[0]).toMatchObject({ runId: 'run-distilled-depth=1-1', arm: 'distilled depth=1', way: 'distilled', depth: 1, rear: 3, status: 'done', steps: 100, wallMs: 200, stepMs: 2, isCollapsed: false })
    expect(made.runs[0]?.exits).toMatchObject([
      { depth: 1, isWhole: false, accuracy: 0.82, testAccuracy: 0.82, validationAccuracy: expect.closeTo(0.81, 12), likenessAtStart: { cka: 0.3 }, likenessAtEnd: { cka: 0.9, cosine: 0.7, frontVariance: 0.5, rearRank: 11 } },
      { depth: 4, isWhole: true, accuracy: 0.9, testAccuracy: 0.9, validationLoss: 0.4, likenessAtStart: null },
    ])
    expect(made.runs[1]?.exits).toMatchObject([{ depth: 1, isWhole: false, accuracy: 0.8, likenessAtEnd: null }])
  })

  it('gives means, and differences and ratios by seed', () => {
    const made = report([...whole, ...alone(), ...supervised([0.81, 0.812, 0.808]), ...distilled([0.84, 0.842, 0.832], { stepMs: 6 })])
    const student = studentOf(made, 'distilled depth=1')
    expect(student).toMatchObject({ runs: 3, done: 3, failed: 0, standing: 'better', control: 'deep-supervision depth=1', stepMsRatio: { value: expect.closeTo(1.5, 12) }, rearGain: { mean: expect.closeTo(0.012, 12) }, cka: { mean: expect.closeTo(0.9, 12) }, collapsed: 0 })
    // Paired: 0.04, 0.04, 0.034: mean 0.038, deviation 0.0034641, t(0.95, 2) = 4.302653.
    expect([student?.gain?.mean, student?.gain?.low, student?.gainOverSupervision?.mean].map((value) => value?.toFixed(6))).toEqual(['0.038000', (0.038 - (4.302653 * 0.00346410162) / Math.sqrt(3)).toFixed(6), '0.028000'])
    // 0.114 of 0.3 in all.
    expect(student?.gapClosed).toBeCloseTo(0.38, 10)
    expect(student?.cost).toMatchObject({ parameters: 1110, macs: 1_110_000, memoryBytes: 4 * 1110 + 2500 })
    expect(student?.trainingMacs).toBe(4_120_000)
    expect(studentOf(made, 'alone depth=1')).toMatchObject({ gain: null, standing: null, control: null, gapClosed: null })
    expect(studentOf(made, 'whole')).toMatchObject({ depth: 4, gain: null, stepMsRatio: null, cost: { parameters: 4110 } })
    expect(made.wholeDepth).toBe(4)
  })

  it('R14: reads the students of one stack from its records, each held against its own depth', () => {
    const predictions = exitsOf([0, 1, 1, 0])
    const made = report([...alone(), ...alone(2), ...seeds({ way: 'self-distillation', others: { 1: 0.81 }, wholeAccuracy: 0.88, predictions }, [0.85, 0.852, 0.848]), ...seeds({ way: 'deep-supervision-exits', others: { 1: 0.8 } }, [0.8, 0.8, 0.8])], { depths: [2, 1] })
    const run = made.runs.find(({ way }) => way === 'self-distillation')
    expect(run).toMatchObject({ arm: 'self-distillation', depth: null, rear: 2 })
    expect(run?.exits).toMatchObject([{ depth: 1, accuracy: 0.5, testAccuracy: 0.5, validationAccuracy: 0.81, likenessAtStart: { cka: 0.2 }, likenessAtEnd: { cka: 0.8, frontRank: 8, rearRank: 11 } }, { depth: 2, accuracy: 0.85 }, { depth: 4, isWhole: true, accuracy: 0.88 }])
    expect(made.students.map(({ id }) => id)).toEqual(['alone depth=2', 'alone depth=1', 'self-distillation depth=1', 'self-distillation depth=2', 'deep-supervision-exits depth=1', 'deep-supervision-exits depth=2'])
    expect(studentOf(made, 'self-distillation depth=2')).toMatchObject({ rear: 2, control: 'deep-supervision-exits depth=2', gain: { mean: expect.closeTo(0.05, 12) }, gainOverSupervision: { mean: expect.closeTo(0.05, 12) } })
    expect(studentOf(made, 'self-distillation depth=1')).toMatchObject({ rear: 3, gain: { mean: expect.closeTo(-0.3, 12) } })
  })

  it('gives up runs whose start has failed, and says why', () => {
    const made = report([{ way: 'alone', depth: 1, seed: 1, ...failed }, { way: 'distilled', depth: 1, seed: 1 }], { ways: ['alone', 'pretrained', 'distilled'] })
    expect(made.runs.find(({ way }) => way === 'pretrained')).toMatchObject({ runId: null, status: 'failed', problem: 'The run that it starts from (way=alone depth=1 seed=1) has not come to its end: The feature loss is NaN.' })
    expect(made.verdict.code).toBe('no-alone')
  })

  it('has a word for each outcome', () => {
    const verdict = (...runs: readonly (readonly MadeRun[])[]) => report([...alone(), ...runs.flat()]).verdict
    const at = (accuracies: Readonly<Record<number, readonly number[]>>) => report([...alone(1), ...alone(2), ...Object.entries(accuracies).flatMap(([depth, values]) => seeds({ way: 'distilled', depth: Number(depth) }, values))], { depths: [1, 2] }).verdict
    const [high, same, low, wide] = [[0.84, 0.842, 0.838], [0.799, 0.802, 0.797], [0.7, 0.7, 0.7], [0.7, 0.9, 0.85]]
    expect(at({ 1: high, 2: high })).toMatchObject({ code: 'better', facts: { way: 'distilled', better: '1, 2', best: 'distilled depth=1' } })
    expect(at({ 1: high, 2: low })).toMatchObject({ code: 'some-better', facts: { better: '1', worse: '2', bestGain: expect.closeTo(0.04, 12) } })
    expect(at({ 1: same, 2: same })).toMatchObject({ code: 'not-worse', facts: { notWorse: '1, 2' } })
    expect(at({ 1: same, 2: low })).toMatchObject({ code: 'worse', facts: { notWorse: '1', worse: '2' } })
    expect(at({ 1: same, 2: wide })).toMatchObject({ code: 'undecided', facts: { undecided: '2' } })
    expect(report([{ way: 'alone', depth: 1, seed: 1 }, { way: 'distilled', depth: 1, seed: 1, accuracy: 0.81 }]).verdict).toMatchObject({ code: 'single-seed', reason: 'One seed of each, so chance is not told from effect; distilled against students alone: 1 block (+1.00 points). Chosen by accuracy: distilled depth=1.' })
    expect(verdict()).toMatchObject({ code: 'nothing-compared' })
    expect(verdict(distilled([0, 0, 0], failed))).toMatchObject({ code: 'nothing-compared', facts: { failed: 3 } })
    expect(verdict([{ way: 'distilled', depth: 1, seed: 1, status: 'running' }])).toMatchObject({ code: 'pending', facts: { ended: 3, runs: 6 } })
    expect(report(distilled([0.8, 0.8, 0.8])).verdict).toMatchObject({ code: 'no-alone', facts: { failed: 0 } })
    expect(at({ 1: high, 2: wide }).reason).toBe('By the 95 % interval better than alone: distilled at 1 block (+4.00 points). These seeds do not tell of distilled at 2 blocks (+1.67 points, −24.07 points to +27.41 points). Chosen by accuracy: distilled depth=1.')
  })

  it('judges the first way that draws where the method itself is not among them', () => {
    expect(report([...alone(), ...seeds({ way: 'soft-targets', depth: 1 }, [0.84, 0.842, 0.838])]).verdict).toMatchObject({ code: 'better', facts: { way: 'soft-targets' } })
  })
})

describe('the choice in a report', () => {
  it('R8: is of the student within the limits, and says why the others are not', () => {
    const runs = [...alone(1), ...alone(2), ...seeds({ way: 'distilled', depth: 1 }, [0.82, 0.82, 0.82]), ...seeds({ way: 'distilled', depth: 2 }, [0.88, 0.88, 0.88])]
    const made = report(runs, { depths: [1, 2], maxMegaMacs: 2 })
    expect(made.decision).toMatchObject({ objective: 'accuracy', chosen: 'distilled depth=1', limits: { macs: 2_000_000 } })
    expect(made.decision.candidates.map(({ id, verdict, breaks }) => [id, verdict, ...breaks])).toEqual([['alone depth=1', 'within'], ['alone depth=2', 'rejected', 'macs'], ['distilled depth=1', 'selected'], ['distilled depth=2', 'rejected', 'macs']])
    expect(made.decision.pareto.macs).toEqual(['distilled depth=1', 'distilled depth=2'])
    const none = report(runs, { depths: [1, 2], minAccuracy: 0.95 })
    expect(none.decision).toMatchObject({ chosen: null, binding: ['accuracy'], nearest: 'distilled depth=2' })
    expect(codes(none)).toContain('no-candidate')
  })

  it('R7: is of the second extractor too, with those that were not trained', () => {
    const runs = [...alone(), ...distilled([0.82, 0.82, 0.82]), ...seeds({ way: 'distilled', depth: 1, rear: 1 }, [0.83, 0.83, 0.83])]
    const made = report(runs, { rearDepths: [1, 8], maxTrainingMegaMacs: 5 })
    expect(made.rearDecisions).toMatchObject([{ way: 'distilled', depth: 1, decision: { chosen: 'distilled depth=1 rear=1' } }])
    expect(made.rearDecisions[0]?.decision.candidates.map(({ id, verdict, breaks, accuracy }) => [id, verdict, ...breaks, accuracy?.toFixed(2) ?? null])).toEqual([['distilled depth=1', 'within', '0.82'], ['distilled depth=1 rear=1', 'selected', '0.83'], ['distilled depth=1 rear=8', 'rejected', 'macs', null]])
    expect(made.warnings).toContainEqual({ code: 'rears-left-out', message: 'Second extractors of 8 blocks behind 1 are beyond the limits of training and were not trained.', facts: { depth: 1, rears: '8' } })
    expect(report(runs.filter(({ rear }) => rear === undefined)).rearDecisions).toEqual([])
  })

  it('knows latencies where they were measured', () => {
    const timed = { ...facts, latencies: new Map([[1, { medianMs: 0.4, p95Ms: 0.6 }]]) }
    const runs = [...alone(), ...distilled([0.82, 0.82, 0.82])]
    expect(studentOf(report(runs, {}, {}, timed), 'distilled depth=1')?.cost).toMatchObject({ latencyMs: 0.4, latencyP95Ms: 0.6 })
    expect(report(runs, { maxLatencyMs: 0.5 }, {}, timed).decision.chosen).toBe('distilled depth=1')
    expect(codes(report(runs, { maxLatencyMs: 0.5 }))).toContain('latency-unknown')
  })

  it('is none where nobody can say what models cost', () => {
    const made = report([...alone(), ...distilled([0.82, 0.82, 0.82])], {}, {}, { trainExamples: 1000, validationExamples: 200 })
    expect([made.decision.chosen, made.decision.candidates, made.students[0]?.cost, made.sizeLaws[0]?.reason]).toEqual([null, [], null, 'no-costs'])
  })
})

describe('the laws and curves in a report', () => {
  it('R13: fits error against size, the whole stack among the students alone', () => {
    // 1110, 2110, 4110 parameters; errors as 10·P^−½.
    const error = (parameters: number) => 10 / Math.sqrt(parameters)
    const at = (way: MadeRun['way'], depth: number | undefined, parameters: number) => seeds({ way, ...(depth === undefined ? {} : { depth }) }, [1, 1, 1].map(() => 1 - error(parameters)))
    const made = report([...at('whole', undefined, 4110), ...at('alone', 1, 1110), ...at('alone', 2, 2110), ...at('distilled', 1, 1110), ...at('distilled', 2, 2110)], { depths: [1, 2] })
    expect(made.sizeLaws.map(({ way, reason, points }) => [way, reason, points.map(({ depth, n }) => [depth, n])])).toEqual([['alone', null, [[1, 3], [2, 3], [4, 3]]], ['distilled', 'few-sizes', [[1, 3], [2, 3]]]])
    expect(made.sizeLaws[0]?.fit).toMatchObject({ exponent: expect.closeTo(0.5, 9), scale: expect.closeTo(10, 6), low: expect.closeTo(0.5, 6), floor: null })
  })

  it('lets examples leave early, at the cost of the heads asked on the way', () => {
    const made = report([...alone(), ...distilled([0.8, 0.8], { predictions: exitsOf([0, 1, 1, 0]) })], { depths: [1], seeds: 2 })
    const [curve] = made.earlyExits
    expect(curve).toMatchObject({ arm: 'distilled depth=1', seeds: 2, depths: [1, 4] })
    expect(curve?.points[0]).toEqual({ threshold: 0, accuracy: 0.5, macs: 1_110_000, shares: [1, 0] })
    expect(curve?.points.at(-1)).toEqual({ threshold: 1, accuracy: 1, macs: 4_120_000, shares: [0, 1] })
    expect(curve?.points.find(({ threshold }) => threshold === 0.8)).toMatchObject({ accuracy: 0.75, macs: (2 * 1_110_000 + 2 * 4_120_000) / 4, shares: [0.5, 0.5] })
  })
})

describe('what is to be known about a comparison of students', () => {
  it('is a collapse, and a stack that is not better than its student', () => {
    const made = report([...alone(), ...distilled([0.8, 0.8, 0.8], { wholeAccuracy: 0.79, isCollapsed: true, ckaAtStart: 0.99 }), ...supervised([0.8, 0.8, 0.8])])
    expect(codes(made)).toEqual(['collapsed', 'no-rear-gain', 'alike-at-start', 'one-rate'])
    expect(made.warnings[0]).toMatchObject({ facts: { arm: 'distilled depth=1', count: 3, total: 3 } })
    expect(made.warnings[1]?.message).toBe('The whole stack of distilled depth=1 is not better than its student (−1.00 points): there is nothing to distil.')
  })

  it('is a gain that deep supervision explains, or the lack of that control', () => {
    expect(codes(report([...alone(), ...distilled([0.84, 0.842, 0.838]), ...supervised([0.84, 0.841, 0.839])]))).toContain('supervision-explains')
    expect(codes(report([...alone(), ...distilled([0.84, 0.842, 0.838]), ...supervised([0.81, 0.812, 0.808])]))).not.toContain('supervision-explains')
    expect(codes(report([...alone(), ...distilled([0.84, 0.842, 0.838])]))).toEqual(['no-supervision', 'one-rate'])
  })

  it('is failed runs, one seed, one learning rate and batch norm', () => {
    const made = report([...alone().slice(0, 1), { way: 'distilled', depth: 1, seed: 1, ...failed }], {}, { run: { model: { kind: 'cnn', normalization: 'batch' } } })
    expect(codes(made)).toEqual(['failed-runs', 'single-seed', 'one-rate', 'batch-norm'])
    expect(made.warnings[0]?.message).toBe('1 of the 1 runs of distilled depth=1 failed and are in no mean: The feature loss is NaN.')
  })

  it('adds up what was spent', () => {
    expect(report(alone(), { hourlyRate: 3600 }).spent).toMatchObject({ examples: 12_000, money: expect.closeTo(0.0006 * 2 * 1000, 9) })
  })
})

/** Four examples of labels 0, 1, 1, 0 that the whole stack knows; the first student knows what is given of them. */
function exitsOf(labels: readonly number[]): RunPredictions {
  const exit = { loss: 0.5, confusion: [[0]] }
  return {
    step: 100,
    split: 'test',
    labels: [...labels],
    exits: [
      { ...exit, depth: 1, isWhole: false, accuracy: 0.5, predicted: [0, 0, 1, 1], confidence: [0.9, 0.85, 0.6, 0.7] },
      { ...exit, depth: 4, isWhole: true, accuracy: 1, predicted: [...labels], confidence: [0.5, 0.5, 0.5, 0.5] },
    ],
  }
}
