import { describe, expect, it } from 'vitest'
import { LoupeError } from '../../contract/errors.ts'
import type { RunConfig } from '../../contract/run-config.ts'
import { criticalBatchSizeConfig, type CriticalBatchSizeConfig } from './config.ts'
import { iidukaSteps } from './iiduka-law.ts'
import { criticalBatchSize } from './index.ts'
import { coarseFirst } from './plan.ts'
import { criticalBatchSizeReport } from './report.ts'
import { simulatedRun, simulateSweep } from './test/simulated-sweep.ts'

const facts = { trainExamples: 10_000, validationExamples: 1000 }
const configOf = (sweep: object = {}, run: object = {}): CriticalBatchSizeConfig =>
  criticalBatchSizeConfig.parse({ method: 'critical-batch-size', run, sweep: { batchSizes: [64, 128, 160, 256, 512, 1024, 2048], maxExamples: 4_000_000, ...sweep } })
/** The law with b0 100 and b* 200; seeds scatter by a fixed few per cent. */
const steps = (run: RunConfig) => iidukaSteps({ a: 0.001, s: 0.1 }, run.batchSize) * (1 + 0.03 * Math.sin(97 * run.seed + run.batchSize))
const behaviour = { facts, steps }
const keysOf = (config: CriticalBatchSizeConfig, runs = [] as ReturnType<typeof simulateSweep>) => criticalBatchSize.plan(config, runs, facts).map(({ key }) => key)

