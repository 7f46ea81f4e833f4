import { runConfig } from '../main/contract/run-config.ts'
import type { RunConfig } from '../main/contract/run-config.ts'
import type { LogWriter } from '../main/log/log.ts'
import type { Runtime } from '../main/tensorflow/runtime.ts'
import { chooseThreads } from '../main/training/choose-threads.ts'
import { createTrainer } from '../main/training/create-trainer.ts'
import { createModel } from '../main/training/models/index.ts'
import { bootstrap, geometricMean, median, verdict } from './statistics.ts'
import type { Interval } from './statistics.ts'
import { syntheticDataset } from './synthetic-dataset.ts'
import { TurnGate } from './turns.ts'
import type { Turn } from './turns.ts'

const shape = [28, 28, 1]
const classes = 10
/** Of step time; the aim is less. */
const AIM = 1.01

interface Cell {
  readonly title: string
  readonly model: RunConfig['model']
  /** The learning rate is logged where it changes: constant, it leaves one row a step; any other makes two. */
  readonly schedule: 'constant' | 'cosine'
  readonly batch: number
  readonly rounds: number
  /** Of a turn: one of the log's commits, or a little more often than the quarter of a second after which a run commits. */
  readonly turnSteps: number
}

const mlp = runConfig.parse({ model: { kind: 'mlp' } }).model
/** The shortest steps that there are: the larger the model, the fewer rows a second. */
export const trainingCells: readonly Cell[] = [
  { title: 'MLP', model: mlp, schedule: 'constant', batch: 8, rounds: 240, turnSteps: 1000 },
  { title: 'MLP', model: mlp, schedule: 'constant', batch: 16, rounds: 150, turnSteps: 800 },
  { title: 'MLP', model: mlp, schedule: 'constant', batch: 64, rounds: 100, turnSteps: 320 },
  { title: 'MLP, two rows a step', model: mlp, schedule: 'cosine', batch: 16, rounds: 120, turnSteps: 800 },
]

const WARM_TURNS = 8

/** One round: the log's side over the other. */
interface Round {
  readonly loggedMs: number
  readonly bareMs: number
  readonly ratio: number
  readonly cpuMicroseconds: number
}

export interface TrainingComparison {
  readonly measure: 'training'
  readonly title: string
  readonly batch: number
  readonly rounds: readonly Round[]
}

interface Comparing {
  readonly cell: Cell
  readonly log: LogWriter
  readonly runtime: Runtime
  readonly threads: number
  readonly rounds: number
}

/** Trains one run, whose steps are logged in every other turn of about a tenth of a second or more: logged, not, not, logged. */
export async function compareTraining({ cell, log, runtime, threads, rounds }: Comparing): Promise<TrainingComparison> {
  const { model, schedule, batch, turnSteps } = cell
  const gate = new TurnGate(() => log.publish()) // as the engine does it, in time
  const { cost } = createModel(model, shape, classes)
  const dataset = syntheticDataset({ shape, classes, examples: 10_000 })
  const trainer = await createTrainer({ runtime: gate.runtime(runtime), dataset, ...chooseThreads({ kind: model.kind, cost, batchSize: batch, cores: threads }) })
  const steps = (4 * rounds + WARM_TURNS + 2) * 1.2 * turnSteps
  const config = runConfig.parse({ model, batchSize: batch, optimizer: { kind: 'sgd', learningRate: 0.01 }, schedule: { kind: schedule }, maxExamples: Math.ceil(steps) * batch, checkpointEveryExamples: Number.MAX_SAFE_INTEGER, evaluation: { everyExamples: Number.MAX_SAFE_INTEGER, trainExamples: 1000, testAtEnd: false } })
  const { id } = log.createRun({ studyId: null, key: '', config })
  const stop = new AbortController()
  let isLogged = false
  const run = trainer.train({
    config,
    observer: {
      onMetrics: () => gate.hold(), // the evaluation before the first step
      onSteps(block) {
        if (isLogged) log.appendBlock(id, block)
      },
      onProgress: () => undefined,
      onCheckpoint: async () => undefined,
      onWarning: () => undefined,
    },
    signal: stop.signal,
  })
  const failed = run.then(() => {
    throw new Error('The run ended before its last turn.')
  })
  failed.catch(() => undefined) // it ends so, when all is done
  const turn = async (logged: boolean): Promise<Turn> => {
    isLogged = logged
    return await Promise.race([gate.turn(turnSteps), failed])
  }
  try {
    for (let i = 0; i < WARM_TURNS; i++) await turn(i % 2 === 0)
    const measured: Round[] = []
    for (let round = 0; round < rounds; round++) {
      const [first, second, third, fourth] = [await turn(true), await turn(false), await turn(false), await turn(true)]
      const [loggedMs, bareMs] = [(first.ms + fourth.ms) / (first.steps + fourth.steps), (second.ms + third.ms) / (second.steps + third.steps)]
      const cpuMs = (first.cpuMs + fourth.cpuMs) / (first.steps + fourth.steps) - (second.cpuMs + third.cpuMs) / (second.steps + third.steps)
      measured.push({ loggedMs, bareMs, ratio: loggedMs / bareMs, cpuMicroseconds: 1000 * cpuMs })
    }
    return { measure: 'training', title: cell.title, batch, rounds: measured }
  } finally {
    stop.abort()
    gate.open()
    await run.catch(() => undefined) // told by `failed`
    await trainer.close()
  }
}

