import { exchangeConfig } from '../main/contract/exchange-config.ts'
import type { ExchangeConfig } from '../main/contract/exchange-config.ts'
import { modelConfig } from '../main/contract/model-config.ts'
import type { MetricRow } from '../main/contract/metrics.ts'
import { runConfig } from '../main/contract/run-config.ts'
import { createCompressor } from '../main/methods/gradient-quantization/graph/create-compressor.ts'
import type { Runtime } from '../main/tensorflow/runtime.ts'
import { createTrainer } from '../main/training/create-trainer.ts'
import type { GatherWorkers } from '../main/training/exchange/worker-pool.ts'
import type { Trainer } from '../main/training/trainer.ts'
import { median } from './statistics.ts'
import { syntheticDataset } from './synthetic-dataset.ts'

/** One way to make a step: its time, and what a worker sends in it. */
export interface ExchangeStepRow {
  readonly way: string
  readonly workers: number
  readonly where: 'one session' | 'replicas' | 'processes'
  readonly ms: number
  readonly bytesUp: number | null
}

export interface ExchangeStepOptions {
  readonly runtime: Runtime
  readonly threads: number
  readonly rounds: number
  readonly steps: number
  /** Addresses of workers that are running, for the rows of several processes; none leaves these out. */
  readonly hosts: readonly string[]
  readonly gatherWorkers: GatherWorkers
  readonly report: (line: string) => void
}

/** As many parameters as a ResNet-20: 270,586. */
const model = modelConfig.parse({ kind: 'cnn', channels: [32, 64], kernelSize: 3, dense: 80 })
const BATCH = 64
const ways: readonly (readonly [string, ExchangeConfig['compressor']])[] = [
  ['dense', { kind: 'dense' }],
  ['Laplace, 1 %', exchangeConfig.parse({ compressor: { kind: 'fitted', distribution: 'laplace', ratio: 0.01 } }).compressor],
]

/**
 * Times steps of a network with the parameters of a ResNet-20 at batch 64: with one worker, with replicas on this machine, and with worker
 * processes; dense and quantized, in turns.
 */
export async function timeExchangeSteps(options: ExchangeStepOptions): Promise<readonly ExchangeStepRow[]> {
  const { runtime, threads, rounds, steps, hosts, report } = options
  const dataset = syntheticDataset({ shape: [28, 28, 1], classes: 10, examples: 2048 })
  const cases = [
    { way: 'no exchange', workers: 1, where: 'one session' as const, exchange: null },
    ...[2, 4].flatMap((workers) => ways.map(([way, compressor]) => ({ way, workers, where: 'replicas' as const, exchange: exchangeConfig.parse({ workers, compressor, logEvery: 1_000_000, checkEvery: 1_000_000 }) }))),
    ...(hosts.length < 2 ? [] : ways.map(([way, compressor]) => ({ way, workers: hosts.length, where: 'processes' as const, exchange: exchangeConfig.parse({ workers: hosts.length, hosts: [...hosts], compressor, logEvery: 1_000_000, checkEvery: 1_000_000 }) }))),
  ]
  const rows: ExchangeStepRow[] = []
  for (const { exchange, ...which } of cases) {
    const trainer = await createTrainer({ runtime, dataset, threads })
    try {
      const taken: Timed[] = []
      // The first two steps take other traces than the rest; a run of its own warms them up.
      for (let round = 0; round <= rounds; round++) taken.push(await timeRun(trainer, { exchange, steps, gatherWorkers: options.gatherWorkers }))
      const row = { ...which, ms: median(taken.slice(1).map(({ ms }) => ms)), bytesUp: taken.at(-1)?.bytesUp ?? null }
      report(`${row.way}, ${row.workers} ${row.where}: ${row.ms.toPrecision(3)} ms a step`)
      rows.push(row)
    } finally {
      await trainer.close()
    }
  }
  return rows
}

interface Timed {
  readonly ms: number
  readonly bytesUp: number | null
}

async function timeRun(trainer: Trainer, { exchange, steps, gatherWorkers }: { readonly exchange: ExchangeConfig | null; readonly steps: number; readonly gatherWorkers: GatherWorkers }): Promise<Timed> {
  const rows: MetricRow[] = []
  await trainer.train({
    config: runConfig.parse({
      ...{ model, batchSize: BATCH, optimizer: { kind: 'momentum', learningRate: 0.01, momentum: 0.9 }, maxExamples: (steps + 2) * BATCH },
      evaluation: { everyExamples: Number.MAX_SAFE_INTEGER, testAtEnd: false },
      checkpointEveryExamples: Number.MAX_SAFE_INTEGER,
      exchange,
    }),
    createCompressor,
    gatherWorkers,
    observer: { onMetrics: (more) => void rows.push(...more), onProgress: () => undefined, onCheckpoint: async () => undefined, onWarning: () => undefined },
    signal: new AbortController().signal,
  })
  const losses = rows.filter(({ key }) => key === 'train/batch-loss')
  const [start, end] = [losses[1], losses.at(-1)]
  if (start === undefined || end === undefined) throw new Error(`The run logged ${losses.length} steps.`)
  return { ms: (end.wallMs - start.wallMs) / (end.step - start.step), bytesUp: rows.findLast(({ key }) => key === 'exchange/bytes-up')?.value ?? null }
}
