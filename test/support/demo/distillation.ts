import type { CommandOutput } from '../../../main/contract/commands.ts'
import type { CutCost } from '../../../main/contract/cut-cost.ts'
import type { DistillationRecord, ExitPredictions, RunPredictions } from '../../../main/contract/distillation-records.ts'
import { depthOf } from '../../../main/contract/model-depth.ts'
import type { QueryInput, QueryOutput } from '../../../main/contract/queries.ts'
import type { MetricSeries, RunRecord, StudyRecord } from '../../../main/contract/records.ts'
import { runKey } from '../../../main/methods/arm-runs.ts'
import { everyArm, isChain, modelOfArm, studentDepthsOf } from '../../../main/methods/feature-distillation/arms.ts'
import type { Arm } from '../../../main/methods/feature-distillation/arms.ts'
import { featureDistillationConfig } from '../../../main/methods/feature-distillation/config.ts'
import type { FeatureDistillationConfig } from '../../../main/methods/feature-distillation/config.ts'
import { featureDistillation } from '../../../main/methods/feature-distillation/index.ts'
import type { FeatureDistillationReport } from '../../../main/methods/feature-distillation/report.ts'
import { runConfigOf } from '../../../main/methods/feature-distillation/run-configs.ts'
import type { DatasetFacts, Evaluation, StudiedRun } from '../../../main/methods/study.ts'
import { hash, normal } from './made-numbers.ts'

/** A made-up comparison of students, for looking at the window: numbers are drawn, the report is made of them as any is. Nothing here is shipped or measured. */
const createdAt = Date.now() - 4_000_000
const steps = 1250
const evaluated = Array.from({ length: 11 }, (_, index) => index * 125)
const testExamples = 600
const classNames = ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot']

const config = featureDistillationConfig.parse({
  method: 'feature-distillation',
  name: 'Students of a vision transformer',
  run: { model: { kind: 'vit', patchSize: 7, width: 32, depth: 6 } },
  students: { depths: [1, 2, 3, 4], rearDepths: [1], maxMemoryMiB: 0.25, minAccuracy: 0.8 },
})
const freshConfig = featureDistillationConfig.parse({ method: 'feature-distillation', name: 'Students that have not begun' })

function costAt(depth: number): CutCost {
  const head = { parameters: 394, macsPerExample: 320, activationBytesPerExample: 168 }
  return { parameters: 2_200 + 12_704 * depth + head.parameters, macsPerExample: 25_000 + 213_000 * depth + head.macsPerExample, activationBytesPerExample: 9000 + 26_000 * depth, liveBytesPerExample: 21_000, head, featureShape: [16, 32] }
}

const facts: DatasetFacts = {
  trainExamples: 10_000,
  validationExamples: 2000,
  cutCost: (_, depth) => costAt(depth),
  latencies: new Map([1, 2, 3, 4, 6].map((depth) => [depth, { medianMs: 0.21 + 0.17 * depth, p95Ms: 0.34 + 0.19 * depth }])),
}

const gains: Readonly<Record<string, number>> = { alone: 0, 'deep-supervision': 0.002, distilled: 0.013, 'soft-targets': 0.009, 'self-distillation': 0.015, 'deep-supervision-exits': 0.004, whole: 0 }
const accuracyAt = ({ way }: Pick<Arm, 'way'>, depth: number, seed: number) => 0.868 - 0.094 * depth ** -1.1 + (gains[way] ?? 0) * (depth < 6 ? 1 : 0.3) + 0.0025 * normal(`students ${way} ${depth} ${seed}`)
const risen = (step: number) => 1 - Math.exp(-step / 240)
const runIdOf = (id: string, seed: number) => `students-${id.replaceAll(' ', '-').replaceAll('=', '')}-${seed}`

interface MadeRun {
  readonly arm: Arm
  readonly seed: number
  readonly run: StudiedRun
}
const isFailed = ({ id }: Arm, seed: number) => id === 'deep-supervision depth=4' && seed === 2
const isCollapsed = ({ id }: Arm, seed: number) => id === 'soft-targets depth=1' && seed === 3

const made: readonly MadeRun[] = everyArm(config).flatMap((arm) => [1, 2, 3].map((seed) => ({ arm, seed, run: madeRun(arm, seed) })))
const report = featureDistillation.report(config, made.map(({ run }) => run), facts)
const freshReport = featureDistillation.report(freshConfig, [], facts)

