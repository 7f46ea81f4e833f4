import type { CheckpointRecord, LogEvent, MetricSeries, RunRecord } from '../../../main/contract/records.ts'
import type { DecorrelationRecord, Recommendation, TapReading } from '../../../main/contract/decorrelation-records.ts'
import { LoupeError } from '../../../main/contract/errors.ts'
import type { QueryOutput } from '../../../main/contract/queries.ts'
import { depthOf } from '../../../main/contract/model-depth.ts'
import { runConfig } from '../../../main/contract/run-config.ts'
import type { RunConfig } from '../../../main/contract/run-config.ts'
import { hash, normal } from './made-numbers.ts'

/** Made-up runs that decorrelate channels, one of them training: numbers are drawn. Nothing here is shipped or measured. */
interface DemoRun {
  readonly id: string
  readonly config: RunConfig
  readonly createdAt: number
  /** Trained so far, as the clock was set forward. */
  readonly startedWith: number
  endedAt: number | null
  readonly events: LogEvent[]
  readonly copies: CheckpointRecord[]
}

const everySteps = 50
const stepsPerSecond = 40
const stepMs = 12
const train = 54_000

const config = runConfig.parse({
  name: 'Ten labels in a hundred',
  model: { kind: 'cnn', channels: [16, 32], kernelSize: 3, dense: 64 },
  optimizer: { kind: 'adam' },
  batchSize: 64,
  maxExamples: 64 * 6000,
  decorrelation: { labelFraction: 0.1, labelledTaps: [{}, { block: 1, weight: 0.5 }], unlabelledSets: [{}, { name: 'mnist-10k', domain: 'Digits' }], taskThreshold: 0.25, unlabelledThreshold: 0.012, labelledThreshold: 0.02 },
})

const runs: DemoRun[] = []
let events = 900
const begin = (id: string, of: RunConfig, { startedWith = 0, ended = null }: { readonly startedWith?: number; readonly ended?: number | null } = {}): DemoRun => {
  const run: DemoRun = { id, config: of, createdAt: Date.now(), startedWith, endedAt: ended, events: [], copies: [] }
  runs.unshift(run)
  note(run, 'dataset.read', { name: 'fashion-mnist', title: 'Fashion-MNIST', trainExamples: train, validationExamples: 6000, testExamples: 10_000 })
  return run
}
const note = (run: DemoRun, kind: string, facts: LogEvent['facts'], level: LogEvent['level'] = 'info') => {
  events += 1
  run.events.push({ id: events, studyId: null, runId: run.id, at: Date.now(), level, kind, message: kind, facts })
}
const totalSteps = ({ config: { maxExamples, batchSize } }: DemoRun) => Math.ceil((maxExamples ?? 10 * train) / batchSize)
const stepOf = (run: DemoRun) => run.endedAt ?? Math.min(totalSteps(run), run.startedWith + Math.floor(((Date.now() - run.createdAt) / 1000) * stepsPerSecond))
const isTraining = (run: DemoRun) => run.endedAt === null && stepOf(run) < totalSteps(run)

const first = begin('decorrelated-live', config, { startedWith: 1800 })
note(first, 'threshold.below-reach', { term: 'unlabelled', threshold: 0.0035, kind: 'unlikely', value: 0.00394, samples: 255, neededSamples: 287 }, 'warning')
begin('decorrelated-done', runConfig.parse({ ...config, name: 'Ended by hand' }), { ended: 1500 })

const risen = (step: number) => 1 - Math.exp(-step / 700)
const losses: Readonly<Record<string, (step: number) => number>> = {
  task: (step) => 0.33 + 1.9 * Math.exp(-step / 450),
  unlabelled: (step) => 0.016 + 0.11 * Math.exp(-step / 600),
  labelled: (step) => 0.028 + 0.12 * Math.exp(-step / 600),
}
const lossAt = (run: DemoRun, term: string, step: number) => (losses[term]?.(step) ?? 0) * (1 + 0.05 * normal(`${run.id} ${term} ${step}`))

