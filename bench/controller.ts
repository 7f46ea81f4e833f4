import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BatchPolicy } from '../main/contract/batch-policy.ts'
import { runConfig } from '../main/contract/run-config.ts'
import type { RunConfig, RunConfigInput } from '../main/contract/run-config.ts'
import type { MetricRow } from '../main/contract/metrics.ts'
import type { LogWriter } from '../main/log/log.ts'
import { openLogWriter } from '../main/log/open.ts'
import { createPolicy } from '../main/methods/loss-gap-batch/policy/create-policy.ts'
import { openTensorFlow } from '../main/tensorflow/open.ts'
import type { Runtime } from '../main/tensorflow/runtime.ts'
import { chooseThreads } from '../main/training/choose-threads.ts'
import { ScriptedPolicy } from '../main/training/control/scripted-policy.ts'
import { createTrainer } from '../main/training/create-trainer.ts'
import { createModel } from '../main/training/models/index.ts'
import type { Trainer } from '../main/training/trainer.ts'
import type { Benchmark, BenchmarkOptions } from './benchmark.ts'
import { changeRows, overheadRows, describeController } from './controller-table.ts'
import type { ChangeRow, Overhead, OverheadRow } from './controller-table.ts'
import { median } from './statistics.ts'
import { syntheticDataset } from './synthetic-dataset.ts'

const shape = [28, 28, 1]
const classes = 10
/** As many as the comparison trains on by default: the policy measures its windows, and the log its curves, in parts of an epoch. */
const examples = 10_000

interface Cell {
  readonly title: string
  readonly model: RunConfig['model']
  readonly batch: number
  /** Of one run, about a third of a second. */
  readonly steps: number
}

const mlp = runConfig.parse({ model: { kind: 'mlp' } }).model
const cnn = runConfig.parse({ model: { kind: 'cnn' } }).model
const cells: readonly Cell[] = [
  { title: 'MLP', model: mlp, batch: 16, steps: 1250 },
  { title: 'MLP', model: mlp, batch: 64, steps: 500 },
  { title: 'MLP', model: mlp, batch: 256, steps: 200 },
  { title: 'CNN', model: cnn, batch: 32, steps: 25 },
]

/** Every condition is on and computed, and none can ever be met. */
const neverChanges = { kind: 'loss-gap', batchMin: 8, batchMax: 1024, valueBelow: 0, slopeBelow: 0, relativeSlopeBelow: 0, derivativeBelow: 0, flatT: null, divergeSigma: 1e9, divergeRatio: 1e9, divergeT: 1e9 } as const

/**
 * What a controller costs that never changes anything, and what a change of the batch size costs the first time and after that.
 *
 * Whole runs as users start them, log included, evaluations apart: neighbours in time are compared, so that a drift of the machine cancels.
 */
export const controllerBenchmark: Benchmark = {
  name: 'controller',
  title: 'What the batch-size controller costs',
  async run(options) {
    const folder = await mkdtemp(join(tmpdir(), 'loupe-bench-'))
    const log = openLogWriter({ workspace: folder, owner: 'bench' })
    const runtime = await openTensorFlow()
    try {
      const overhead: OverheadRow[] = []
      for (const cell of options.effort === 'full' ? cells : cells.slice(0, 1)) {
        overhead.push(await measureOverhead({ cell, runtime, log, options }))
        options.report(overheadRows([overhead.at(-1)!]).join('\n')) // just pushed
      }
      const changes: ChangeRow[] = []
      for (const cell of options.effort === 'full' ? [cells[1]!, cells[3]!] : [cells[1]!]) { // there they are, above
        changes.push(await measureChange({ cell, runtime, log, rounds: options.effort === 'full' ? 5 : 1, threads: options.threads }))
        options.report(changeRows([changes.at(-1)!]).join('\n'))
      }
      return { rows: [...overhead, ...changes], markdown: describeController({ overhead, changes, examples }), versions: { TensorFlow: runtime.version } }
    } finally {
      log.close()
      await rm(folder, { recursive: true })
    }
  },
}

