import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { FeatureDistillationReport } from '../methods/feature-distillation/report.ts'
import { featureDistillationReport } from '../methods/feature-distillation/report.ts'
import { expectTemplate, expectTold } from './test/expect-study.ts'
import { makeFolder, spawnLoupe } from './test/spawn-loupe.ts'
import type { Finished } from './test/spawn-loupe.ts'

const TIMEOUT_MS = 180_000

/** Small enough for seconds: 120 steps of 20 examples. */
const tiny = {
  method: 'feature-distillation',
  name: 'tiny',
  run: { dataset: { name: 'digits', trainExamples: 800, validationExamples: 200 }, model: { kind: 'residual-mlp', width: 16, depth: 3 }, optimizer: { kind: 'adam', learningRate: 0.005 }, evaluation: { everyExamples: 800, predictions: true } },
  students: { ways: ['whole', 'alone', 'deep-supervision', 'distilled', 'self-distillation', 'pretrained', 'frozen-rear'], depths: [1, 2], rearDepths: [3, 6], maxTrainingMegaMacs: 0.0045, seeds: 2, batchSize: 20, epochs: 3, parallelRuns: 1 },
}

interface Result {
  readonly id: string
  readonly method: string
  readonly runs: readonly { readonly id: string; readonly arm: string; readonly seed: number; readonly exits: FeatureDistillationReport['runs'][number]['exits']; readonly steps: number; readonly status: string }[]
  readonly verdict: { readonly code: string; readonly reason: string }
  readonly decision: FeatureDistillationReport['decision']
  readonly comparison: Pick<FeatureDistillationReport, 'students' | 'rearDecisions' | 'sizeLaws' | 'earlyExits'>
}

let whole: Awaited<ReturnType<typeof makeFolder>>
let ran: Finished
let study: Result
beforeAll(async () => {
  whole = await makeFolder({ 'tiny.yaml': JSON.stringify(tiny) })
  ran = await spawnLoupe(['--workspace', whole.file('w'), 'run', whole.file('tiny.yaml'), '--json'])
  study = (ran.lines.at(-1) as { readonly study: Result }).study // the shape that these tests are about
}, TIMEOUT_MS)
afterAll(() => whole.remove())

let folder: Awaited<ReturnType<typeof makeFolder>>
beforeEach(async () => {
  folder = await makeFolder()
})
afterEach(() => folder.remove())

describe('loupe run of a comparison of students', () => {
  it('R1, R6, R14: trains every way with every depth and seed, those from trained runs last', () => {
    expect([ran.code, ran.stderr.includes('fault'), study.method]).toEqual([0, false, 'feature-distillation'])
    const arms = ['whole', 'alone depth=1', 'alone depth=2', 'deep-supervision depth=1', 'deep-supervision depth=2', 'distilled depth=1', 'distilled depth=1 rear=3', 'distilled depth=2', 'distilled depth=2 rear=3', 'self-distillation', 'pretrained depth=1', 'pretrained depth=2', 'frozen-rear depth=1', 'frozen-rear depth=2']
    expect(study.runs.map(({ arm, seed, status, steps }) => [arm, seed, status, steps])).toEqual([1, 2].flatMap((seed) => arms.map((arm) => [arm, seed, 'done', 120])))
    // A second extractor that is kept as it was trained behind other blocks says nothing of theirs: students alone are looked at.
    for (const { arm, exits } of study.runs) for (const { accuracy } of exits.filter(({ isWhole }) => !isWhole)) expect(accuracy, arm).toBeGreaterThan(0.15)
    for (const { exits } of study.runs.filter(({ arm }) => arm.startsWith('pretrained'))) expect(exits[0]?.accuracy).toBeGreaterThan(0.8)
  })

  it('R7, R8, R13: chooses a student and a second extractor, and fits the law of size', () => {
    const costs = study.decision.candidates.map(({ id, parameters, macs, latencyMs }) => [id, parameters, macs, (latencyMs ?? 0) > 0])
    // Residual MLP 64-16: stem 1040, a block 576, head 32 + 170 parameters; 1024 + 512 a block + 160 multiply-accumulates.
    expect(costs.slice(0, 2)).toEqual([['alone depth=1', 1818, 1696, true], ['alone depth=2', 2394, 2208, true]])
    expect(study.decision.candidates.map(({ id }) => id)).toContain(study.decision.chosen)
    const [first] = study.comparison.rearDecisions
    expect(first?.decision.candidates.map(({ id, verdict, breaks }) => [id, verdict === 'rejected', ...breaks])).toEqual([['distilled depth=1', false], ['distilled depth=1 rear=3', false], ['distilled depth=1 rear=6', true, 'macs']])
    expect(study.comparison.sizeLaws.find(({ way }) => way === 'alone')).toMatchObject({ reason: null, points: [{ depth: 1 }, { depth: 2 }, { depth: 3 }] })
    expect(study.comparison.earlyExits.find(({ way }) => way === 'self-distillation')).toMatchObject({ seeds: 2, depths: [1, 2, 3] })
    const distilled = study.comparison.students.find(({ id }) => id === 'distilled depth=1')
    expect([distilled?.ckaAtStart?.n, distilled?.cka?.n, distilled?.collapsed]).toEqual([2, 2, 0])
  })

  it('is shown, listed, exported and reported', { timeout: TIMEOUT_MS }, async () => {
    const report = await expectTold({ workspace: whole.file('w'), id: study.id, method: 'feature-distillation', folder, shown: /\ndistilled depth=1 rear=3 +2\/2 /, metric: 'distillation/cka', said: '1, 2 of 3 blocks, features by mse' })
    expect(featureDistillationReport.parse(report)).toMatchObject({ studyId: study.id, wholeDepth: 3 })
  })
})

describe('loupe template feature-distillation', () => {
  it('prints a config that loupe takes as it is, with what every key means', { timeout: TIMEOUT_MS }, async () => {
    await expectTemplate('feature-distillation', [
      'depths: [1, 2, 3] # blocks; of each student, counted from the first block of the model',
      'temperature: 3 # 1; divides the logits of the soft targets',
    ])
  })
})

describe('a comparison of students that cannot be made', () => {
  it.each([
    ['a cut that does not exist', { students: { ...tiny.students, depths: [3] } }, 'A student of 3 blocks leaves no second extractor: the model has 3'],
    ['a tap outside of its extractor', { distillation: { taps: [{ front: 2 }] } }, 'Pair 1 taps block 2 of the first extractor, and a student has 1'],
    ['a library beyond the limits', { students: { ...tiny.students, maxTrainingMegaMacs: 0.001 } }, 'is within the limits of training (macs); the nearest'],
    ['a way whose start is not trained', { students: { ...tiny.students, ways: ['alone', 'frozen-rear'] } }, 'starts from runs of "whole"'],
    ['a line search', { run: { ...tiny.run, optimizer: { kind: 'armijo' } } }, 'Choose another optimizer'],
    ['a way that there is not', { students: { ways: ['copied'] } }, 'students.ways'],
  ])('is refused as bad input: %s', { timeout: TIMEOUT_MS }, async (_, change, message) => {
    const { code, stderr } = await spawnLoupe(['--workspace', folder.file('w'), 'run', '-'], { input: JSON.stringify({ ...tiny, ...change }) })
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
  })
})
