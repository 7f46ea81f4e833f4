import { runConfig } from '../main/contract/run-config.ts'
import type { RunConfig, RunConfigInput } from '../main/contract/run-config.ts'
import { openTensorFlow } from '../main/tensorflow/open.ts'
import type { Runtime } from '../main/tensorflow/runtime.ts'
import { chooseThreads } from '../main/training/choose-threads.ts'
import { createTrainer } from '../main/training/create-trainer.ts'
import { createModel } from '../main/training/models/index.ts'
import type { TrainingObserver } from '../main/training/trainer.ts'
import type { Dataset } from '../main/training/datasets/dataset.ts'
import type { Benchmark, BenchmarkOptions } from './benchmark.ts'
import { describeDistillation } from './distill-table.ts'
import type { DistillRow } from './distill-table.ts'
import { syntheticDataset } from './synthetic-dataset.ts'

const shape = [28, 28, 1]
const classes = 10
const DEPTH = 4
const STUDENTS = [1, 2, 3]

const cells: readonly { readonly title: string; readonly model: (depth: number) => RunConfigInput['model'] }[] = [
  { title: 'ViT', model: (depth) => ({ kind: 'vit', patchSize: 7, width: 32, depth, heads: 4 }) },
  { title: 'MLP-Mixer', model: (depth) => ({ kind: 'mixer', patchSize: 7, width: 32, depth }) },
  { title: 'MLP', model: (depth) => ({ kind: 'mlp', hidden: Array<number>(depth).fill(128) }) },
]

/** What a study of one teacher and students of several depths costs: its runs one after the other, and side by side. */
export const distillBenchmark: Benchmark = {
  name: 'distill',
  title: 'Students side by side',
  async run(options) {
    const isFull = options.effort === 'full'
    const examples = isFull ? 4096 : 1024
    const dataset = syntheticDataset({ shape, classes, examples })
    const runtime = await openTensorFlow()
    const rows: DistillRow[] = []
    for (const { title, model } of isFull ? cells : cells.slice(2)) {
      for (let round = 0; round < (isFull ? 3 : 1); round++) {
        rows.push(await measure({ title, round, runtime, dataset, options, configs: configsOf(model, examples) }))
        options.report(JSON.stringify(rows.at(-1)))
      }
    }
    return { rows, markdown: describeDistillation(rows, { depth: DEPTH, students: STUDENTS, lanes: options.threads }), versions: { TensorFlow: runtime.version } }
  },
}

interface StudyConfigs {
  /** The teacher, students alone, and chains of one student each. */
  readonly runs: readonly RunConfig[]
  /** One chain with every student as an exit, and the same exits as chains of one each. */
  readonly exits: RunConfig
  readonly chains: readonly RunConfig[]
}

function configsOf(model: (depth: number) => RunConfigInput['model'], examples: number): StudyConfigs {
  const config = (more: RunConfigInput): RunConfig =>
    runConfig.parse({ batchSize: 64, maxExamples: examples, optimizer: { kind: 'adam' }, evaluation: { everyExamples: examples, trainExamples: 64, testAtEnd: false }, checkpointEveryExamples: 10 * examples, compute: { jit: 'off' }, ...more })
  const chain = (students: number[], mode: 'cut' | 'joint') => config({ model: model(DEPTH), distillation: { students, mode, warmupEpochs: 0 } })
  const chains = STUDENTS.map((depth) => chain([depth], 'joint'))
  return { runs: [config({ model: model(DEPTH) }), ...STUDENTS.map((depth) => config({ model: model(depth) })), ...STUDENTS.map((depth) => chain([depth], 'cut'))], exits: chain(STUDENTS, 'joint'), chains }
}

interface Measuring {
  readonly title: string
  readonly round: number
  readonly runtime: Runtime
  readonly dataset: Dataset
  readonly options: BenchmarkOptions
  readonly configs: StudyConfigs
}

async function measure({ title, round, runtime, dataset, options, configs }: Measuring): Promise<DistillRow> {
  const alone = async (config: RunConfig): Promise<{ readonly seconds: number; readonly stepMs: number }> => {
    const { cost } = createModel(config.model, shape, classes)
    const threads = chooseThreads({ kind: config.model.kind, cost, batchSize: config.batchSize, cores: options.threads })
    return await timed(() => trainAll({ runtime, dataset, queue: [config], ...threads }))
  }
  const sides = {
    async sum() {
      let seconds = 0
      for (const config of configs.runs) seconds += (await alone(config)).seconds
      return seconds
    },
    // As the engine has it: a lane a core, each with one thread.
    async lanes() {
      const queue = [...configs.runs]
      return (await timed(() => Promise.all(Array.from({ length: options.threads }, () => trainAll({ runtime, dataset, queue, threads: 1, parallelOps: 1 }))))).seconds
    },
  }
  const [sumSeconds, lanesSeconds] = round % 2 === 0 ? [await sides.sum(), await sides.lanes()] : [await sides.lanes(), await sides.sum()].toReversed()
  let chainsStepMs = 0
  for (const config of configs.chains) chainsStepMs += (await alone(config)).stepMs
  return { title, runs: configs.runs.length, sumSeconds: sumSeconds!, lanesSeconds: lanesSeconds!, chainsStepMs, exitsStepMs: (await alone(configs.exits)).stepMs }
}

async function timed(work: () => Promise<number | readonly number[]>): Promise<{ readonly seconds: number; readonly stepMs: number }> {
  const started = performance.now()
  const stepMs = await work()
  return { seconds: (performance.now() - started) / 1000, stepMs: typeof stepMs === 'number' ? stepMs : Number.NaN }
}

/** Trains what the queue holds, one run after the other. Gives the mean time of a step of the last one, in ms. */
async function trainAll({ runtime, dataset, queue, threads, parallelOps }: { readonly runtime: Runtime; readonly dataset: Dataset; readonly queue: RunConfig[]; readonly threads: number; readonly parallelOps: number }): Promise<number> {
  const trainer = await createTrainer({ runtime, dataset, threads, parallelOps })
  let stepMs = Number.NaN
  const observer: TrainingObserver = {
    onMetrics(rows) {
      stepMs = rows.findLast(({ key }) => key === 'time/step')?.value ?? stepMs
    },
    onSteps: () => undefined,
    onProgress: () => undefined,
    onWarning: () => undefined,
    onCheckpoint: async () => undefined,
  }
  for (let config = queue.shift(); config !== undefined; config = queue.shift()) await trainer.train({ config, observer, signal: new AbortController().signal })
  await trainer.close()
  return stepMs
}