/** Channels load on a few shared factors, less as training goes on. */
function correlationsAt(block: number | null, channels: number, step: number, stream: number): number[][] {
  const shared = (0.82 + 0.06 * stream) * (1 - 0.72 * risen(step))
  const loading = (channel: number, factor: number) => (Math.floor(5 * hash(`family ${block} ${channel}`)) === factor ? (hash(`sign ${block} ${channel}`) < 0.3 ? -1 : 1) * (0.75 + 0.25 * hash(`load ${block} ${channel}`)) : 0.25 * normal(`side ${block} ${channel} ${factor}`))
  const loads = Array.from({ length: channels }, (_, channel) => Array.from({ length: 5 }, (__, factor) => loading(channel, factor)))
  const dot = (one: readonly number[], other: readonly number[]) => one.reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0)
  const sizes = loads.map((load) => Math.sqrt(dot(load, load)))
  return loads.map((one, row) => loads.map((other, column) => (row === column ? 1 : Math.max(-1, Math.min(1, (shared * dot(one, other)) / ((sizes[row] ?? 1) * (sizes[column] ?? 1)) + 0.04 * normal(`rho ${block} ${Math.min(row, column)} ${Math.max(row, column)} ${stream} ${step}`))))))
}

function readingAt(block: number | null, channels: number, step: number, stream: number): TapReading {
  const dead = block === 2 && step > 600 ? 2 : 0
  const rho = correlationsAt(block, channels, step, stream).map((row, i) => row.map((value, j) => (i < dead || j < dead ? 0 : value)))
  const pairs = rho.flatMap((row, i) => row.slice(i + 1))
  const mean = (of: (value: number) => number) => pairs.reduce((sum, value) => sum + of(value), 0) / Math.max(1, pairs.length)
  const meanSquared = mean((value) => value ** 2)
  const spread = Array.from({ length: channels - dead }, (_, index) => Math.exp(-index / (2 + 14 * risen(step))))
  const total = spread.reduce((sum, value) => sum + value, 0)
  const spectrum = [...spread.map((value) => (value * (channels - dead)) / total), ...new Array<number>(dead).fill(0)]
  const effectiveRank = Math.exp(-spectrum.reduce((sum, value) => (value > 0 ? sum + (value / (channels - dead)) * Math.log(value / (channels - dead)) : sum), 0))
  const bytes = pairs.map((value) => (Math.round(127 * value) + 256) % 256)
  return { block, stream, channels, samples: 512, dead, meanAbsolute: mean(Math.abs), meanSquared, effectiveRank, deviations: Array.from({ length: channels }, (_, channel) => (channel < dead ? 0 : (0.4 + 0.8 * hash(`deviation ${block} ${channel}`)) * (1 + 0.25 * risen(step)) * (1 + 0.03 * normal(`deviation ${block} ${channel} ${step}`)))), spectrum, matrix: { size: channels, group: 1, values: Buffer.from(bytes).toString('base64') } }
}

