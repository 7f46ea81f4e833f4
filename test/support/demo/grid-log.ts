import { runConfig } from '../../../main/contract/run-config.ts'
import { studyConfig } from '../../../main/contract/study-config.ts'
import type { LogWriter } from '../../../main/log/log.ts'
import { Random } from '../../../main/training/random.ts'

const batchSizes = [16, 32, 64, 128, 256, 512] as const
const rates = [0.001, 0.003, 0.01, 0.03, 0.1] as const
const optimizers = ['sgd', 'momentum', 'adam'] as const
const models = ['mlp', 'cnn'] as const

/**
 * Writes made-up runs whose accuracy follows from their settings: the learning rate decides most, together with the optimizer; the batch size some;
 * the seed nothing but noise of 0.004. A rate that is too large for its optimizer makes a run fail, without an accuracy.
 */
export function writeGridRuns(log: LogWriter, { seeds }: { readonly seeds: number }): readonly string[] {
  const random = Random.seeded(5, 'grid')
  const study = log.createStudy(studyConfig.parse({ method: 'critical-batch-size', name: 'Grid' })).id
  log.appendEvent({ studyId: study, runId: null, level: 'info', kind: 'dataset.read', message: 'Read.', facts: { trainExamples: 54000, validationExamples: 6000, hash: '5f1c7a90d2b34e1188aa' } })
  const environment = { loupe: '0.1.0', tensorflow: '2.21.0', node: 'v24.21.0', platform: 'linux x64', device: 'CPU', threads: 2, jit: true, git: null }
  const grid = batchSizes.flatMap((batchSize) => rates.flatMap((learningRate) => optimizers.flatMap((kind) => models.map((model) => ({ batchSize, learningRate, kind, model })))))
  const ids = grid.flatMap(({ batchSize, learningRate, kind, model }) =>
    Array.from({ length: seeds }, (_, index) => {
      const seed = index + 1
      const config = runConfig.parse({ batchSize, seed, model: { kind: model }, optimizer: { kind, learningRate }, dataset: { name: 'fashion-mnist' }, labelSmoothing: batchSize > 64 && kind === 'adam' ? 0.1 : 0 })
      const run = log.createRun({ studyId: study, key: `${model} ${kind} b=${batchSize} lr=${learningRate} seed=${seed}`, config })
      const off = Math.log10(learningRate) + (kind === 'adam' ? 2.6 : 1.4)
      const isFailed = kind === 'adam' && learningRate > 0.05
      const accuracy = 0.9 + (model === 'cnn' ? 0.03 : 0) - 0.05 * off * off - 0.006 * Math.log2(batchSize / 16) + 0.004 * random.normal()
      const wallMs = 4000 + 90_000 / Math.sqrt(batchSize) + 2000 * random.uniform() + (model === 'cnn' ? 9000 : 0)
      if (!isFailed) {
        log.appendMetrics(
          run.id,
          [1, 2, 3].flatMap((step) => [
            { key: 'validation/accuracy' as const, step: step * 100, examples: step * 100 * batchSize, wallMs: (step * wallMs) / 3, value: accuracy - (3 - step) * 0.05 },
            { key: 'validation/loss' as const, step: step * 100, examples: step * 100 * batchSize, wallMs: (step * wallMs) / 3, value: 1.4 * (1 - accuracy) + (3 - step) * 0.1 },
          ]),
        )
      }
      log.updateRun(run.id, { status: isFailed ? 'failed' : 'finished', environment: { ...environment, threads: batchSize > 128 ? 4 : 2 }, steps: 300, examples: 300 * batchSize, wallMs, startedAt: run.createdAt, finishedAt: run.createdAt + Math.round(wallMs), ...(isFailed ? { error: { code: 'diverged' as const, message: 'The loss rose to 80 at step 12.', facts: {} } } : {}) })
      return run.id
    }),
  )
  log.updateStudy(study, { status: 'finished' }) // else a workbench over this log would train it
  return ids
}
