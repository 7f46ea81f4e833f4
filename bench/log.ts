import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sqlite from 'better-sqlite3/package.json' with { type: 'json' }
import type { MetricRow } from '../main/contract/metrics.ts'
import { runConfig } from '../main/contract/run-config.ts'
import type { LogWriter } from '../main/log/log.ts'
import { openLogWriter } from '../main/log/open.ts'
import type { Benchmark } from './benchmark.ts'
import { compareTraining, describeTraining, trainingCells, trainingRows } from './log-training.ts'
import type { TrainingComparison } from './log-training.ts'
import { openTensorFlow } from '../main/tensorflow/open.ts'
import { median } from './statistics.ts'

/** Steps of one call of TensorFlow, and the metrics that each of them logs. */
const stepsPerCall = 16
const rowsPerStep = 2
/** As a run of 0.25 ms a step commits them. */
const stepsPerCommit = 1000

/**
 * What the log costs: rows a second that are on the disk, the time that `appendMetrics` keeps the loop, how much slower
 * training is with the log than without, and how long the curves of a hundred runs take to read.
 */
export const logBenchmark: Benchmark = {
  name: 'log',
  title: 'What the log costs',
  async run({ effort, threads, report }) {
    const isFull = effort === 'full'
    const rounds = isFull ? 9 : 3
    const rows: Record<string, unknown>[] = []

    report('rows on the disk a second')
    const durable = repeat(rounds, () => withLog((log) => durableRowsPerSecond(log, isFull ? 200_000 : 50_000)))
    rows.push({ measure: 'rows on the disk', unit: 'rows/s', median: Math.round(median(durable)), lowest: Math.round(Math.min(...durable)), rounds })

    report('time that appending takes')
    const append = repeat(rounds, () => withLog(appendMicroseconds))
    rows.push({ measure: 'appendMetrics', unit: 'us/row', median: round(median(append)), highest: round(Math.max(...append)), rounds })

    report('training with and without the log')
    const runtime = await openTensorFlow()
    const compared: TrainingComparison[] = []
    for (const cell of isFull ? trainingCells : trainingCells.slice(0, 1)) {
      compared.push(await withLogAsync((log) => compareTraining({ cell, log, runtime, threads, rounds: isFull ? cell.rounds : 3 })))
      report(trainingRows(compared.slice(-1)).join('\n'))
    }

    report('curves of many runs')
    const runs = isFull ? 100 : 10
    const reading = withLog((log) => readCurves(log, { runs, points: 10_000, rounds }))
    rows.push({ measure: `${runs} runs × 10 000 points in 600 buckets`, unit: 'ms', median: round(median(reading)), highest: round(Math.max(...reading)), rounds })

    return { rows: [...rows, ...compared], markdown: `${table(rows)}\n\n${describeTraining(compared)}`, versions: { 'better-sqlite3': sqlite.version, TensorFlow: runtime.version } }
  },
}

function durableRowsPerSecond(log: LogWriter, rows: number): number {
  const { id } = newRun(log)
  const started = performance.now()
  for (let step = 0; step < rows / rowsPerStep; step += 500) {
    log.appendMetrics(id, Array.from({ length: 500 }, (_, index) => rowsOf(step + index)).flat())
    log.flush()
  }
  return rows / ((performance.now() - started) / 1000)
}

/** Queueing only: the commits, which run while TensorFlow computes, are left out here and counted by the loop. */
function appendMicroseconds(log: LogWriter): number {
  const { id } = newRun(log)
  const calls = Array.from({ length: 500 }, (_, call) => Array.from({ length: stepsPerCall }, (_, index) => rowsOf(call * stepsPerCall + index)).flat())
  const started = performance.now()
  for (const rows of calls) log.appendMetrics(id, rows)
  return ((performance.now() - started) * 1000) / (calls.length * stepsPerCall * rowsPerStep)
}

function readCurves(log: LogWriter, { runs, points, rounds }: { runs: number; points: number; rounds: number }): number[] {
  const runIds = Array.from({ length: runs }, () => {
    const { id } = newRun(log)
    for (let step = 0; step < points; step += stepsPerCommit) {
      log.appendMetrics(id, Array.from({ length: stepsPerCommit }, (_, index) => lossAt(step + index)))
      log.flush()
    }
    return id
  })
  return repeat(rounds, () => {
    const started = performance.now()
    log.series({ runIds, keys: ['train/batch-loss'], maxPoints: 600, from: null, to: null })
    return performance.now() - started
  })
}

function lossAt(step: number): MetricRow {
  return { key: 'train/batch-loss', step, examples: step * 64, wallMs: wallMsAt(step), value: Math.fround(2.3 * Math.exp(-step / 5000)) }
}

function rowsOf(step: number): MetricRow[] {
  return [lossAt(step), { key: 'armijo/step-size', step, examples: step * 64, wallMs: wallMsAt(step), value: Math.fround(0.1 * 0.9 ** (step % 5)) }]
}

/** 0.7 ms a step and a tenth of a millisecond of chance: even columns would take next to no room. */
function wallMsAt(step: number): number {
  return step * 0.7 + ((step * 7919) % 97) / 970
}

function newRun(log: LogWriter): { readonly id: string } {
  return log.createRun({ studyId: null, key: '', config: runConfig.parse({}) })
}

function withLog<T>(measure: (log: LogWriter) => T): T {
  const workspace = mkdtempSync(join(tmpdir(), 'loupe-bench-'))
  const log = openLogWriter({ workspace, owner: 'bench' })
  try {
    return measure(log)
  } finally {
    log.close()
    rmSync(workspace, { recursive: true })
  }
}

async function withLogAsync<T>(measure: (log: LogWriter) => Promise<T>): Promise<T> {
  const workspace = mkdtempSync(join(tmpdir(), 'loupe-bench-'))
  const log = openLogWriter({ workspace, owner: 'bench' })
  try {
    return await measure(log)
  } finally {
    log.close()
    rmSync(workspace, { recursive: true })
  }
}

function repeat<T>(times: number, measure: () => T): T[] {
  return Array.from({ length: times }, measure)
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}

function table(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const line = ({ measure, median: middle, unit, lowest, highest }: Readonly<Record<string, unknown>>): string => `| ${measure} | ${middle} | ${lowest ?? ''} | ${highest ?? ''} | ${unit} |`
  return ['| | median | lowest | highest | unit |', '|---|---|---|---|---|', ...rows.map(line)].join('\n')
}
