import type { RunRecord, StudyRecord } from '../../../main/contract/records.ts'
import type { MetricSeries } from '../../../main/contract/records.ts'
import type { Spread } from '../../../main/contract/spread.ts'
import { runConfig } from '../../../main/contract/run-config.ts'
import { gradientQuantizationConfig } from '../../../main/methods/gradient-quantization/config.ts'
import type { QuantizationArm } from '../../../main/methods/gradient-quantization/config.ts'
import type { GradientQuantizationReport, QuantizedArm, QuantizedRun } from '../../../main/methods/gradient-quantization/report.ts'
import { normal } from './made-numbers.ts'

/** A made-up comparison of ways to send gradients, for looking at the window. Nothing here is shipped or measured. */
const config = gradientQuantizationConfig.parse({
  method: 'gradient-quantization',
  name: 'Ways to send a gradient',
  quantization: { arms: ['dense', 'fitted-normal', 'fitted-laplace', 'fitted-cauchy', 'fitted-student-t', 'fitted-auto', 'top-k', 'random-k', 'qsgd', 'terngrad', 'fitted-laplace-no-memory', 'top-k-no-memory', 'random-k-no-memory'] },
})
const id = 'study-000010'
const createdAt = Date.now() - 5_400_000
const parameters = 101_770
const steps = 560
const seeds = [1, 2, 3]
/** Accuracy, share sent over share asked, bytes of a value sent, ms a step. */
const made: Readonly<Partial<Record<QuantizationArm, readonly [accuracy: number, achieved: number | null, share: number, stepMs: number]>>> = {
  dense: [0.861, null, 1, 5.1],
  'fitted-normal': [0.858, 2.4, 0.048, 4.2],
  'fitted-laplace': [0.857, 1.05, 0.021, 4],
  'fitted-cauchy': [0.842, 0.21, 0.0042, 4.1],
  'fitted-student-t': [0.856, 0.98, 0.0196, 4.7],
  'fitted-auto': [0.857, 1.01, 0.0202, 5.2],
  'top-k': [0.858, 1, 0.02, 6.9],
  'random-k': [0.829, 1, 0.02, 4.4],
  qsgd: [0.853, null, 0.17, 4.6],
  terngrad: [0.846, null, 0.07, 4.3],
  'fitted-laplace-no-memory': [0.822, 1.1, 0.022, 3.9],
  'top-k-no-memory': [0.824, 1, 0.02, 6.8],
  'random-k-no-memory': [0.714, 1, 0.02, 4.3],
}

const runId = (arm: QuantizationArm, seed: number) => `quantized-${arm}-${seed}`
const valuesOf = (arm: QuantizationArm) => made[arm] ?? [0.8, 1, 0.02, 5]
const accuracyOf = (arm: QuantizationArm, seed: number) => valuesOf(arm)[0] + 0.003 * normal(`accuracy ${arm} ${seed}`)
const bytesUpOf = (arm: QuantizationArm, seed: number) => valuesOf(arm)[2] * 4 * parameters * steps * (1 + 0.01 * normal(`bytes ${arm} ${seed}`))

export const demoQuantization = {
  id,
  study: (): StudyRecord => ({ id, name: config.name, status: 'finished', config, configHash: 'd3m0', createdAt, startedAt: createdAt, finishedAt: createdAt + 600_000, error: null }),
  runs: (): RunRecord[] => config.quantization.arms.flatMap((arm) => seeds.map((seed) => runRecord(arm, seed))),
  report,
  series,
  progress: { runsDone: 39, runsPlanned: 39, examplesDone: 39 * 72_000, examplesPlanned: 39 * 72_000, secondsLeft: null },
}

function runRecord(arm: QuantizationArm, seed: number): RunRecord {
  return { id: runId(arm, seed), studyId: id, key: `${arm} seed=${seed}`, name: '', status: 'finished', config: runConfig.parse({ batchSize: 128, seed }), configHash: 'c', environment: null, createdAt, startedAt: createdAt, finishedAt: createdAt + 9000, steps, examples: steps * 128, wallMs: steps * valuesOf(arm)[3], functionEvaluations: 0, censored: null, error: null }
}

function quantizedRun(arm: QuantizationArm, seed: number): QuantizedRun {
  const [, achieved, , stepMs] = valuesOf(arm)
  const up = bytesUpOf(arm, seed)
  return {
    runId: runId(arm, seed),
    arm,
    seed,
    status: 'done',
    problem: null,
    accuracy: accuracyOf(arm, seed),
    validationAccuracy: accuracyOf(arm, seed) + 0.004,
    testAccuracy: accuracyOf(arm, seed),
    trainLoss: 1.2 - accuracyOf(arm, seed),
    steps,
    examples: steps * 128,
    wallMs: steps * stepMs,
    stepMs,
    parts: { compute: 2.2, fit: 0.3, encode: 0.4, transfer: 0.8, update: 0.3 },
    bytesUp: up,
    bytesDown: 3 * up,
    bytesUpPerStep: up / steps,
    bytesDownPerStep: (3 * up) / steps,
    askedRatio: achieved === null ? null : 0.01,
    keptRatio: achieved === null ? null : 0.01 * achieved,
    achievedRatio: achieved,
    exchanges: steps,
    emptySteps: 0,
    relativeError: arm === 'dense' ? null : 0.86,
    cosine: arm === 'dense' ? 1 : 0.42,
  }
}

function spreadOf(values: readonly (number | null)[]): Spread | null {
  const known = values.filter((value) => value !== null)
  if (known.length === 0) return null
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length
  const deviation = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (known.length - 1))
  const half = (4.303 * deviation) / Math.sqrt(known.length)
  return { mean, deviation, n: known.length, low: mean - half, high: mean + half }
}