const made = new Map<string, DecorrelationRecord>()
function recordAt(run: DemoRun, step: number): DecorrelationRecord {
  const key = `${run.id} ${step}`
  const known = made.get(key)
  if (known !== undefined) return known
  const settings = run.config.decorrelation
  if (settings === null) throw new LoupeError('not-found', `Run "${run.id}" decorrelates no channels.`, { runId: run.id })
  const factor = settings.warmupSteps === 0 ? 1 : Math.min(1, step / settings.warmupSteps)
  const sets = settings.unlabelledSets.map(({ name, domain }, index) => ({ kind: 'unlabelled' as const, index, title: domain || (name === 'training' ? 'Fashion-MNIST' : name), examples: 512 }))
  const streams = [{ kind: 'training' as const, index: 0, title: 'Fashion-MNIST', examples: 512 }, { kind: 'validation' as const, index: 0, title: 'Fashion-MNIST', examples: 512 }, ...sets]
  const depth = depthOf(run.config.model)
  const blocks = [...new Set([...settings.labelledTaps, ...settings.unlabelledTaps].map(({ place, block }) => (place === 'output' ? null : (block ?? depth))))]
  const weights = { task: settings.taskWeight, unlabelled: settings.unlabelledWeight * factor, labelled: settings.labelledWeight * factor }
  const terms = (['task', 'unlabelled', 'labelled'] as const).filter((term) => weights[term] > 0 || step === 0)
  const record: DecorrelationRecord = {
    ...{ step, examples: 64 * step, wallMs: stepMs * step, factor, streams },
    taps: blocks.flatMap((block) => streams.map((_, stream) => readingAt(block, block === null ? 10 : 16 * 2 ** (block - 1), step, stream))),
    terms: terms.map((term) => ({ term, loss: step === 0 ? null : (losses[term]?.(step) ?? 0), weight: weights[term], gradientNorm: { task: 1.4, unlabelled: 0.22, labelled: 0.35 }[term] * (1 + 0.1 * normal(`norm ${term} ${step}`)) })),
    completion: completionAt(settings, step),
    recommendations: recommendedAt(run, step),
  }
  made.set(key, record)
  return record
}
function completionAt(settings: NonNullable<RunConfig['decorrelation']>, step: number): DecorrelationRecord['completion'] {
  const of = { task: settings.taskThreshold, unlabelled: settings.unlabelledThreshold, labelled: settings.labelledThreshold }
  return (['task', 'unlabelled', 'labelled'] as const).flatMap((term) => {
    const threshold = of[term]
    if (threshold === null) return []
    const [loss, limit] = [losses[term]?.(step) ?? 0, losses[term]?.(1e6) ?? 0]
    const isTold = step > 900
    return [{ term, threshold, status: loss <= threshold ? ('reached' as const) : isTold && limit > threshold * 1.05 ? ('will-not-reach' as const) : ('open' as const), limit: isTold ? limit : null, standardError: isTold ? limit * 0.02 : null }]
  })
}
function recommendedAt(run: DemoRun, step: number): Recommendation[] {
  const weight = run.config.decorrelation?.unlabelledWeight ?? 0.1
  return [
    ...(step > 900 ? [{ reason: 'will-not-reach' as const, term: 'unlabelled' as const, numbers: { limit: 0.016, threshold: 0.012, standardError: 0.0003 }, changes: [{ path: 'decorrelation.unlabelledWeight', from: weight, to: Number((weight * 3).toPrecision(3)) }, { path: 'decorrelation.unlabelledSets.0.batchSize', from: 128, to: 256 }], wantsData: false }] : []),
    ...(step > 1200 ? [{ reason: 'overfitting' as const, term: null, numbers: { validationLoss: 0.46, leastValidationLoss: 0.41, gap: 0.2, gapBefore: 0.12 }, changes: [], wantsData: true }] : []),
    ...(step > 300 && step <= 900 ? [{ reason: 'no-effect' as const, term: 'labelled' as const, numbers: { share: 0.012 }, changes: [{ path: 'decorrelation.labelledWeight', from: 0.1, to: 0.3 }], wantsData: false }] : []),
  ]
}

const perStep: Readonly<Record<string, (run: DemoRun, step: number) => number>> = {
  'decorrelation/task-loss': (run, step) => lossAt(run, 'task', step),
  'decorrelation/unlabelled-loss': (run, step) => lossAt(run, 'unlabelled', step),
  'decorrelation/labelled-loss': (run, step) => lossAt(run, 'labelled', step),
  'decorrelation/total-loss': (run, step) => lossAt(run, 'task', step) + 0.1 * Math.min(1, step / 500) * (lossAt(run, 'unlabelled', step) + lossAt(run, 'labelled', step)),
  'train/batch-loss': (run, step) => lossAt(run, 'task', step),
}
const perEvaluation: Readonly<Record<string, (run: DemoRun, step: number) => number>> = {
  'train/loss': (run, step) => lossAt(run, 'task', step) * 0.75,
  'validation/loss': (run, step) => lossAt(run, 'task', step) + 0.1 * risen(step),
  'train/accuracy': (run, step) => 0.1 + 0.86 * risen(step) + 0.003 * normal(`${run.id} train ${step}`),
  'validation/accuracy': (run, step) => 0.1 + 0.75 * risen(step) + 0.004 * normal(`${run.id} validation ${step}`),
}

function series(run: DemoRun, key: string, maxPoints: number): MetricSeries | null {
  const value = perStep[key] ?? perEvaluation[key]
  if (value === undefined) return null
  const apart = perStep[key] === undefined ? everySteps : Math.max(1, Math.ceil(stepOf(run) / maxPoints))
  const step = Array.from({ length: Math.floor(stepOf(run) / apart) + 1 }, (_, index) => index * apart)
  const mean = step.map((at) => value(run, at))
  return { runId: run.id, key, step, examples: step.map((at) => 64 * at), wallMs: step.map((at) => stepMs * at), mean, min: mean.map((one) => one * (apart > 1 && perStep[key] ? 0.93 : 1)), max: mean.map((one) => one * (apart > 1 && perStep[key] ? 1.07 : 1)), last: mean, count: step.map(() => (perStep[key] ? apart : 1)), total: stepOf(run) }
}