/** Lines of the table: medians of the rounds, the slowdown with its 95 % interval. */
export function trainingRows(compared: readonly TrainingComparison[]): string[] {
  return compared.map(({ title, batch, rounds }) => {
    const { estimate, low, high } = slowdown(rounds)
    return `| ${title} | ${batch} | ${median(rounds.map(({ bareMs }) => bareMs)).toPrecision(3)} | ${median(rounds.map(({ loggedMs }) => loggedMs)).toPrecision(3)} | ${percent(estimate)} | ${percent(low)} to ${percent(high)} | ${median(rounds.map(({ cpuMicroseconds }) => cpuMicroseconds)).toFixed(2)} | ${percent(1 + share(rounds).estimate)} | ${percent(1 + share(rounds).low)} to ${percent(1 + share(rounds).high)} |`
  })
}

/** The table, how it was measured, and what it says about the aim. */
export function describeTraining(compared: readonly TrainingComparison[]): string {
  const overall = bootstrap(compared.map(({ rounds }) => rounds), (groups) => geometricMean(groups.map((rounds) => median(rounds.map(({ ratio }) => ratio)))))
  const verdicts = compared.map(({ title, batch, rounds }) => `${verdict(slowdown(rounds), AIM)} by the ${title}, at batch ${batch}`)
  return `Milliseconds a step of training, with the log and without. A step logs one row, its loss, and where it changes its learning rate: with a schedule that changes it at every step, two rows. One run's steps are logged in every other turn, of 0.15 to 0.25 s (logged, not, not, logged; ${compared.map(({ rounds }) => rounds.length).join(', ')} such rounds). Each turn commits what it logged while its last call computes, as the engine does it four times a second. The slowdown is the median of the rounds' ratios, beside it its 95 % interval (bootstrap over the rounds). The last columns are what the log takes of the thread that drives training, and that as a share of the time of a step: most of it passes while TensorFlow computes on another core, so it is no slowdown where there are two, and bounds it where all share one.

| model | batch | without | with | slowdown | 95 % interval | CPU µs a step | of a step | 95 % interval |
|---|---:|---:|---:|---:|---:|---:|---:|---:|
${trainingRows(compared).join('\n')}

The aim that training slows by less than 1 % is ${verdicts.join(', ')}: met where the whole interval lies below it, not shown where the interval reaches over it. In the geometric mean of all rows training slows by ${percent(overall.estimate)} (${percent(overall.low)} to ${percent(overall.high)}): the aim is **${verdict(overall, AIM)}**.`
}

function slowdown(rounds: readonly Round[]): Interval {
  return bootstrap([rounds], ([group]) => median(group!.map(({ ratio }) => ratio))) // one group was given
}

/** The log's CPU time over the time of a step. */
function share(rounds: readonly Round[]): Interval {
  return bootstrap([rounds], ([group]) => median(group!.map(({ cpuMicroseconds, bareMs }) => cpuMicroseconds / 1000 / bareMs))) // one group was given
}

function percent(ratio: number): string {
  const value = (ratio - 1) * 100
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)} %`
}