function madeRun(arm: Arm, seed: number): StudiedRun {
  const failed = isFailed(arm, seed)
  const chain = isChain(arm.way)
  return {
    id: runIdOf(arm.id, seed),
    key: runKey({ arm: arm.id, seed }),
    config: runConfigOf({ config, facts, arm, seed, startRun: null }),
    status: failed ? 'failed' : 'finished',
    steps: failed ? 250 : steps,
    examples: (failed ? 250 : steps) * 64,
    wallMs: steps * stepMsOf(arm),
    functionEvaluations: 0,
    censored: null,
    evaluations: evaluated.map((step) => evaluationOf(arm, seed, step)),
    error: failed ? { code: 'not-finite', message: 'The loss became NaN at step 250. Lower the learning rate.', facts: {} } : null,
    ...(chain ? { distillation: () => evaluated.map((step) => recordOf(arm, seed, step)) } : {}),
    predictions: () => (failed ? null : predictionsOf(arm, seed)),
  }
}
function stepMsOf(arm: Arm): number {
  return (arm.way === 'alone' ? 1.1 * (arm.depth ?? 1) : isChain(arm.way) ? 8.1 : 6.4) + 0.5
}
function ownDepth(arm: Arm): number {
  return studentDepthsOf(arm, config)[0] ?? depthOf(config.run.model)
}

function evaluationOf(arm: Arm, seed: number, step: number): Evaluation {
  const depth = ownDepth(arm)
  const record = isChain(arm.way) ? recordOf(arm, seed, step) : null
  const own = record?.exits.find((exit) => exit.depth === depth)?.validation
  const whole = record?.exits.find(({ isWhole }) => isWhole)?.validation
  const pair = record?.pairs.find(({ front }) => front === depth)
  const feature = (at: number | undefined) => record?.features.find((one) => one.depth === at)
  const values: Readonly<Record<string, number | null | undefined>> = {
    'validation/accuracy': own?.accuracy ?? 0.1 + (accuracyAt(arm, depth, seed) - 0.1) * risen(step),
    'validation/loss': own?.loss ?? 2.2 - 1.8 * risen(step),
    ...(step === steps ? { 'test/accuracy': accuracyAt(arm, depth, seed), ...(record === null ? {} : { 'whole/test-accuracy': accuracyAt(arm, 6, seed) }) } : {}),
    'whole/validation-accuracy': whole?.accuracy,
    'whole/validation-loss': whole?.loss,
    'distillation/feature-loss': arm.way === 'deep-supervision' || arm.way === 'soft-targets' ? null : pair?.loss,
    'distillation/cka': pair?.cka,
    'distillation/cosine': pair?.cosine,
    'distillation/front-variance': feature(depth)?.variance,
    'distillation/rear-variance': feature(record?.exits.at(-1)?.depth)?.variance,
    'distillation/front-rank': feature(depth)?.effectiveRank,
    'distillation/rear-rank': feature(record?.exits.at(-1)?.depth)?.effectiveRank,
  }
  return { step, examples: step * 64, wallMs: step * stepMsOf(arm), values: Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (typeof value === 'number' ? [[key, value]] : []))) }
}