const find = (id: string): DemoRun => {
  const run = runs.find((one) => one.id === id)
  if (run === undefined) throw new LoupeError('not-found', `There is no run "${id}".`, { runId: id })
  return run
}
const training = (id: string): DemoRun => {
  const run = find(id)
  if (!isTraining(run)) throw new LoupeError('conflict', `Run ${id} does not train now.`, { runId: id })
  return run
}
function copyOf(run: DemoRun): CheckpointRecord {
  const step = stepOf(run)
  const sha256 = Array.from({ length: 8 }, (_, part) => Math.floor(2 ** 32 * hash(`${run.id} ${step} ${part}`)).toString(16).padStart(8, '0')).join('')
  return { id: `${run.id}-${step}`, runId: run.id, step, examples: 64 * step, bytes: 1_284_096, sha256, createdAt: Date.now(), isKept: true }
}
function record(run: DemoRun): RunRecord {
  const step = stepOf(run)
  return { id: run.id, studyId: null, key: '', name: run.config.name, status: isTraining(run) ? 'running' : 'finished', config: run.config, configHash: 'd3m0', environment: null, createdAt: run.createdAt, startedAt: run.createdAt, finishedAt: null, steps: step, examples: 64 * step, wallMs: stepMs * step, functionEvaluations: 0, censored: null, error: null }
}

export const demoDecorrelation = {
  has: (id: string): boolean => runs.some((run) => run.id === id),
  runs: (): RunRecord[] => runs.map(record),
  detail: (id: string): QueryOutput<'run.get'> => {
    const run = find(id)
    return { run: record(run), keys: [...Object.keys(perStep), ...Object.keys(perEvaluation)], checkpoints: run.copies, events: run.events }
  },
  records: (id: string, last: number | null): DecorrelationRecord[] => {
    const run = find(id)
    const steps = Array.from({ length: Math.floor(stepOf(run) / everySteps) + 1 }, (_, index) => index * everySteps)
    return (last === null ? steps : steps.slice(-last)).map((step) => recordAt(run, step))
  },
  series: (id: string, key: string, maxPoints: number) => series(find(id), key, maxPoints),
  start: (of: RunConfig, startedWith = 0): string => begin(`decorrelated-${runs.length}`, of, { startedWith }).id,
  branch: ({ runId, step, config: of }: { readonly runId: string; readonly step: number | null; readonly config: RunConfig }): string => {
    const run = find(runId)
    const at = step ?? run.copies.at(-1)?.step ?? stepOf(run)
    const id = demoDecorrelation.start(of, at)
    note(find(id), 'run.branched', { fromRun: runId, step: at, sha256: 'a' })
    return id
  },
  end: (id: string): void => {
    const run = training(id)
    run.endedAt = stepOf(run)
    note(run, 'run.ended', { step: run.endedAt })
  },
  save: (id: string): CheckpointRecord => {
    const run = training(id)
    const copy = copyOf(run)
    run.copies.push(copy)
    note(run, 'network.saved', { step: copy.step, examples: copy.examples, sha256: copy.sha256, bytes: copy.bytes })
    return copy
  },
  /** Runs that train now, with the step of the last record of each. */
  training: (): { readonly run: RunRecord; readonly step: number }[] => runs.filter(isTraining).map((run) => ({ run: record(run), step: everySteps * Math.floor(stepOf(run) / everySteps) })),
  examplesPerSecond: 64 * stepsPerSecond,
  datasets: (): QueryOutput<'dataset.list'>['datasets'] => [
    { name: 'fashion-mnist', title: 'Fashion-MNIST', trainExamples: 60_000, testExamples: 10_000, shape: [28, 28, 1], classes: 10, licence: 'MIT', source: null },
    { name: 'mnist-10k', title: 'MNIST, 10,000 images', trainExamples: 8000, testExamples: 2000, shape: [28, 28, 1], classes: 10, licence: 'CC BY-SA 3.0', source: null },
    { name: 'digits', title: 'Digits', trainExamples: 1437, testExamples: 360, shape: [8, 8, 1], classes: 10, licence: 'CC BY 4.0', source: null },
  ],
  cuts: (channels: readonly number[]): QueryOutput<'model.cuts'>['cuts'] => channels.map((width, index) => ({ depth: index + 1, parameters: 1000 * width, macs: 40_000 * width, memoryBytes: 9000 * width, featureShape: [28 / 2 ** (index + 1), 28 / 2 ** (index + 1), width] })),
}