describe('the plan', () => {
  it('R6, R10: begins with a pilot that estimates the noise, then goes from coarse to fine', () => {
    const plan = criticalBatchSize.plan(configOf(), [], facts)
    expect(plan.slice(0, 7).map(({ key }) => key)).toEqual(['b=256 seed=1', 'b=2048 seed=1', 'b=64 seed=1', 'b=128 seed=1', 'b=512 seed=1', 'b=160 seed=1', 'b=1024 seed=1'])
    expect(plan.filter(({ config }) => config.noiseScale.enabled).map(({ key }) => key)).toEqual(['b=256 seed=1'])
    expect(plan).toHaveLength(14)
    expect(coarseFirst([1, 2, 4, 8])).toEqual([2, 8, 1, 4])
  })

  it('stays what it was while runs that it names are under way, and gives no run twice', () => {
    const config = configOf()
    const first = criticalBatchSize.plan(config, [], facts)
    const running = first.slice(0, 3).map(({ key, config: run }) => ({ ...simulatedRun(key, run, behaviour), status: 'running' as const, evaluations: [] }))
    const second = keysOf(config, running)
    expect(new Set(second)).toEqual(new Set(first.map(({ key }) => key)))
    expect(new Set(second).size).toBe(second.length)
  })

  it('R1: hands every run the Armijo line search with all its knobs', () => {
    const optimizer = { kind: 'armijo', c: 0.2, delta: 0.5, initialStep: 0.5, maxStep: 5, resetRule: 'epoch-mean', maxTries: 20, fallbackStep: 1e-5, searchBatch: 'independent' }
    const plan = criticalBatchSize.plan(configOf({}, { optimizer }), [], facts)
    expect(plan.map(({ config }) => config.optimizer)).toEqual(plan.map(() => optimizer))
    const report = criticalBatchSize.report(configOf({}, { optimizer }), simulateSweep(configOf({}, { optimizer }), behaviour), facts)
    // A made-up run tries three step sizes a step.
    expect(report.points.find((point) => point.batchSize === 512)).toMatchObject({ learningRate: null })
    for (const point of report.points.filter((each) => each.steps !== null)) expect(point.functionEvaluations).toBeCloseTo(3 * (point.steps ?? NaN), 6)
  })

  it('caps runs at 50 epochs where the config leaves it open', () => {
    expect(criticalBatchSize.plan(configOf({ maxExamples: null }), [], facts)[0]?.config.maxExamples).toBe(500_000)
    expect(criticalBatchSize.plan(configOf({ maxExamples: 7000 }), [], facts)[0]?.config.maxExamples).toBe(7000)
  })

  it('switches the full gradient on where the criterion needs it, and the smoothness in the pilot', () => {
    const plan = criticalBatchSize.plan(configOf({ target: { criterion: 'gradient-mean', value: 0.01 } }), [], facts)
    expect(plan.every(({ config }) => config.evaluation.fullGradient)).toBe(true)
    expect(plan[0]?.config.noiseScale.smoothnessIterations).toBe(10)
    expect(plan[1]?.config.noiseScale.smoothnessIterations).toBe(0)
    expect(criticalBatchSize.plan(configOf(), [], facts)[0]?.config.evaluation.fullGradient).toBe(false)
  })

  it('leaves out evaluations far from the target by default, and takes each where told to', () => {
    const when = (run: object) => criticalBatchSize.plan(configOf({}, run), [], facts).map(({ config }) => config.evaluation.when)
    expect(new Set(when({}))).toEqual(new Set(['near-target']))
    expect(new Set(when({ evaluation: { when: 'always' } }))).toEqual(new Set(['always']))
  })

  it('warns where a target is read from fewer evaluations than it may need', () => {
    const config = configOf()
    const runs = simulateSweep(config, behaviour) // three evaluations a run
    const sizes = (value: number) => criticalBatchSize.report({ ...config, sweep: { ...config.sweep, target: { criterion: 'train-loss', value } } }, runs, facts).warnings.find(({ code }) => code === 'sparse-evaluations')?.facts['sizes']
    expect(sizes(0.6)).toEqual([64, 128, 160, 256, 512, 1024, 2048])
    const each = configOf({}, { evaluation: { when: 'always' } })
    expect(criticalBatchSize.report(each, simulateSweep(each, behaviour), facts).warnings.map(({ code }) => code)).not.toContain('sparse-evaluations')
  })

  it('couples the learning rate to the batch size by the linear and the square-root rule', () => {
    const schedule = criticalBatchSize.plan(configOf({ learningRateRule: 'sqrt', referenceBatchSize: 32 }), [], facts)[0]?.config.schedule
    expect(schedule).toMatchObject({ coupling: 'sqrt', referenceBatchSize: 32 })
    const runs = simulateSweep(configOf({ learningRateRule: 'linear', referenceBatchSize: 64 }, { optimizer: { kind: 'sgd', learningRate: 0.1 } }), behaviour)
    const report = criticalBatchSize.report(configOf({ learningRateRule: 'linear', referenceBatchSize: 64 }, { optimizer: { kind: 'sgd', learningRate: 0.1 } }), runs, facts)
    expect(report.points.find((point) => point.batchSize === 128)?.learningRate).toBeCloseTo(0.2, 12)
  })

  it('R9: gives a batch size no more seeds once its first never arrived, all of them where told to', () => {
    const seedsAt64 = (config: CriticalBatchSizeConfig) => simulateSweep(config, behaviour).filter((run) => run.config.batchSize === 64).length
    expect(seedsAt64(configOf())).toBe(1)
    expect(seedsAt64(configOf({ stopHopeless: false, minSeeds: 2, maxSeeds: 2 }))).toBe(2)
  })

  it('R9: holds the other seeds back while the first one takes far longer than any that arrived, and replaces those taken off', () => {
    const config = configOf()
    const plan = criticalBatchSize.plan(config, [], facts)
    const runs = plan.slice(0, 2).map(({ key, config: run }) => simulatedRun(key, run, behaviour))
    const first = plan.find(({ key }) => key === 'b=64 seed=1')!
    const longest = Math.max(...runs.map((run) => run.examples))
    const doubtful = { ...simulatedRun(first.key, first.config, behaviour), status: 'running' as const, evaluations: [], examples: 3 * longest }
    expect(keysOf(config, [...runs, doubtful]).filter((key) => key.startsWith('b=64 '))).toEqual(['b=64 seed=1'])
    expect(keysOf(config, [...runs, { ...doubtful, examples: longest }]).filter((key) => key.startsWith('b=64 '))).toEqual(['b=64 seed=1', 'b=64 seed=2'])
    const arrived = simulatedRun(first.key, first.config, { facts, steps: () => 10_000 })
    const off = { ...arrived, id: 'off', key: 'b=64 seed=2', config: { ...first.config, seed: 2 }, status: 'stopped' as const, steps: 0, examples: 0, evaluations: [] }
    expect(keysOf(config, [...runs, arrived, off]).filter((key) => key.startsWith('b=64 ')).sort()).toEqual(['b=64 seed=1', 'b=64 seed=2', 'b=64 seed=3'])
  })

  it('adds seeds only while the standard error of K exceeds the precision', () => {
    const noisy = { facts, steps: (run: RunConfig) => iidukaSteps({ a: 0.001, s: 0.1 }, run.batchSize) * (run.batchSize === 256 && run.seed % 2 === 0 ? 2 : 1) }
    const runs = simulateSweep(configOf({ maxSeeds: 5 }), noisy)
    const seeds = (batchSize: number) => runs.filter((run) => run.config.batchSize === batchSize).length
    expect(seeds(512)).toBe(2)
    expect(seeds(256)).toBe(5)
  })

  it('wants no more of a batch size that the user has ended, and is complete without it', () => {
    const config = configOf()
    const runs = simulateSweep(config, behaviour).map((run) => (run.config.batchSize === 1024 ? { ...run, status: 'stopped' as const, steps: 0, examples: 0, evaluations: [] } : run))
    const ended = { ...facts, endedBatchSizes: new Set([1024]) }
    const before = criticalBatchSize.progress(config, runs, facts)
    expect(before.runsPlanned - before.runsDone).toBeGreaterThan(0) // another seed would stand in for one that never began
    const { runsPlanned, runsDone } = criticalBatchSize.progress(config, runs, ended)
    expect(runsDone).toBe(runsPlanned)
    const report = criticalBatchSize.report(config, runs, ended)
    expect(report.criticalBatchSize.reason).not.toMatch(/^So far/)
    expect(['confirmed', 'refuted']).toContain(report.gate.status)
  })

  it('tunes the learning rate at each batch size with the first seed, and keeps the others apart', () => {
    const config = configOf({ learningRateRule: 'tuned', tuningGrid: [0.1, 0.3, 1], minSeeds: 2, maxSeeds: 2 }, { optimizer: { kind: 'sgd' } })
    const best = (run: RunConfig) => (run.optimizer.kind !== 'armijo' && run.optimizer.learningRate === 0.3 ? 1 : 3)
    const runs = simulateSweep(config, { facts, steps: (run) => steps(run) * best(run) })
    const at512 = runs.filter((run) => run.config.batchSize === 512).map((run) => run.key)
    expect(at512).toHaveLength(4)
    expect(at512.at(-1)).toBe('b=512 seed=2 lr=0.3')
    const report = criticalBatchSize.report(config, runs, facts)
    expect(report.points.filter((point) => point.batchSize === 512 && point.role === 'tuning').map((point) => point.learningRate)).toEqual([0.1, 1])
    expect(report.batches.find((batch) => batch.batchSize === 512)).toMatchObject({ runs: 2, reached: 2 })
    expect(report.criticalBatchSize.estimate!).toBeGreaterThan(190)
    expect(report.criticalBatchSize.estimate!).toBeLessThan(210)
  })
})

