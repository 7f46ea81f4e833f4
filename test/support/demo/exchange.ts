import { createHash } from 'node:crypto'
import { exchangeConfig } from '../../../main/contract/exchange-config.ts'
import type { ExchangeConfig } from '../../../main/contract/exchange-config.ts'
import type { BitHistogram, GradientCourse, GradientRecord } from '../../../main/contract/gradient-records.ts'
import type { LogEvent, MetricSeries, RunRecord, Status } from '../../../main/contract/records.ts'
import { runConfig } from '../../../main/contract/run-config.ts'
import { bitHistogram, binCount, placeOf } from '../../../main/methods/gradient-quantization/bit-histogram.ts'
import { hash, normal } from './made-numbers.ts'

/** A made-up run whose workers exchange gradients, for looking at the window without training anything. Nothing here is shipped or measured. */
export interface DemoExchangeRun {
  readonly id: string
  readonly name: string
  readonly status: Status
  readonly exchange: ExchangeConfig
  readonly units: readonly { readonly name: string; readonly elements: number }[]
  readonly steps: number
  readonly events: readonly LogEvent[]
}

const createdAt = Date.now() - 3_600_000
const ratioOf = ({ compressor }: ExchangeConfig) => ('ratio' in compressor ? compressor.ratio : 0.01)
const layers = (count: number) => Array.from({ length: count }, (_, index) => ({ name: index === count - 1 ? 'classes/kernel' : `stage${1 + Math.floor(index / 20)}/block${1 + (Math.floor(index / 2) % 10)}/convolution${1 + (index % 2)}`, elements: 1200 + 640 * (index % 12) }))
const event = (id: number, kind: string, level: LogEvent['level'], facts: Record<string, unknown>): LogEvent => ({ id, studyId: null, runId: 'exchange-lost', at: createdAt + 1000 * id, level, kind, message: `${kind} ${JSON.stringify(facts)}`, facts })

export const demoExchangeRuns: readonly DemoExchangeRun[] = [
  { id: 'exchange-auto', name: 'Four workers, automatic fits', status: 'running', exchange: exchangeConfig.parse({ compressor: { kind: 'fitted', distribution: 'auto', ratio: 0.01, feedback: true } }), units: [{ name: 'hidden0/kernel', elements: 200_704 }, { name: 'hidden1/kernel', elements: 32_768 }, { name: 'classes/kernel', elements: 1280 }], steps: 6000, events: [] },
  { id: 'exchange-many', name: 'Sixty layers', status: 'finished', exchange: exchangeConfig.parse({ workers: 8, compressor: { kind: 'fitted', distribution: 'laplace', ratio: 0.001 } }), units: layers(60), steps: 50_000, events: [] },
  { id: 'exchange-top-k', name: 'Top-k, no memory', status: 'finished', exchange: exchangeConfig.parse({ compressor: { kind: 'top-k', ratio: 0.01 }, memory: 'none' }), units: layers(6), steps: 2000, events: [] },
  { id: 'exchange-lost', name: 'Lost worker', status: 'paused', exchange: exchangeConfig.parse({ hosts: ['10.0.0.1:9000', '10.0.0.2:9000', '10.0.0.3:9000', '10.0.0.4:9000'] }), units: layers(6), steps: 900, events: [event(1, 'worker.lost', 'warning', { worker: 1, host: '10.0.0.2:9000', reason: 'its heart stopped', step: 300 }), event(2, 'worker.returned', 'info', { worker: 1, host: '10.0.0.2:9000', step: 300, workers: 4, wanted: 4 }), event(3, 'worker.lost', 'error', { worker: 2, host: '10.0.0.3:9000', reason: 'it did not answer for 60 s', step: 880 })] },
  { id: 'exchange-new', name: 'Nothing logged yet', status: 'running', exchange: exchangeConfig.parse({}), units: [], steps: 0, events: [] },
]