function quantizedArm(arm: QuantizationArm): QuantizedArm {
  const runs = seeds.map((seed) => quantizedRun(arm, seed))
  const of = (read: (run: QuantizedRun) => number | null) => spreadOf(runs.map(read))
  const gain = arm === 'dense' ? null : spreadOf(seeds.map((seed) => accuracyOf(arm, seed) - accuracyOf('dense', seed)))
  const factor = seeds.reduce((sum, seed) => sum + bytesUpOf('dense', seed) / bytesUpOf(arm, seed), 0) / seeds.length
  const ratio = { value: factor, low: factor * 0.98, high: factor * 1.02, n: 3 }
  const twin = arm.endsWith('-no-memory') ? config.quantization.arms.find((one) => `${one}-no-memory` === arm) : undefined
  return {
    arm,
    runs: 3,
    done: 3,
    failed: 0,
    accuracy: of((run) => run.accuracy),
    validationAccuracy: of((run) => run.validationAccuracy),
    testAccuracy: of((run) => run.testAccuracy),
    trainLoss: of((run) => run.trainLoss),
    accuracyGain: gain,
    cost: gain === null || gain.low === null || gain.high === null ? null : gain.low >= -0.01 ? 'within' : gain.high < -0.01 ? 'costs' : 'undecided',
    gainWithoutMemory: twin === undefined ? null : spreadOf(seeds.map((seed) => accuracyOf(arm, seed) - accuracyOf(twin, seed))),
    bytesUp: of((run) => run.bytesUp),
    bytesDown: of((run) => run.bytesDown),
    bytesUpPerStep: of((run) => run.bytesUpPerStep),
    bytesDownPerStep: of((run) => run.bytesDownPerStep),
    compressionUp: arm === 'dense' ? null : ratio,
    compressionDown: arm === 'dense' ? null : ratio,
    askedRatio: of((run) => run.askedRatio),
    keptRatio: of((run) => run.keptRatio),
    achievedRatio: of((run) => run.achievedRatio),
    emptyShare: of(() => 0),
    relativeError: of((run) => run.relativeError),
    cosine: of((run) => run.cosine),
    stepMs: of((run) => run.stepMs),
    stepMsRatio: arm === 'dense' ? null : { value: valuesOf(arm)[3] / 5.1, low: null, high: null, n: 3 },
    parts: { compute: 2.2, fit: 0.3, encode: 0.4, transfer: 0.8, update: 0.3 },
  }
}

function report(): GradientQuantizationReport {
  const arms = config.quantization.arms.map(quantizedArm)
  const names = (cost: QuantizedArm['cost']) => arms.filter((arm) => arm.cost === cost).map(({ arm }) => arm)
  const within = arms.filter(({ cost }) => cost === 'within')
  const best = within.toSorted((a, b) => (b.compressionUp?.value ?? 0) - (a.compressionUp?.value ?? 0))[0]
  const list = (name: string, some: readonly string[]) => (some.length === 0 ? {} : { [name]: some.join(', ') })
  return {
    method: 'gradient-quantization',
    studyId: id,
    workers: 4,
    ratio: 0.01,
    target: 'gradient',
    localSteps: null,
    runs: config.quantization.arms.flatMap((arm) => seeds.map((seed) => quantizedRun(arm, seed))),
    arms,
    verdict: { code: within.length > 0 ? 'some-within' : 'undecided', reason: '', facts: { tolerance: 0.01, ...list('within', names('within')), ...list('costs', names('costs')), ...list('undecided', names('undecided')), ...list('withoutMemory', arms.filter(({ gainWithoutMemory }) => gainWithoutMemory !== null).map(({ arm }) => arm)), ...(best ? { best: best.arm, bestFactor: best.compressionUp?.value ?? 0, bestGain: best.accuracyGain?.mean ?? 0 } : {}) } },
    spent: { examples: 39 * 72_000, hours: 0.055, money: 0 },
    warnings: [
      { code: 'misfit', message: '', facts: { arm: 'fitted-normal', achieved: 2.4, low: 0.8, high: 1.25 } },
      { code: 'misfit', message: '', facts: { arm: 'fitted-cauchy', achieved: 0.21, low: 0.8, high: 1.25 } },
      { code: 'one-rate', message: '', facts: {} },
    ],
  }
}

function series(run: string, key: string): MetricSeries | null {
  const arm = config.quantization.arms.find((one) => seeds.some((seed) => runId(one, seed) === run))
  if (arm === undefined) return null
  const seed = Number(run.at(-1))
  const last = accuracyOf(arm, seed)
  const slowness = 30 + 400 * Math.max(0, 0.861 - valuesOf(arm)[0])
  const read: Readonly<Record<string, (step: number) => number>> = {
    'validation/accuracy': (step) => last * (1 - Math.exp(-step / slowness)) + 0.1 * Math.exp(-step / slowness),
    'train/loss': (step) => 1.2 - last + 1.9 * Math.exp(-step / (2 * slowness)),
    'train/batch-loss': (step) => 1.2 - last + 1.9 * Math.exp(-step / (2 * slowness)) + 0.05 * normal(`${run} ${step}`),
    'exchange/bytes-up': () => bytesUpOf(arm, seed) / steps,
    'exchange/bytes-down': () => (3 * bytesUpOf(arm, seed)) / steps,
  }
  const of = read[key]
  if (of === undefined) return null
  const at = Array.from({ length: 80 }, (_, index) => 7 * (index + 1))
  const mean = at.map(of)
  return { runId: run, key, step: at, examples: at.map((step) => step * 128), wallMs: at.map((step) => step * valuesOf(arm)[3]), mean, min: mean, max: mean, last: mean, count: at.map(() => (key.startsWith('exchange') ? 7 : 1)), total: 80 }
}