describe('the report of a finished sweep', () => {
  const config = configOf()
  const runs = simulateSweep(config, behaviour)
  const report = criticalBatchSize.report(config, runs, facts)

  it('is what its schema says', () => {
    expect(criticalBatchSizeReport.parse(report)).toEqual(report)
  })

  it('R5: finds b* 200 within its interval, b0 100 and the saving against the current batch', () => {
    const { estimate, low, high, verdict } = report.criticalBatchSize
    expect(verdict).toBe('interior-minimum')
    expect(low!).toBeLessThan(200)
    expect(high!).toBeGreaterThan(200)
    expect(estimate!).toBeCloseTo(200, -1)
    expect(report.asymptote!).toBeCloseTo(100, -1)
    const against512 = criticalBatchSize.report(configOf({ currentBatchSize: 512 }), runs, facts).saving
    // N(512)/N(200) = 2.56²/(2·2.56 − 1) = 1.5907, so 37 % are saved.
    expect(against512?.examplesShare).toBeCloseTo(1 - 1 / 1.5907, 1)
  })

  it('R3: says what a step costs and which batch size is soonest', () => {
    expect(report.batches.find((batch) => batch.batchSize === 256)?.stepMs).toBeCloseTo(2, 9)
    expect(report.timeOptimalBatchSize).toBe(2048)
    expect(report.spent.examples).toBe(runs.reduce((total, run) => total + run.examples, 0))
  })

  it('R6: sets the estimate beside the measurement', () => {
    expect(report.noiseScale).toMatchObject({ value: expect.closeTo(200, 9), predictedCriticalBatchSize: expect.closeTo(200, 9), trace: 100 })
    expect(report.noiseScale?.ratioToMeasured).toBeCloseTo(200 / report.criticalBatchSize.estimate!, 9)
    expect(report.warnings.map(({ code }) => code)).toContain('estimate-is-noise-scale')
  })

  it('R8: opens the gate only where every condition is met', () => {
    const gate = (sweep: object) => criticalBatchSize.report(configOf(sweep), runs, facts).gate
    expect(gate({ currentBatchSize: 512 })).toMatchObject({ stage: 'small', status: 'confirmed' })
    expect(gate({ currentBatchSize: 220 }).status).toBe('refuted')
    expect(gate({ currentBatchSize: 512, gateIntervalRatio: 1.0001 }).status).toBe('refuted')
    expect(criticalBatchSize.report(config, [], facts).gate.status).toBe('not-started')
    expect(criticalBatchSize.report(config, runs.slice(0, 4), facts).gate.status).toBe('sweeping')
    expect(criticalBatchSize.report(configOf({ budgetHours: 1e-6 }), runs.slice(0, 4), facts).gate.status).toBe('over-budget')
  })

  it('R9: counts hours and money', () => {
    const { hours, money } = criticalBatchSize.report(configOf({ hourlyRate: 3 }), runs, facts).spent
    expect(hours).toBeCloseTo(runs.reduce((total, run) => total + run.wallMs, 0) / 3.6e6, 12)
    expect(money).toBeCloseTo(3 * hours, 12)
  })

  it('shows censored runs, and they do not move b*', () => {
    expect(report.points.filter((point) => point.censored)).toMatchObject([{ batchSize: 64, steps: null, censoredAtSteps: 62_500 }])
    expect(report.warnings.map(({ code }) => code)).toContain('censored')
    const without = criticalBatchSize.report(config, runs.filter((run) => run.config.batchSize !== 64), facts)
    expect(without.criticalBatchSize.estimate).toBe(report.criticalBatchSize.estimate)
    const stuck = simulatedRun('b=256 seed=9', { ...runs[0]!.config, batchSize: 256, seed: 9 }, { facts, steps: () => Infinity })
    const more = criticalBatchSize.report(config, [...runs, stuck], facts)
    expect(more.criticalBatchSize.estimate).toBe(report.criticalBatchSize.estimate)
    expect(more.warnings.map(({ code }) => code)).toContain('partly-censored')
  })

  it('reproduces b* for the same target, and re-reads the stored curves for another', () => {
    const again = criticalBatchSize.report(configOf({ target: { criterion: 'train-loss', value: config.sweep.target.value } }), runs, facts)
    expect(again.criticalBatchSize).toEqual(report.criticalBatchSize)
    // Half way down the logarithm of every curve: all K halve, so b* stays.
    const half = criticalBatchSize.report(configOf({ target: { criterion: 'train-loss', value: config.sweep.target.value * Math.SQRT2 } }), runs, facts)
    const meanSteps = (read: typeof report) => read.batches.find((batch) => batch.batchSize === 512)?.meanSteps ?? NaN
    expect(meanSteps(half) * 2).toBeCloseTo(meanSteps(report), 3)
    expect(half.criticalBatchSize.estimate!).toBeCloseTo(report.criticalBatchSize.estimate!, 3)
  })

  it('fits a chosen range only', () => {
    const ranged = criticalBatchSize.report(configOf({ fitFrom: 160, fitTo: 1024 }), runs, facts)
    expect(ranged.batches.filter((batch) => batch.inFit).map((batch) => batch.batchSize)).toEqual([160, 256, 512, 1024])
    expect(new Set(ranged.linearised?.batchSize)).toEqual(new Set([160, 256, 512, 1024]))
  })

  it('says that the target was met before training', () => {
    const easy = criticalBatchSize.report(configOf({ target: { criterion: 'train-loss', value: 100 } }), runs, facts)
    expect(easy.warnings.map(({ code }) => code)).toContain('met-before-training')
    expect(easy.criticalBatchSize).toMatchObject({ verdict: 'no-point-reached', estimate: null })
  })

  it('has no b* where the target is out of reach', () => {
    const never = simulateSweep(config, { facts, steps: () => Infinity })
    expect(criticalBatchSize.report(config, never, facts).criticalBatchSize).toMatchObject({ verdict: 'no-point-reached', estimate: null })
    expect(never).toHaveLength(7)
  })
})