interface Measuring {
  readonly cell: Cell
  readonly runtime: Runtime
  readonly log: LogWriter
}

async function measureOverhead({ cell, runtime, log, options }: Measuring & { readonly options: BenchmarkOptions }): Promise<OverheadRow> {
  const trainer = await open({ cell, runtime, threads: options.threads })
  const isFull = options.effort === 'full'
  const steps = isFull ? cell.steps : Math.ceil(cell.steps / 2)
  const sides = {
    fixed: () => stepTime({ trainer, log, steps, config: configOf(cell, steps, null) }),
    controlled: () => stepTime({ trainer, log, steps, config: configOf(cell, steps, neverChanges) }),
    watchingGradient: () => stepTime({ trainer, log, steps, config: configOf(cell, steps, { ...neverChanges, gradientNormBelow: 0 }) }),
  }
  try {
    for (const side of Object.values(sides)) await side()
    const rounds: Overhead[] = []
    for (let round = 0; round < (isFull ? 15 : 2); round++) {
      const [first, second, third, fourth, fifth, sixth] = [await sides.fixed(), await sides.controlled(), await sides.watchingGradient(), await sides.watchingGradient(), await sides.controlled(), await sides.fixed()]
      rounds.push({
        fixedMs: (first.ms + sixth.ms) / 2,
        controlledMs: (second.ms + fifth.ms) / 2,
        gradientMs: (third.ms + fourth.ms) / 2,
        extraCpuMs: (second.cpuMs + fifth.cpuMs - first.cpuMs - sixth.cpuMs) / 2,
      })
    }
    return { measure: 'overhead', title: cell.title, batch: cell.batch, rounds }
  } finally {
    await trainer.close()
  }
}

/** Between a batch size and its double and back, in pieces of as many examples; a new session each round, so that nothing is traced. */
async function measureChange({ cell, runtime, log, rounds, threads }: Measuring & { readonly rounds: number; readonly threads: number }): Promise<ChangeRow> {
  const firstMs: number[] = []
  const cachedMs: number[] = []
  const piece = cell.batch * Math.max(16, Math.ceil(cell.steps / 16))
  for (let round = 0; round < rounds; round++) {
    const trainer = await open({ cell, runtime, threads })
    const script = Array.from({ length: 8 }, (_, i) => ({ position: i * piece, batchSize: i % 2 === 0 ? cell.batch : 2 * cell.batch }))
    const { rows } = await train({ trainer, log, config: { ...configOf(cell, 0, neverChanges), maxExamples: 8 * piece }, policy: () => new ScriptedPolicy({ batches: script }) })
    const costs = changeCosts(rows)
    firstMs.push(costs[0]!) // seven changes were asked for
    cachedMs.push(...costs.slice(1))
    await trainer.close()
  }
  const step = await stepOf({ cell, runtime, log, threads })
  return { measure: 'change', title: cell.title, from: cell.batch, to: 2 * cell.batch, firstMs, cachedMs, stepMs: step }
}

/** What each stretch of one batch size took beyond its steps at their usual pace, its own change of the batch size included. */
function changeCosts(rows: readonly MetricRow[]): number[] {
  const steps = rows.filter(({ key }) => key === 'train/batch-loss')
  const batches = steps.map(({ examples, wallMs }, i) => ({ value: examples - (steps[i - 1]?.examples ?? 0), wallMs }))
  const stretches: { batch: number; ms: number; steps: number }[] = []
  const paces = new Map<number, number[]>()
  for (const [i, { value: batch, wallMs }] of batches.entries()) {
    const before = batches[i - 1]
    if (before === undefined) continue
    const last = stretches.at(-1)
    if (before.value === batch && last !== undefined) {
      last.ms += wallMs - before.wallMs
      last.steps += 1
      paces.set(batch, [...(paces.get(batch) ?? []), wallMs - before.wallMs])
    } else stretches.push({ batch, ms: wallMs - before.wallMs, steps: 1 })
  }
  return stretches.slice(1).map(({ batch, ms, steps }) => ms - steps * median(paces.get(batch) ?? []))
}

