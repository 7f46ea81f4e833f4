import { pbkdf2 } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import sqlite from 'better-sqlite3/package.json' with { type: 'json' }
import type { MetricRow } from '../main/contract/metrics.ts'
import { runConfig } from '../main/contract/run-config.ts'
import type { LogWriter } from '../main/log/log.ts'
import { openLogWriter } from '../main/log/open.ts'
import type { Benchmark } from './benchmark.ts'
import { median } from './statistics.ts'

const compute = promisify(pbkdf2)

/** Steps of one call of TensorFlow, and the metrics that each of them logs. */
const stepsPerCall = 16
const rowsPerStep = 2

/**
 * What the log costs: rows a second that are on the disk, the time that `appendMetrics` keeps the loop, how much slower a
 * loop like that of training is with the log than without, and how long the curves of a hundred runs take to read.
 *
 * The loop computes in a thread of its own (PBKDF2 in place of TensorFlow) for about as long as 16 steps of a small MLP
 * take, the worst case for a log: the larger the model, the fewer rows a second.
 */
export const logBenchmark: Benchmark = {
  name: 'log',
  title: 'What the log costs',
  async run({ effort, report }) {
    const isFull = effort === 'full'
    const rounds = isFull ? 9 : 3
    const rows: Record<string, unknown>[] = []

    report('rows on the disk a second')
    const durable = repeat(rounds, () => withLog((log) => durableRowsPerSecond(log, isFull ? 200_000 : 50_000)))
    rows.push({ measure: 'rows on the disk', unit: 'rows/s', median: Math.round(median(durable)), lowest: Math.round(Math.min(...durable)), rounds })

    report('time that appending takes')
    const append = repeat(rounds, () => withLog(appendMicroseconds))
    rows.push({ measure: 'appendMetrics', unit: 'us/row', median: round(median(append)), highest: round(Math.max(...append)), rounds })

    report('a loop with and without the log')
    const loops = await withLogAsync((log) => compareLoops(log, { calls: isFull ? 100 : 30, rounds: isFull ? 15 : 5 }))
    const slowdowns = loops.map(({ ratio }) => ratio)
    const cpu = loops.map(({ cpuMicrosecondsPerStep }) => cpuMicrosecondsPerStep)
    rows.push({ measure: 'CPU time of the thread that drives training, for the log', unit: 'us/step', median: round(median(cpu)), highest: round(Math.max(...cpu)), rounds: cpu.length })
    rows.push({ measure: 'loop, with the log over without', unit: 'ratio', median: round(median(slowdowns)), lowest: round(Math.min(...slowdowns)), highest: round(Math.max(...slowdowns)), rounds: slowdowns.length })

    report('curves of many runs')
    const runs = isFull ? 100 : 10
    const reading = withLog((log) => readCurves(log, { runs, points: 10_000, rounds }))
    rows.push({ measure: `${runs} runs × 10 000 points in 600 buckets`, unit: 'ms', median: round(median(reading)), highest: round(Math.max(...reading)), rounds })

    return { rows, markdown: table(rows), versions: { 'better-sqlite3': sqlite.version } }
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

interface Comparison {
  /** Wall time with the log over that without. */
  readonly ratio: number
  /** What the log costs the thread that drives training, commits included; the machine's other load hardly shows in it. */
  readonly cpuMicrosecondsPerStep: number
}

/** Compares neighbours in time: with, without, without, with, so that a drift of the machine cancels. */
async function compareLoops(log: LogWriter, { calls, rounds }: { calls: number; rounds: number }): Promise<Comparison[]> {
  const { id } = newRun(log)
  let step = 0
  const loop = async (onRows: (rows: readonly MetricRow[]) => void): Promise<{ readonly ms: number; readonly cpu: number }> => {
    const started = performance.now()
    const before = process.threadCpuUsage()
    for (let call = 0; call < calls; call++) {
      await compute('loupe', 'loop', 14_000, 32, 'sha256')
      onRows(Array.from({ length: stepsPerCall }, () => rowsOf(step++)).flat())
    }
    const { user, system } = process.threadCpuUsage(before)
    return { ms: performance.now() - started, cpu: user + system }
  }
  const logged = () => loop((rows) => log.appendMetrics(id, rows))
  const bare = () => loop(() => {})
  await logged()
  const compared: Comparison[] = []
  for (let index = 0; index < rounds; index++) {
    const [first, second, third, fourth] = [await logged(), await bare(), await bare(), await logged()]
    compared.push({
      ratio: (first.ms + fourth.ms) / (second.ms + third.ms),
      cpuMicrosecondsPerStep: (first.cpu + fourth.cpu - second.cpu - third.cpu) / (2 * calls * stepsPerCall),
    })
  }
  return compared
}

function readCurves(log: LogWriter, { runs, points, rounds }: { runs: number; points: number; rounds: number }): number[] {
  const runIds = Array.from({ length: runs }, () => {
    const { id } = newRun(log)
    log.appendMetrics(id, Array.from({ length: points }, (_, step) => lossAt(step)))
    log.flush()
    return id
  })
  return repeat(rounds, () => {
    const started = performance.now()
    log.series({ runIds, keys: ['train/batch-loss'], maxPoints: 600, from: null, to: null })
    return performance.now() - started
  })
}

function lossAt(step: number): MetricRow {
  return { key: 'train/batch-loss', step, examples: step * 64, wallMs: step * 0.7, value: 2.3 * Math.exp(-step / 5000) }
}

function rowsOf(step: number): MetricRow[] {
  return [lossAt(step), { key: 'step/learning-rate', step, examples: step * 64, wallMs: step * 0.7, value: 0.1 }]
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
