import type { MetricBlock } from '../main/contract/metric-block.ts'
import { runConfig } from '../main/contract/run-config.ts'
import { openLogWriter } from '../main/log/open.ts'
import { Random } from '../main/training/random.ts'

export interface MadeRuns {
  readonly runs: number
  readonly points: number
}

/** Steps of one block, as a training run commits them. */
const stepsAtOnce = 1000

/** Loss of a made run at a step: falls as a power of it, to a floor that the seed moves, with noise. */
export function madeLosses({ run, points }: { readonly run: number; readonly points: number }): Float64Array {
  const random = Random.seeded(run, 'charts')
  const [floor, speed] = [0.1 + 0.4 * random.uniform(), 0.3 + 0.4 * random.uniform()]
  return Float64Array.from({ length: points }, (_, step) => Math.fround(floor + (2.3 - floor) * (1 + (step * 500) / points) ** -speed + 0.08 * (random.uniform() + random.uniform() - 1)))
}

/** Fills a workspace with finished runs of so many steps each, every one with the loss of its batch. */
export function writeChartRuns(workspace: string, { runs, points }: MadeRuns): void {
  const log = openLogWriter({ workspace, owner: 'bench' })
  try {
    for (let index = 0; index < runs; index++) {
      const [batchSize, seed] = [2 ** (4 + (Math.floor(index / 10) % 5)), 1 + (index % 10)]
      const run = log.createRun({ studyId: null, key: '', config: runConfig.parse({ name: `b=${batchSize} seed=${seed}`, batchSize, seed }) })
      const losses = madeLosses({ run: index, points })
      for (let first = 0; first < points; first += stepsAtOnce) {
        const steps = Array.from({ length: Math.min(stepsAtOnce, points - first) }, (_, i) => first + i)
        const block: MetricBlock = {
          firstStep: first,
          examples: Float64Array.from(steps, (step) => (step + 1) * batchSize),
          wallMs: Float64Array.from(steps, (step) => (step + 1) * 0.7 + ((step * 7919) % 97) / 970),
          metrics: [{ key: 'train/batch-loss', values: losses.subarray(first, first + steps.length) }],
        }
        log.appendBlock(run.id, block)
        log.flush()
      }
      log.updateRun(run.id, { status: 'finished', steps: points, examples: points * batchSize, wallMs: points * 0.7, startedAt: run.createdAt, finishedAt: run.createdAt + points })
    }
  } finally {
    log.close()
  }
}