export function exchangeRunRecord(run: DemoExchangeRun): RunRecord {
  return {
    id: run.id,
    studyId: null,
    key: '',
    name: run.name,
    status: run.status,
    config: runConfig.parse({ name: run.name, exchange: run.exchange, batchSize: 128 }),
    configHash: 'd3m0',
    environment: null,
    createdAt,
    startedAt: createdAt,
    finishedAt: run.status === 'finished' ? createdAt + 600_000 : null,
    steps: run.steps,
    examples: run.steps * 128,
    wallMs: run.steps * 4,
    functionEvaluations: 0,
    censored: null,
    error: run.id === 'exchange-lost' ? { code: 'worker-lost', message: 'Worker 2 at 10.0.0.3:9000 is gone: it did not answer for 60 s.', facts: { worker: 2 } } : null,
  }
}

export function loggedSteps(run: DemoExchangeRun): readonly number[] {
  return Array.from({ length: Math.floor(run.steps / run.exchange.logEvery) }, (_, index) => (index + 1) * run.exchange.logEvery)
}

/** Heavy tails early on, lighter ones later; the first layers have dark pixels. */
export function demoRecords(run: DemoExchangeRun, step: number, worker: number): GradientRecord[] {
  const age = step / Math.max(1, run.steps)
  return run.units.map(({ name, elements }, index) => {
    const random = randomFrom(`${run.id} ${name} ${step} ${worker}`)
    const degrees = 1.3 + 7 * age + index % 5
    const scale = 2e-3 / (1 + 4 * age) / (1 + (index % 7) / 3)
    const zeros = index === 0 ? 0.16 : 0
    const drawn = Math.min(elements, 12_000)
    const gradient = Float32Array.from({ length: drawn }, () => (random() < zeros ? 0 : scale * student(random, degrees)))
    const residual = run.exchange.memory === 'none' ? 0 : 0.8
    const values = gradient.map((value) => value + residual * scale * student(random, degrees + 3))
    const mean = values.reduce((sum, value) => sum + Math.abs(value), 0) / drawn
    const distance = thresholdOf(run.exchange, mean) ?? values.map(Math.abs).toSorted().at(-Math.ceil(ratioOf(run.exchange) * drawn)) ?? mean
    const error = values.map((value) => (Math.abs(value) >= distance ? 0 : -value))
    const kept = error.reduce((count, value, at) => count + (value === 0 && values[at] !== 0 ? 1 : 0), 0)
    const isFitted = run.exchange.compressor.kind === 'fitted'
    const factor = elements / drawn
    return {
      step,
      worker,
      unit: name,
      elements,
      histograms: { gradient: logged(gradient, factor), values: logged(values, factor), error: logged(error, factor) },
      compression: { kept: Math.round(kept * factor), asked: Math.max(1, Math.round(ratioOf(run.exchange) * elements)), lower: -distance, upper: distance, distribution: isFitted ? familyAt(run, index, age) : null, location: 0, scale: mean, degreesOfFreedom: null, status: isFitted ? 'fitted' : 'sent' },
    }
  })
}

export function demoCourse(run: DemoExchangeRun, worker: number): GradientCourse {
  const steps = loggedSteps(run)
  const isFitted = run.exchange.compressor.kind === 'fitted'
  return {
    steps: [...steps],
    units: run.units.map(({ name, elements }, index) => {
      const asked = Math.max(1, Math.round(ratioOf(run.exchange) * elements))
      return {
        name,
        elements,
        kept: steps.map((step) => Math.max(0, Math.round(asked * (isFitted ? (1 + 1.5 * Math.exp((-6 * step) / run.steps) * (index % 3)) * Math.exp(0.12 * normal(`${name} ${step} ${worker}`)) : 1)))),
        asked: steps.map(() => asked),
        distribution: steps.map((step) => (isFitted ? familyAt(run, index, step / run.steps + 0.05 * normal(`${name}${step}`)) : null)),
        status: steps.map(() => (isFitted ? 'fitted' : 'sent')),
      }
    }),
  }
}