describe('progress', () => {
  it('counts runs and examples, and foresees the seconds left by the pace so far', () => {
    const config = configOf({ parallelRuns: 2 })
    expect(criticalBatchSize.progress(config, [], facts)).toMatchObject({ runsDone: 0, runsPlanned: 14, secondsLeft: null, examplesPlanned: 14 * 4_000_000 })
    const runs = simulateSweep(config, behaviour)
    const half = criticalBatchSize.progress(config, runs.slice(0, 7), facts)
    expect(half).toMatchObject({ runsDone: 7, runsPlanned: 13 })
    const truth = runs.slice(7).reduce((total, run) => total + run.wallMs, 0) / 2000
    expect(half.secondsLeft! / truth).toBeGreaterThan(0.9)
    expect(half.secondsLeft! / truth).toBeLessThan(1.1)
    expect(criticalBatchSize.progress(config, runs, facts)).toMatchObject({ runsDone: 13, runsPlanned: 13, secondsLeft: 0 })
  })
})

describe('bad input', () => {
  const refusal = (sweep: object, run: object = {}, data = facts) => {
    try {
      criticalBatchSize.check(configOf(sweep, run), data)
    } catch (error) {
      if (error instanceof LoupeError) return error.code
      throw error
    }
    return null
  }

  it.each([
    ['fewer than 4 batch sizes', { batchSizes: [8, 16, 32] }],
    ['a batch size twice', { batchSizes: [8, 16, 16, 32] }],
    ['a batch size below 1', { batchSizes: [0, 8, 16, 32] }],
    ['more seeds at least than at most', { minSeeds: 4, maxSeeds: 3 }],
    ['"tuned" without a grid', { learningRateRule: 'tuned', tuningGrid: [] }],
  ])('the schema refuses %s', (_, sweep) => {
    expect(() => configOf(sweep)).toThrow()
  })

  it('the schema refuses c or delta outside (0, 1) and a first step that is not positive or above the largest', () => {
    for (const broken of [{ c: 0 }, { c: 1 }, { delta: 1 }, { delta: 0 }, { initialStep: 0 }, { initialStep: 20, maxStep: 10 }]) expect(() => configOf({}, { optimizer: { kind: 'armijo', ...broken } })).toThrow()
  })

  it.each([
    ['a batch larger than the training set', { batchSizes: [8, 16, 32, 20_000] }, {}],
    ['a learning-rate rule for Armijo', { learningRateRule: 'tuned' }, { optimizer: { kind: 'armijo' } }],
    ['an accuracy above 1', { target: { criterion: 'validation-accuracy', value: 2 } }, {}],
    ['a cap below the batch size', { maxExamples: 100 }, {}],
    ['a fit range that ends before it begins', { fitFrom: 100, fitTo: 10 }, {}],
    ['a noise probe larger than the data', {}, { noiseScale: { enabled: true, shards: 1000 } }],
  ])('check refuses %s', (_, sweep, run) => {
    expect(refusal(sweep, run)).toBe('invalid-input')
  })

  it('check refuses a validation target without validation examples', () => {
    expect(refusal({ target: { criterion: 'validation-loss', value: 0.5 } }, {}, { ...facts, validationExamples: 0 })).toBe('invalid-input')
  })

  it('check takes the defaults, and a small data set with a smaller probe', () => {
    expect(refusal({})).toBeNull()
    const small = { trainExamples: 400, validationExamples: 40 }
    const config = configOf({ batchSizes: [8, 16, 32, 64] })
    criticalBatchSize.check(config, small)
    expect(criticalBatchSize.plan(config, [], small)[0]?.config.noiseScale.shards).toBe(12)
  })
})
