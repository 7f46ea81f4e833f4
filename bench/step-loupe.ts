// The worker that times Loupe itself: `node bench/step-loupe.ts THREADS`, spoken to as step-protocol.ts says.
import { runConfig } from '../main/contract/run-config.ts'
import type { MetricRow } from '../main/contract/metrics.ts'
import { chooseThreads } from '../main/training/choose-threads.ts'
import { openTensorFlow } from '../main/tensorflow/open.ts'
import { createModel } from '../main/training/models/index.ts'
import { createTrainer } from '../main/training/create-trainer.ts'
import type { Trainer } from '../main/training/trainer.ts'
import { serveLines } from './serve-lines.ts'
import { stepRequest } from './step-protocol.ts'
import type { PrepareRequest } from './step-protocol.ts'
import { syntheticDataset } from './synthetic-dataset.ts'

const threads = Number(process.argv[2])
const runtime = await openTensorFlow()
/** Fewer where they take more than three seconds, as the peers do. */
const warmUp = { steps: 32, ms: 3000 }
let current: { trainer: Trainer; request: PrepareRequest } | null = null

await serveLines(async (line) => {
  const request = stepRequest.parse(line)
  if (request.do === 'time') {
    if (current === null) throw new Error('Ask for "prepare" before "time".')
    const { ms, losses } = await train(current.trainer, { request: current.request, steps: request.steps })
    return { ms, loss: losses.at(-1) }
  }
  await current?.trainer.close()
  const { cost } = createModel(request.model, request.shape, request.classes)
  // As the workbench does for a run that trains alone, on the given number of cores.
  const plan = chooseThreads({ kind: request.model.kind, cost, batchSize: request.batch, cores: threads })
  const trainer = await createTrainer({ runtime, dataset: syntheticDataset(request), ...plan })
  current = { trainer, request }
  const { losses, ms } = await train(trainer, { request, steps: 3 })
  await train(trainer, { request, steps: Math.max(1, Math.min(warmUp.steps - 3, Math.floor(warmUp.ms / ms))) })
  return { parameters: cost.parameters, firstLoss: losses[0], version: runtime.version }
})

/**
 * A run as users start it: sampler, loop and metrics included, the two evaluations and the log not.
 *
 * The clock is the run's own: from the evaluation before the first step to the last step.
 */
async function train(trainer: Trainer, { request, steps }: { request: PrepareRequest; steps: number }): Promise<{ ms: number; losses: number[] }> {
  const { model, batch, learningRate, momentum } = request
  const rows: MetricRow[] = []
  await trainer.train({
    config: runConfig.parse({
      model,
      batchSize: batch,
      optimizer: { kind: 'momentum', learningRate, momentum },
      maxExamples: steps * batch,
      evaluation: { everyExamples: Number.MAX_SAFE_INTEGER, testAtEnd: false },
      checkpointEveryExamples: Number.MAX_SAFE_INTEGER,
    }),
    observer: { onMetrics: (more) => void rows.push(...more), onProgress: () => undefined, onCheckpoint: async () => undefined, onWarning: () => undefined },
    signal: new AbortController().signal,
  })
  const start = rows.find(({ key, step }) => key === 'train/loss' && step === 0)
  const taken = rows.filter(({ key }) => key === 'train/batch-loss')
  const end = taken.at(-1)
  if (start === undefined || end === undefined || taken.length !== steps) throw new Error(`The run logged ${taken.length} of ${steps} steps.`)
  return { ms: (end.wallMs - start.wallMs) / steps, losses: taken.map(({ value }) => value) }
}
