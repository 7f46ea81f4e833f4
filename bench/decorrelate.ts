import { runConfig } from '../main/contract/run-config.ts'
import type { RunConfig, RunConfigInput } from '../main/contract/run-config.ts'
import { openTensorFlow } from '../main/tensorflow/open.ts'
import { chooseThreads } from '../main/training/choose-threads.ts'
import { createTrainer } from '../main/training/create-trainer.ts'
import { createModel } from '../main/training/models/index.ts'
import type { Benchmark } from './benchmark.ts'
import { describeDecorrelation } from './decorrelate-table.ts'
import type { DecorrelateRow } from './decorrelate-table.ts'
import { syntheticDataset } from './synthetic-dataset.ts'

const shape = [28, 28, 1]
const classes = 10
const BATCH = 64
const EXAMPLES = 2048
const CHANNELS = 64

const cells: readonly { readonly title: string; readonly model: RunConfigInput['model'] }[] = [
  { title: 'MLP 784-256-64-10', model: { kind: 'mlp', hidden: [256, CHANNELS] } },
  { title: 'CNN 32-64', model: { kind: 'cnn', channels: [32, CHANNELS] } },
  { title: 'ViT 2×64', model: { kind: 'vit', patchSize: 4, width: CHANNELS, depth: 2 } },
  { title: 'ResNet-20', model: { kind: 'resnet' } },
]

/** What losses between channels add to a step, of the task alone and beside unlabelled examples. */
export const decorrelateBenchmark: Benchmark = {
  name: 'decorrelate',
  title: 'Losses between channels',
  async run({ effort, threads: cores, report }) {
    const runtime = await openTensorFlow()
    const dataset = syntheticDataset({ shape, classes, examples: EXAMPLES })
    const rows: DecorrelateRow[] = []
    for (const { title, model } of effort === 'full' ? cells : cells.slice(0, 1)) {
      const config = (more: RunConfigInput): RunConfig => runConfig.parse({ model, batchSize: BATCH, optimizer: { kind: 'adam' }, maxExamples: EXAMPLES, compute: { jit: 'off' }, ...more })
      const sides = {
        plainMs: config({}),
        labelledMs: config({ decorrelation: { unlabelledWeight: 0, unlabelledSets: [], warmupSteps: 0 } }),
        doubledMs: config({ batchSize: 2 * BATCH }),
        bothMs: config({ decorrelation: { unlabelledSets: [{ batchSize: BATCH }], warmupSteps: 0 } }),
      } as const satisfies Record<string, RunConfig>
      const { cost } = createModel(sides.plainMs.model, shape, classes)
      const trainer = await createTrainer({ runtime, dataset, ...chooseThreads({ kind: sides.plainMs.model.kind, cost, batchSize: BATCH, cores }) })
      const names = Object.keys(sides) as (keyof typeof sides)[] // its own keys
      for (let round = 0; round < (effort === 'full' ? 15 : 3); round++) {
        const ms: Partial<Record<keyof typeof sides, number>> = {}
        for (const name of round % 2 === 0 ? names : names.toReversed()) ms[name] = (await trainer.measureStep(sides[name])).ms
        const row = { title, channels: CHANNELS, plainMs: Number.NaN, labelledMs: Number.NaN, doubledMs: Number.NaN, bothMs: Number.NaN, ...ms }
        rows.push(row)
        report(JSON.stringify(row))
      }
      await trainer.close()
    }
    return { rows, markdown: describeDecorrelation(rows, { batchSize: BATCH, threads: cores }), versions: { TensorFlow: runtime.version } }
  },
}
