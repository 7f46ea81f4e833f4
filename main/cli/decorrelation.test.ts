import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { channelDecorrelationReport } from '../methods/channel-decorrelation/report.ts'
import type { ChannelDecorrelationReport, DecorrelatedRun } from '../methods/channel-decorrelation/report.ts'
import { expectTemplate, expectTold } from './test/expect-study.ts'
import { makeFolder, spawnLoupe } from './test/spawn-loupe.ts'
import type { Finished } from './test/spawn-loupe.ts'

const TIMEOUT_MS = 180_000

/** Small enough for seconds: 60 steps of 20 labelled examples. */
const tiny = {
  method: 'channel-decorrelation',
  name: 'tiny',
  run: { dataset: { name: 'digits', trainExamples: 800, validationExamples: 200 }, model: { kind: 'mlp', hidden: [16, 12] }, optimizer: { kind: 'adam', learningRate: 0.005 }, evaluation: { everyExamples: 400 } },
  decorrelation: { unlabelledWeight: 1, labelledWeight: 1, warmupSteps: 10, unlabelledSets: [{ batchSize: 32 }, { name: 'mnist-10k', fraction: 0.05, batchSize: 16, resize: true, domain: 'mail' }] },
  labels: { ways: ['supervised', '3a', '3b', '3c', 'decov', 'vicreg'], fractions: [0.1, 1], seeds: 2, batchSize: 20, steps: 60, parallelRuns: 1 },
}

interface Result {
  readonly id: string
  readonly method: string
  readonly runs: readonly (Omit<DecorrelatedRun, 'runId'> & { readonly id: string })[]
  readonly verdict: ChannelDecorrelationReport['verdict']
  readonly comparison: Pick<ChannelDecorrelationReport, 'arms' | 'noiseFloors' | 'warnings'>
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

describe('loupe run of a comparison on few labels', () => {
  it('R8, R9, R10, R22: trains every way on every share of the labels with every seed, all for as many steps', () => {
    expect([ran.code, ran.stderr.includes('fault'), study.method]).toEqual([0, false, 'channel-decorrelation'])
    const arms = [0.1, 1].flatMap((fraction) => tiny.labels.ways.map((way) => `${way} labels=${fraction}`))
    expect(study.runs.map(({ arm, seed, status, steps, examples }) => [arm, seed, status, steps, examples])).toEqual([1, 2].flatMap((seed) => arms.map((arm) => [arm, seed, 'done', 60, 1200])))
    expect(study.comparison.arms.map(({ id, labels, done }) => [id, labels, done])).toEqual(arms.map((arm) => [arm, arm.endsWith('=1') ? 800 : 80, 2]))
    for (const { arm, accuracy, trainAccuracy } of study.runs) expect([accuracy ?? 0, trainAccuracy ?? 0].map((share) => share > 0.2), arm).toEqual([true, true])
  })

  it('R29: looks at the channels of every way, supervised training too', () => {
    for (const { arm, way, meanCorrelation, effectiveRank, deadChannels, meanDeviation, unlabelledMeanCorrelation, unlabelledLoss, labelledLoss } of study.runs) {
      expect([meanCorrelation, effectiveRank, deadChannels, meanDeviation].map((value) => value === null), arm).toEqual([false, false, false, false])
      expect([unlabelledMeanCorrelation, unlabelledLoss].map((value) => value !== null), arm).toEqual(Array(2).fill(way !== 'supervised' && way !== '3c'))
      expect(labelledLoss !== null, arm).toBe(way !== 'supervised' && way !== '3a')
    }
    const decov = study.comparison.arms.find(({ id }) => id === 'decov labels=1')
    expect(decov?.against?.variance?.value).toBeLessThan(1)
    const lowered = study.comparison.arms.find(({ id }) => id === '3b labels=1')
    expect(lowered?.against?.meanCorrelation?.mean).toBeLessThan(0)
    expect(study.comparison.noiseFloors.map(({ stream, index, samples }) => [stream, index, samples])).toEqual([['labelled', 0, 20], ['unlabelled', 0, 32], ['unlabelled', 1, 16], ['probe', 0, 200]])
  })

  it('makes of supervised training the very run that any run is', { timeout: TIMEOUT_MS }, async () => {
    const plain = { ...tiny.run, batchSize: 20, maxExamples: 1200, seed: 1 }
    const { lines } = await spawnLoupe(['--workspace', folder.file('w'), 'run', '-', '--json'], { input: JSON.stringify(plain) })
    const { run } = lines.at(-1) as { readonly run: { readonly metrics: Readonly<Record<string, number>> } } // the shape that other tests hold
    expect(study.runs.find(({ arm, seed }) => arm === 'supervised labels=1' && seed === 1)).toMatchObject({ validationLoss: run.metrics['validation/loss'], trainLoss: run.metrics['train/loss'], testAccuracy: run.metrics['test/accuracy'] })
  })

  it('is shown, listed, exported and reported', { timeout: TIMEOUT_MS }, async () => {
    const report = await expectTold({ workspace: whole.file('w'), id: study.id, method: 'channel-decorrelation', folder, shown: /\n3b +80 +2\/2 /, metric: 'decorrelation/effective-rank', said: '60 steps at batch size 20, 2 seeds of each way and fraction' })
    expect(channelDecorrelationReport.parse(report)).toMatchObject({ studyId: study.id, verdict: study.verdict })
  })
})

describe('loupe template channel-decorrelation', () => {
  it('prints a config that loupe takes as it is, with what every key means', { timeout: TIMEOUT_MS }, async () => {
    await expectTemplate('channel-decorrelation', [
      'fractions: [0.01, 0.05, 0.1, 1] # fraction; of the training examples whose labels are used',
      'unlabelledWeight: 0.1 # weight;',
    ])
  })
})

describe('a comparison on few labels that cannot be made', () => {
  it.each([
    ['too few labels for a batch', { labels: { ...tiny.labels, fractions: [0.02] } }, 'leaves 16 labelled examples of the 800 training examples, fewer than the batch size 20'],
    ['fewer labels than classes', { labels: { ...tiny.labels, batchSize: 3, fractions: [0.01] } }, 'fewer than the 10 classes'],
    ['3A without an unlabelled set', { decorrelation: { unlabelledSets: [] } }, 'The way "3a" decorrelates unlabelled examples'],
    ['an unlabelled set of another shape', { decorrelation: { unlabelledSets: [{ name: 'waves', batchSize: 16 }] } }, 'Unlabelled set 1'],
    ['a block that there is not', { decorrelation: { labelledTaps: [{ block: 9 }] } }, 'block 9'],
    ['a layer with one channel', { run: { ...tiny.run, model: { kind: 'mlp', hidden: [1] } } }, '1 channel'],
    ['a line search', { run: { ...tiny.run, optimizer: { kind: 'armijo' } } }, 'Choose another optimizer'],
    ['a batch of 1', { labels: { ...tiny.labels, batchSize: 1 } }, 'labels.batchSize'],
    ['a way that there is not', { labels: { ...tiny.labels, ways: ['3d'] } }, 'labels.ways'],
  ])('is refused as bad input: %s', { timeout: TIMEOUT_MS }, async (_, change, message) => {
    const { code, stderr } = await spawnLoupe(['--workspace', folder.file('w'), 'run', '-'], { input: JSON.stringify({ ...tiny, ...change }) })
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
  })
})