async function stepOf({ cell, runtime, log, threads }: Measuring & { readonly threads: number }): Promise<number> {
  const trainer = await open({ cell, runtime, threads })
  const steps = Math.ceil(cell.steps / 4)
  const { ms } = await stepTime({ trainer, log, steps, config: configOf(cell, steps, null) })
  await trainer.close()
  return ms
}

function open({ cell, runtime, threads }: { readonly cell: Cell; readonly runtime: Runtime; readonly threads: number }): Promise<Trainer> {
  const { cost } = createModel(cell.model, shape, classes)
  return createTrainer({ runtime, dataset: syntheticDataset({ shape, classes, examples }), ...chooseThreads({ kind: cell.model.kind, cost, batchSize: cell.batch, cores: threads }) })
}

function configOf({ model, batch }: Cell, steps: number, batchPolicy: RunConfigInput['batchPolicy']): RunConfigInput {
  return { model, batchSize: batch, batchPolicy: batchPolicy ?? null, optimizer: { kind: 'sgd', learningRate: 0.01 }, maxExamples: steps * batch, evaluation: { everyExamples: Number.MAX_SAFE_INTEGER, trainExamples: 1000, testAtEnd: false } }
}

interface StepTime {
  /** Wall time of a step, by the run's own clock: from the evaluation before the first step to the last step. */
  readonly ms: number
  /** CPU time, a step, of the thread that drives training: the machine's other load hardly shows in it. */
  readonly cpuMs: number
}

async function stepTime({ trainer, log, steps, config }: { readonly trainer: Trainer; readonly log: LogWriter; readonly steps: number; readonly config: RunConfigInput }): Promise<StepTime> {
  const { optimizer, labelSmoothing, batchPolicy, batchSize } = runConfig.parse(config)
  const policy = batchPolicy === null ? undefined : () => createPolicy({ config: batchPolicy, facts: { firstBatch: batchSize, trainExamples: examples, classes, labelSmoothing, momentum: 0, optimizer: optimizer.kind } })
  const { rows, cpuMs } = await train({ trainer, log, config, ...(policy === undefined ? {} : { policy }) })
  const start = rows.find(({ key, step }) => key === 'train/loss' && step === 0)
  const taken = rows.filter(({ key }) => key === 'train/batch-loss')
  const end = taken.at(-1)
  if (start === undefined || end === undefined || taken.length !== steps) throw new Error(`The run logged ${taken.length} of ${steps} steps.`)
  return { ms: (end.wallMs - start.wallMs) / steps, cpuMs: cpuMs / steps }
}

async function train({ trainer, log, config, policy }: { readonly trainer: Trainer; readonly log: LogWriter; readonly config: RunConfigInput; readonly policy?: () => BatchPolicy }): Promise<{ readonly rows: readonly MetricRow[]; readonly cpuMs: number }> {
  const rows: MetricRow[] = []
  let [cpuAtStart, cpuMs]: [NodeJS.CpuUsage | null, number] = [null, 0]
  const parsed = runConfig.parse(config)
  const { id } = log.createRun({ studyId: null, key: '', config: parsed })
  await trainer.train({
    config: parsed,
    ...(policy === undefined ? {} : { createPolicy: policy }),
    observer: {
      onMetrics(more) {
        rows.push(...more)
        log.appendMetrics(id, more)
        if (!more.some(({ key }) => key === 'train/batch-loss')) return
        cpuAtStart ??= process.threadCpuUsage()
        const { user, system } = process.threadCpuUsage(cpuAtStart)
        cpuMs = (user + system) / 1000
      },
      onProgress: () => undefined,
      onCheckpoint: async () => undefined,
      onWarning: () => undefined,
      onEvent: ({ kind, level, message, facts }) => void log.appendEvent({ studyId: null, runId: id, kind, level, message, facts }),
    },
    signal: new AbortController().signal,
  })
  log.flush()
  return { rows, cpuMs }
}