function recordOf(arm: Arm, seed: number, step: number): DistillationRecord {
  const depths = studentDepthsOf(arm, config).toSorted((one, other) => one - other)
  const whole = depthOf(modelOfArm(config, arm))
  const rise = risen(step)
  const noise = (name: string) => normal(`record ${arm.id} ${seed} ${step} ${name}`)
  const drawn = arm.way === 'distilled' || arm.way === 'self-distillation'
  const collapsing = isCollapsed(arm, seed) ? Math.exp(-step / 60) : 1
  const ckaOf = (gap: number) => Math.max(0.02, Math.min(1, 1 - gap * (drawn ? 0.11 - 0.07 * rise : 0.1 + 0.03 * rise) + 0.01 * noise(`cka ${gap}`)))
  const validation = (depth: number) => ({ loss: 2.2 - 1.8 * rise, accuracy: 0.1 + (accuracyAt(arm, depth, seed) - 0.1) * rise })
  return {
    step,
    examples: step * 64,
    wallMs: step * stepMsOf(arm),
    exits: [...depths.map((depth) => ({ depth, isWhole: false, validation: validation(depth) })), { depth: whole, isWhole: true, validation: validation(whole) }],
    pairs: depths.map((depth) => ({ front: depth, rear: whole, weight: 1, loss: (drawn ? 0.9 - 0.75 * rise : 0.9 + 0.2 * rise) * (1 + 0.04 * noise(`loss ${depth}`)), cka: ckaOf(whole - depth), cosine: Math.min(1, 0.15 + (drawn ? 0.7 : 0.2) * rise + 0.02 * noise('cosine')) })),
    features: [...depths, whole].map((depth) => ({ depth, variance: (0.35 + 0.08 * depth) * (1 + 0.03 * noise(`variance ${depth}`)) * collapsing ** 3, effectiveRank: 1 + (8 + 3 * depth * rise) * collapsing, dimensions: 32 })),
    routes: { front: 1.6 * Math.exp(-step / 900) * (1 + 0.1 * noise('front')), rear: null, feature: drawn ? 0.5 * rise * Math.exp(-step / 1500) * (1 + 0.1 * noise('feature')) : null, logits: arm.way === 'soft-targets' || arm.way === 'self-distillation' ? 0.9 * Math.exp(-step / 1000) : null },
    similarity: Array.from({ length: whole }, (_, row) => Array.from({ length: whole }, (__, column) => (row === column ? 1 : ckaOf(Math.abs(row - column))))),
    factor: Math.min(1, step / 157),
    isCollapsed: isCollapsed(arm, seed) && step > 250,
  }
}

function predictionsOf(arm: Arm, seed: number): RunPredictions {
  const labels = Array.from({ length: testExamples }, (_, index) => Math.floor(10 * hash(`label ${index}`)))
  const whole = depthOf(modelOfArm(config, arm))
  const depths = arm.way === 'whole' || arm.way === 'alone' ? [ownDepth(arm)] : [...studentDepthsOf(arm, config), whole].toSorted((one, other) => one - other)
  return { step: steps, split: 'test', labels, exits: depths.map((depth) => exitOf({ labels, depth, isWhole: depth === whole && arm.way !== 'alone', arm, seed })) }
}
function exitOf({ labels, depth, isWhole, arm, seed }: { readonly labels: readonly number[]; readonly depth: number; readonly isWhole: boolean; readonly arm: Arm; readonly seed: number }): ExitPredictions {
  const accuracy = accuracyAt(arm, depth, seed)
  const confused: Readonly<Record<number, readonly number[]>> = { 0: [6, 3], 2: [4, 6], 3: [0, 4], 4: [2, 6], 5: [7, 9], 6: [0, 2, 4], 7: [9, 5], 9: [7, 5], 1: [3], 8: [6] }
  const told = labels.map((label, index) => {
    // How hard an example is belongs to it; a model adds a little of its own.
    const difficulty = 0.85 * hash(`difficulty ${index}`) + 0.15 * hash(`${arm.id} ${depth} ${seed} ${index}`)
    const others = confused[label] ?? [label]
    const isRight = difficulty < accuracy * 0.97
    return { predicted: isRight ? label : (others[Math.floor(others.length * hash(`taken ${index}`))] ?? label), confidence: Math.round(1000 * Math.min(0.999, Math.max(0.2, 1.25 - difficulty - 0.08 / depth))) / 1000 }
  })
  const confusion = classNames.map((_, label) => classNames.map((__, predicted) => told.filter((one, index) => labels[index] === label && one.predicted === predicted).length))
  return { depth, isWhole, loss: 0.5, accuracy: told.filter(({ predicted }, index) => predicted === labels[index]).length / labels.length, confusion, predicted: told.map(({ predicted }) => predicted), confidence: told.map(({ confidence }) => confidence) }
}

function runRecord({ run, seed }: MadeRun): RunRecord {
  return { id: run.id, studyId: demoDistillation.id, key: run.key, name: '', status: run.status, config: { ...run.config, seed }, configHash: 'c', environment: null, createdAt, startedAt: createdAt, finishedAt: createdAt + 9000, steps: run.steps, examples: run.examples, wallMs: run.wallMs, functionEvaluations: 0, censored: null, error: run.error ?? null }
}

function studyRecord(id: string, of: FeatureDistillationConfig, status: StudyRecord['status']): StudyRecord {
  return { id, name: of.name, status, config: of, configHash: 'd3m0', createdAt, startedAt: createdAt, finishedAt: status === 'finished' ? createdAt + 600_000 : null, error: null }
}

