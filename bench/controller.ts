import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BatchPolicy } from '../main/contract/batch-policy.ts'
import { runConfig } from '../main/contract/run-config.ts'
import type { RunConfigInput } from '../main/contract/run-config.ts'
import type { MetricRow } from '../main/contract/metrics.ts'
import type { LogWriter } from '../main/log/log.ts'
import { openLogWriter } from '../main/log/open.ts'
import { openTensorFlow } from '../main/tensorflow/open.ts'
import type { Runtime } from '../main/tensorflow/runtime.ts'
import { ScriptedPolicy } from '../main/training/control/scripted-policy.ts'
import type { Trainer } from '../main/training/trainer.ts'
import type { Benchmark } from './benchmark.ts'
import { cells, configOf, examples, neverChanges, open } from './controller-cells.ts'
import type { Cell } from './controller-cells.ts'
import { measureOverhead } from './controller-overhead.ts'
import { changeRows, overheadRows, describeController } from './controller-table.ts'
import type { ChangeRow, OverheadRow } from './controller-table.ts'
import { median } from './statistics.ts'

/**
 * What a controller costs that never changes anything, and what a change of the batch size costs the first time and after that.
 *
 * Runs as users start them, log included, evaluations apart.
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
        overhead.push(await measureOverhead({ cell, runtime, threads: options.threads, rounds: options.effort === 'full' ? cell.rounds : 4 }))
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

/** Between a batch size and its double and back, in pieces of as many examples; a new session each round, so that nothing is traced. */
async function measureChange({ cell, runtime, log, rounds, threads }: Measuring & { readonly rounds: number; readonly threads: number }): Promise<ChangeRow> {
  const firstMs: number[] = []
  const cachedMs: number[] = []
  const piece = cell.batch * Math.max(16, cell.steps)
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

/** Milliseconds a step with a fixed batch, by the run's own clock. */
async function stepOf({ cell, runtime, log, threads }: Measuring & { readonly threads: number }): Promise<number> {
  const trainer = await open({ cell, runtime, threads })
  const steps = 16 * Math.ceil(cell.steps / 8)
  const { rows } = await train({ trainer, log, config: configOf(cell, steps, null) })
  await trainer.close()
  const taken = rows.filter(({ key }) => key === 'train/batch-loss')
  return (taken.at(-1)!.wallMs - taken[0]!.wallMs) / (taken.length - 1) // more than one
}

async function train({ trainer, log, config, policy }: { readonly trainer: Trainer; readonly log: LogWriter; readonly config: RunConfigInput; readonly policy?: () => BatchPolicy }): Promise<{ readonly rows: readonly MetricRow[] }> {
  const rows: MetricRow[] = []
  const parsed = runConfig.parse(config)
  const { id } = log.createRun({ studyId: null, key: '', config: parsed })
  await trainer.train({
    config: parsed,
    ...(policy === undefined ? {} : { createPolicy: policy }),
    observer: {
      onMetrics(more) {
        rows.push(...more)
        log.appendMetrics(id, more)
      },
      onProgress: () => undefined,
      onCheckpoint: async () => undefined,
      onWarning: () => undefined,
      onEvent: ({ kind, level, message, facts }) => void log.appendEvent({ studyId: null, runId: id, kind, level, message, facts }),
    },
    signal: new AbortController().signal,
  })
  log.flush()
  return { rows }
}
