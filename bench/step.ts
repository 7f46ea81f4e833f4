import { setTimeout as sleep } from 'node:timers/promises'
import { LoupeError } from '../main/contract/errors.ts'
import type { Benchmark, BenchmarkOptions, BenchmarkResult } from './benchmark.ts'
import { median } from './statistics.ts'
import { stepModels, stepSides } from './step-cells.ts'
import type { StepModel, StepRow, StepSide } from './step-cells.ts'
import { prepared, timed } from './step-protocol.ts'
import { stepTables } from './step-table.ts'
import { startStepWorkers } from './step-workers.ts'
import type { StepWorker } from './step-workers.ts'

interface Effort {
  readonly batches: readonly number[]
  readonly rounds: number
  /** How long each side trains in each round, about. */
  readonly roundMs: number
}

const efforts: Readonly<Record<BenchmarkOptions['effort'], Effort>> = {
  full: { batches: [16, 64, 512], rounds: 5, roundMs: 1000 },
  quick: { batches: [64], rounds: 3, roundMs: 500 },
}
const CLASSES = 10
const EXAMPLES = 2048
/** OpenMP's threads go on spinning for 200 ms after their work; nobody else should be timed then. */
const SETTLE_MS = 300

/** How long one training step takes: Loupe, PyTorch, JAX and stock tfjs-node in turn, on the same models and batch sizes. */
export const stepBenchmark: Benchmark = {
  name: 'step',
  title: 'One training step',
  async run(options): Promise<BenchmarkResult> {
    const versions: Record<string, string> = {}
    const workers = startStepWorkers(options)
    const notes = new Set<string>(options.peers.absent)
    const rows: StepRow[] = []
    try {
      for (const model of stepModels) {
        for (const batch of efforts[options.effort].batches) rows.push(await measureCell({ ...options, model, batch, workers, versions, notes }))
      }
    } finally {
      await Promise.all(workers.map(({ process }) => process.close()))
    }
    return { rows, versions, markdown: describe(rows, { ...options, notes }) }
  },
}

interface CellOptions extends BenchmarkOptions {
  readonly model: StepModel
  readonly batch: number
  readonly workers: readonly StepWorker[]
  readonly versions: Record<string, string>
  readonly notes: Set<string>
}

/** All sides prepare, then each is timed in each round; the first round only tells how many steps make a round. */
async function measureCell(options: CellOptions): Promise<StepRow> {
  const { model, batch, effort, report } = options
  const { rounds, roundMs } = efforts[effort]
  const ready = await prepareAll(options)
  const times = new Map<StepSide, number[]>(ready.map(({ side }) => [side, []]))
  const steps = new Map<StepSide, number>()
  for (let round = 0; round <= rounds; round++) {
    for (const { side, process } of ready) {
      await sleep(SETTLE_MS)
      const { ms, loss } = await process.ask({ do: 'time', steps: steps.get(side) ?? 3 }, timed)
      if (!Number.isFinite(loss)) throw new LoupeError('not-finite', `${process.name} reached the loss ${loss} on ${model.name}, batch ${batch}.`, { side })
      if (round > 0) times.get(side)?.push(ms)
      else steps.set(side, Math.min(2000, Math.max(2, Math.round(roundMs / ms))))
    }
  }
  const row = { model: model.name, batch, ...(Object.fromEntries(stepSides.map((side) => [side, medianOf(times.get(side))])) as Record<StepSide, number | null>) } // one entry a side
  report(`${model.name}, batch ${batch}: ${ready.map(({ side }) => `${side} ${row[side]?.toPrecision(3)} ms`).join(', ')}`)
  return row
}

/** Those that are ready; a peer that cannot run this cell is noted. Loupe's own failure ends the benchmark. */
async function prepareAll({ model, batch, workers, versions, notes, report }: CellOptions): Promise<readonly StepWorker[]> {
  const request = { do: 'prepare', model: model.model, shape: model.shape, classes: CLASSES, examples: EXAMPLES, batch, learningRate: 0.01, momentum: 0.9 }
  const ready: StepWorker[] = []
  let parameters: number | null = null
  for (const worker of workers) {
    try {
      const answer = await worker.process.ask(request, prepared)
      parameters ??= answer.parameters
      checkSameModel({ worker, model, parameters, answer })
      versions[worker.process.name] = answer.version
      ready.push(worker)
    } catch (error) {
      if (worker.side === 'ours' || !(error instanceof LoupeError) || error.code !== 'internal') throw error
      if (!notes.has(error.message)) report(error.message)
      notes.add(error.message)
    }
  }
  return ready
}

/** As many parameters as ours, and a first loss near ln 10 = 2.3: else it is another network, and its time means nothing. */
function checkSameModel({ worker, model, parameters, answer }: { worker: StepWorker; model: StepModel; parameters: number; answer: { parameters: number; firstLoss: number } }): void {
  const { side, process } = worker
  if (answer.parameters !== parameters) {
    throw new LoupeError('conflict', `${process.name} makes ${model.name} with ${answer.parameters} parameters, Loupe with ${parameters}: they are not the same network.`, { side })
  }
  if (!(answer.firstLoss > 1.5 && answer.firstLoss < 5)) {
    throw new LoupeError('conflict', `${process.name} starts ${model.name} at the loss ${answer.firstLoss}, far from ln ${CLASSES} = 2.3: it is not the same network.`, { side })
  }
}

function medianOf(times: readonly number[] | undefined): number | null {
  return times === undefined || times.length === 0 ? null : median(times)
}

function describe(rows: readonly StepRow[], { effort, threads, notes }: Pick<BenchmarkOptions, 'effort' | 'threads'> & { notes: ReadonlySet<string> }): string {
  const { rounds, roundMs } = efforts[effort]
  const method =
    `Milliseconds for one step of SGD with momentum, float32, ${threads} threads, on the CPU; the median of ${rounds} rounds of about ${roundMs / 1000} s each, in which the ` +
    `sides took turns. Every side has ${EXAMPLES} examples resident and normalised, gathers each step's batch from them in a ` +
    `random order, and reads the loss of every step. Loupe's time is that of a run as users start it, evaluations and log apart: it chooses by model and batch size how the cores are shared between ops and within them, may unroll several steps into one ` +
    `call, and does without XLA, which it tries for runs above ten minutes only. PyTorch has its fused optimiser and channels-last convolutions, JAX donated buffers. All sides have the ` +
    `same number of parameters in each model.`
  return [method, stepTables(rows), ...[...notes].map((note) => `Not measured: ${note.split('\n')[0]}`)].join('\n\n')
}