function series(runId: string, key: string): MetricSeries | null {
  const run = made.find((one) => one.run.id === runId)?.run
  const at = (run?.evaluations ?? []).flatMap(({ step, examples, wallMs, values }) => (values[key] === undefined || step > (run?.steps ?? 0) ? [] : [{ step, examples, wallMs, value: values[key] }]))
  if (at.length === 0) return null
  const mean = at.map(({ value }) => value)
  return { runId, key, step: at.map(({ step }) => step), examples: at.map(({ examples }) => examples), wallMs: at.map(({ wallMs }) => wallMs), mean, min: mean, max: mean, last: mean, count: mean.map(() => 1), total: mean.length }
}

/** Blobs of light, the same for the same index. */
function examples({ split = 'test', indices }: QueryInput<'dataset.examples'>): QueryOutput<'dataset.examples'> {
  const pixel = (index: number, row: number, column: number) => {
    const label = Math.floor(10 * hash(`label ${index}`))
    const [x, y, wide] = [10 + 8 * hash(`x ${index}`), 10 + 8 * hash(`y ${index}`), 4 + label * 0.5]
    return Math.round(255 * Math.exp(-(((column - x) / wide) ** 2) - ((row - y) / (3 + (10 - label) * 0.6)) ** 2))
  }
  return { shape: [28, 28, 1], classNames, count: 10_000, range: [0, 255], examples: indices.map((index) => ({ index, label: Math.floor(10 * hash(`label ${index}`)), values: Array.from({ length: 784 }, (_, at) => pixel(split === 'test' ? index : index + 1, Math.floor(at / 28), at % 28)) })) }
}

/** Features drift apart with the distance of their blocks, and more so between runs. */
function compare(runs: readonly [string, string], count: number): CommandOutput<'model.compare'> {
  const found = runs.map((id) => made.find(({ run }) => run.id === id)) as [MadeRun | undefined, MadeRun | undefined] // as many
  const modelOf = (one: MadeRun | undefined, id: string) => {
    const depth = one === undefined ? 6 : depthOf(modelOfArm(config, one.arm))
    return { runId: id, step: steps, title: `ViT ${depth}×32, 4 heads, patch 7`, depth, students: one === undefined || !isChain(one.arm.way) ? [] : studentDepthsOf(one.arm, config) }
  }
  const models = [modelOf(found[0], runs[0]), modelOf(found[1], runs[1])] as const
  const apart = runs[0] === runs[1] ? 0 : 0.18
  const similarity = Array.from({ length: models[0].depth }, (_, row) => Array.from({ length: models[1].depth }, (__, column) => Math.max(0.05, 1 - apart - 0.1 * Math.abs(row - column))))
  return { models: [...models], split: 'validation', examples: count, similarity }
}

export const demoDistillation = {
  id: 'study-000012',
  freshId: 'study-000013',
  studies: (): StudyRecord[] => [studyRecord('study-000012', config, 'finished'), studyRecord('study-000013', freshConfig, 'queued')],
  runs: (): RunRecord[] => made.map(runRecord),
  run: (id: string): RunRecord | null => {
    const found = made.find(({ run }) => run.id === id)
    return found === undefined ? null : runRecord(found)
  },
  report: (studyId: string): FeatureDistillationReport => ({ ...(studyId === 'study-000012' ? report : freshReport), studyId }),
  keys: (id: string): string[] => [...new Set(made.find(({ run }) => run.id === id)?.run.evaluations.flatMap(({ values }) => Object.keys(values)) ?? [])],
  series,
  records: (id: string): DistillationRecord[] => [...(made.find(({ run }) => run.id === id)?.run.distillation?.() ?? [])],
  predictions: (id: string): RunPredictions | null => made.find(({ run }) => run.id === id)?.run.predictions?.() ?? null,
  examples,
  compare,
  cuts: (depth: number): QueryOutput<'model.cuts'>['cuts'] =>
    Array.from({ length: depth }, (_, index) => {
      const cost = costAt(index + 1)
      return { depth: index + 1, parameters: cost.parameters, macs: cost.macsPerExample, memoryBytes: 4 * cost.parameters + cost.liveBytesPerExample, featureShape: [...cost.featureShape] }
    }),
  progress: (studyId: string) => ({ runsDone: studyId === 'study-000012' ? made.length : 0, runsPlanned: studyId === 'study-000012' ? made.length : 57, examplesDone: studyId === 'study-000012' ? made.length * 80_000 : 0, examplesPlanned: made.length * 80_000, secondsLeft: null }),
}