const readings: Readonly<Record<string, (run: DemoExchangeRun, step: number, noise: number) => number>> = {
  'train/batch-loss': (_run, step, noise) => 0.25 + 2 / (1 + step / 120) + 0.06 * noise,
  'train/loss': (_run, step) => 0.25 + 2 / (1 + step / 120),
  'validation/accuracy': (_run, step) => 0.9 - 0.6 / (1 + step / 100),
  'exchange/asked-ratio': ({ exchange }) => ratioOf(exchange),
  'exchange/kept-ratio': ({ exchange, steps }, step, noise) => ratioOf(exchange) * (1 + 0.9 * Math.exp((-8 * step) / steps)) * Math.exp(0.06 * noise),
  'exchange/bytes-up': (run, step, noise) => 8 * run.units.reduce((sum, { elements }) => sum + elements, 0) * (readings['exchange/kept-ratio']?.(run, step, noise) ?? 0) + 900,
  'exchange/bytes-down': (run, step, noise) => (run.exchange.workers - 1) * (readings['exchange/bytes-up']?.(run, step, noise) ?? 0),
  'exchange/memory-norm': (run, step, noise) => (0.9 * (1 - Math.exp(-step / 400)) * (1 + 0.05 * noise)) / (1 + step / run.steps),
  'exchange/relative-error': (_run, _step, noise) => 0.86 + 0.02 * noise,
  'exchange/cosine': (_run, _step, noise) => 0.42 + 0.04 * noise,
  'exchange/compute-ms': (_run, _step, noise) => 3.1 + 0.2 * noise,
  'exchange/fit-ms': (_run, _step, noise) => 0.42 + 0.05 * noise,
  'exchange/encode-ms': (_run, _step, noise) => 0.6 + 0.05 * noise,
  'exchange/transfer-ms': (_run, _step, noise) => 0.9 + 0.2 * Math.abs(noise),
  'exchange/update-ms': (_run, _step, noise) => 0.5 + 0.03 * noise,
}
export const demoExchangeKeys = Object.keys(readings)
const atLogged = /norm|relative|cosine|-ms$/

export function exchangeSeries(run: DemoExchangeRun, key: string, maxPoints: number): MetricSeries | null {
  const read = readings[key]
  if (!read || run.steps === 0) return null
  const all = atLogged.test(key) ? loggedSteps(run) : Array.from({ length: Math.min(maxPoints, run.steps) }, (_, index) => Math.round(((index + 1) * run.steps) / Math.min(maxPoints, run.steps)))
  const count = atLogged.test(key) ? 1 : run.steps / all.length
  const mean = all.map((step) => read(run, step, normal(`${key} ${step}`)))
  const spread = count > 1 ? 1.15 : 1
  return { runId: run.id, key, step: [...all], examples: all.map((step) => step * 128), wallMs: all.map((step) => step * 4), mean, last: mean, min: mean.map((value) => value / spread), max: mean.map((value) => value * spread), count: all.map(() => count), total: Math.round(count * all.length) }
}

function familyAt(run: DemoExchangeRun, index: number, age: number): string {
  if (run.exchange.compressor.kind === 'fitted' && run.exchange.compressor.distribution !== 'auto') return run.exchange.compressor.distribution
  const heaviness = age + (index % 5) / 6
  return heaviness < 0.12 ? 'cauchy' : heaviness < 0.55 ? 'student-t' : heaviness < 0.8 ? 'laplace' : 'normal'
}

function thresholdOf({ compressor }: ExchangeConfig, mean: number): number | null {
  return compressor.kind === 'fitted' ? -mean * Math.log(compressor.ratio) : null
}

function logged(values: Float32Array, factor: number): BitHistogram {
  const { counts, zeros, mantissaBits } = bitHistogram(values, { mantissaBits: 4 })
  const bins = Array.from({ length: binCount(mantissaBits) }, (_, bin) => bin).filter((bin) => (counts[placeOf(bin, mantissaBits)] ?? 0) > 0)
  return { mantissaBits, bins, counts: bins.map((bin) => Math.round((counts[placeOf(bin, mantissaBits)] ?? 0) * factor)), zeros: Math.round(zeros * factor) }
}

/** Numbers from 0 to 1, the same for the same text (mulberry32). */
function randomFrom(text: string): () => number {
  let state = createHash('sha256').update(text).digest().readUInt32LE(0) + Math.floor(hash(text))
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Student-t by Bailey's polar method. */
function student(random: () => number, degrees: number): number {
  const [u, v] = [random() + 1e-12, random()]
  return Math.sqrt(degrees * (u ** (-2 / degrees) - 1)) * Math.cos(2 * Math.PI * v)
}
