import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { gradientQuantizationReport } from '../methods/gradient-quantization/report.ts'
import { expectTemplate, expectTold } from './test/expect-study.ts'
import { makeFolder, spawnLoupe } from './test/spawn-loupe.ts'
import type { Finished } from './test/spawn-loupe.ts'

const TIMEOUT_MS = 180_000

/** Small enough for seconds: 120 steps of 2 workers with 10 examples each. Weights of 64·32 and 32·10 are compressed, biases are not. */
const tiny = {
  method: 'gradient-quantization',
  name: 'tiny',
  run: { dataset: { name: 'digits', trainExamples: 800, validationExamples: 200 }, model: { kind: 'mlp', hidden: [32] }, optimizer: { kind: 'sgd', learningRate: 0.1 } },
  exchange: { workers: 2, minTensor: 100, logEvery: 30 },
  compression: { ratio: 0.05 },
  quantization: { arms: ['dense', 'top-k', 'top-k-no-memory'], seeds: 2, batchSize: 20, epochs: 3, parallelRuns: 1 },
}

interface Result {
  readonly id: string
  readonly method: string
  readonly runs: readonly { readonly id: string; readonly arm: string; readonly seed: number; readonly accuracy: number; readonly bytesUp: number; readonly bytesDown: number; readonly keptRatio: number; readonly steps: number; readonly wallMs: number; readonly status: string }[]
  readonly verdict: { readonly code: string; readonly reason: string }
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

describe('loupe run of a comparison of gradients', () => {
  it('R3, R9: trains every way with every seed by workers that exchange, and says what each sent', () => {
    expect([ran.code, ran.stderr.includes('fault'), study.method]).toEqual([0, false, 'gradient-quantization'])
    expect(study.runs.map(({ arm, seed, status, steps }) => [arm, seed, status, steps])).toEqual([1, 2].flatMap((seed) => tiny.quantization.arms.map((arm) => [arm, seed, 'done', 120])))
    const of = (arm: string) => study.runs.filter((run) => run.arm === arm)
    // 2410 parameters of 4 bytes; 102 + 16 of the 2368 weights, of which 5 % are fewer bytes with a bit for each than with indices, beside 42 biases.
    for (const { bytesUp, keptRatio } of of('dense')) expect([bytesUp, keptRatio]).toEqual([120 * 4 * 2410, 1])
    for (const { bytesUp, keptRatio } of [...of('top-k'), ...of('top-k-no-memory')]) {
      expect(bytesUp).toBe(120 * (2368 / 8 + 4 * 118 + 4 * 42))
      expect(keptRatio).toBeCloseTo(118 / 2368, 6)
    }
    for (const { accuracy, wallMs } of study.runs) expect([accuracy > 0.6, wallMs > 0]).toEqual([true, true])
    expect(study.verdict.reason).toContain('Remembering nothing of what was not sent changes the accuracy of top-k')
  })

  it('logs what the workers sent in a form that fits are made of', { timeout: TIMEOUT_MS }, async () => {
    const { code, lines } = await spawnLoupe(['--workspace', whole.file('w'), 'gradients', study.runs[1]?.id ?? '', '--json'])
    expect(code).toBe(0)
    expect(lines[0]).toMatchObject({ gradients: { worker: 0, target: 'values', units: [{ unit: 'dense1', elements: 2048, compression: { kept: 102 } }, { unit: 'dense2', elements: 320, compression: { kept: 16 } }] } })
    const { steps } = (lines[0] as { readonly gradients: { readonly steps: readonly number[] } }).gradients
    expect(steps.length).toBeGreaterThanOrEqual(4)
  })

  it('is shown, listed, exported and reported', { timeout: TIMEOUT_MS }, async () => {
    const report = await expectTold({ workspace: whole.file('w'), id: study.id, method: 'gradient-quantization', folder, shown: /\ndense +2\/2 .*\ntop-k +2\/2 .* 10\.30 /, metric: 'exchange/bytes-up', said: '2 workers, all-gather, by layer, ratio 0.05' })
    expect(gradientQuantizationReport.parse(report)).toMatchObject({ studyId: study.id, workers: 2, ratio: 0.05 })
  })
})

describe('loupe template gradient-quantization', () => {
  it('prints a config that loupe takes as it is, with what every key means', { timeout: TIMEOUT_MS }, async () => {
    await expectTemplate('gradient-quantization', [
      'workers: 4 # workers; each trains on its share of every batch; >= 2, <= 64',
      'ratio: 0.01 # fraction; of the values of each unit that is to be sent, 1 sends all; > 0, <= 1',
    ])
  })
})

describe('a comparison of gradients that cannot be made', () => {
  it.each([
    ['a ratio of 0', { compression: { ratio: 0 } }, 'compression.ratio'],
    ['a ratio above 1', { compression: { ratio: 1.5 } }, 'compression.ratio'],
    ['a ratio of less than one value', { compression: { ratio: 1e-5 } }, "less than one of the model's 2410 values"],
    ['one worker', { exchange: { workers: 1 } }, 'exchange.workers'],
    ['more workers than examples in a batch', { exchange: { workers: 24 } }, '24 workers cannot share a batch of 20'],
    ['addresses for some workers', { exchange: { workers: 2, hosts: ['127.0.0.1:4300'] } }, '2 workers and 1 address for them'],
    ['a port that there is not', { exchange: { workers: 2, hosts: ['127.0.0.1:4300', '127.0.0.1:99999'] } }, 'a port from 1 to 65535'],
    ['an arm that there is not', { quantization: { ...tiny.quantization, arms: ['dense', 'fitted-gumbel'] } }, 'quantization.arms'],
  ])('is refused as bad input: %s', { timeout: TIMEOUT_MS }, async (_, change, message) => {
    const { code, stderr } = await spawnLoupe(['--workspace', folder.file('w'), 'run', '-'], { input: JSON.stringify({ ...tiny, ...change }) })
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
  })
})
