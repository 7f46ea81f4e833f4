import type { MetricKey } from '../contract/metrics.ts'
import type { Status } from '../contract/records.ts'
import type { OmissionKind, RunSource } from '../contract/run-import.ts'
import type { MetricPoints } from '../log/block-codec.ts'
import { contentOf } from './foreign-run.ts'
import type { ForeignRun } from './foreign-run.ts'
import { ownKeyOf } from './metric-names.ts'

/** Values of all metrics of one run at most: about half a gigabyte of memory. */
const mostValues = 20_000_000
const mostMetrics = 5000
const mostParams = 5000
const mostTextCharacters = 2000
const mostNameCharacters = 200
const firstRoom = 64

/** Values of one metric as they come, in any order of steps. */
class Curve {
  count = 0
  steps = new Float64Array(firstRoom)
  /** Ms since 1970. */
  times = new Float64Array(firstRoom)
  values = new Float64Array(firstRoom)

  push(step: number, time: number, value: number): void {
    const at = this.count++
    if (at === this.steps.length) {
      this.steps = grown(this.steps)
      this.times = grown(this.times)
      this.values = grown(this.values)
    }
    this.steps[at] = step
    this.times[at] = time
    this.values[at] = value
  }

  /** Takes values from a step on out. @returns How many. */
  dropFrom(step: number): number {
    const before = this.count
    this.count = 0
    for (let i = 0; i < before; i++) if (this.steps[i]! < step) this.push(this.steps[i]!, this.times[i]!, this.values[i]!)
    return before - this.count
  }
}

function grown(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(column.length * 2)
  larger.set(column)
  return larger
}

/** What a finished run is made of beside its values. */
interface RunFacts {
  readonly name: string
  readonly source: RunSource
  readonly status: Status
  readonly startedAt: number | null
  readonly finishedAt: number | null
  readonly note?: string
}

/** Gathers what a tool says of a run, within bounds, and counts what is left out. */
export class RunGatherer {
  readonly #curves = new Map<string, Curve>()
  readonly #refused = new Set<string>()
  readonly #params = new Map<string, string | number>()
  readonly #labels = new Map<string, string>()
  readonly #omissions = new Map<OmissionKind, { count: number; where: string }>()
  #values = 0

  /** A value of a metric; `time` in ms since 1970. */
  value(name: string, step: number, time: number, value: number): void {
    if (!Number.isSafeInteger(step) || step < 0) return this.omit('unusable-steps')
    const curve = this.#curves.get(name) ?? this.#added(name)
    if (curve === undefined) return
    if (this.#values >= mostValues) return this.omit('many-values')
    this.#values++
    curve.push(step, time, value)
  }

  /** Takes values from a step on back, of all metrics or of one: what a run that went on from a checkpoint logs anew. */
  dropFrom(step: number, name?: string): void {
    for (const [key, curve] of this.#curves) {
      if (name !== undefined && key !== name) continue
      const dropped = curve.dropFrom(step)
      this.#values -= dropped
      if (dropped > 0) this.omit('orphaned-steps', '', dropped)
    }
  }

  param(name: string, value: string | number): void {
    if (name === '' || (this.#params.size >= mostParams && !this.#params.has(name))) return
    this.#params.set(name, typeof value === 'number' && Number.isFinite(value) ? value : this.#short(String(value)))
  }

  label(name: string, value: string): void {
    if (this.#labels.size >= mostParams && !this.#labels.has(name)) return
    this.#labels.set(name, this.#short(value))
  }

  /** `where` is kept of the first. */
  omit(kind: OmissionKind, where = '', count = 1): void {
    const before = this.#omissions.get(kind)
    if (before === undefined) this.#omissions.set(kind, { count, where })
    else before.count += count
  }

  /** The run as a whole; null where it says nothing. */
  finish(facts: RunFacts): ForeignRun | null {
    if (this.#params.size === 0 && this.#curves.size === 0) return null
    const { named, renamed } = this.#named()
    const firstTime = facts.startedAt ?? earliest(this.#curves.values())
    const metrics = new Map<string, MetricPoints>()
    for (const [key, curve] of named) {
      const points = this.#points(key, curve, firstTime)
      if (points.steps.length > 0) metrics.set(key, points)
    }
    const points = [...metrics.values()]
    const params = Object.fromEntries(sortedByName(this.#params))
    const labels = Object.fromEntries(sortedByName(this.#labels))
    const run = { note: '', ...facts, params, labels, renamed, metrics }
    return {
      ...run,
      steps: points.reduce((greatest, { steps }) => Math.max(greatest, steps.at(-1) ?? 0), 0),
      wallMs: points.reduce((greatest, { wallMs }) => wallMs.reduce((last, ms) => Math.max(last, ms), greatest), 0),
      values: points.reduce((sum, { steps }) => sum + steps.length, 0),
      omissions: [...this.#omissions].map(([kind, { count, where }]) => ({ kind, count, where })),
      content: contentOf(run),
    }
  }

  #added(name: string): Curve | undefined {
    if (name === '' || name.length > mostNameCharacters || this.#curves.size >= mostMetrics) {
      if (this.#refused.size < mostMetrics && !this.#refused.has(name)) {
        this.#refused.add(name)
        this.omit('many-metrics', name.slice(0, 80))
      }
      return undefined
    }
    const curve = new Curve()
    this.#curves.set(name, curve)
    return curve
  }

  #short(text: string): string {
    if (text.length <= mostTextCharacters) return text
    this.omit('long-texts')
    return text.slice(0, mostTextCharacters)
  }

  /** Curves by the key that they get in the log. Two that would get the same one keep their own names. */
  #named(): { readonly named: ReadonlyMap<string, Curve>; readonly renamed: Readonly<Record<string, string>> } {
    const wanted = new Map<MetricKey, string[]>()
    for (const [name, curve] of this.#curves) {
      const key = ownKeyOf(name, curve.values.subarray(0, curve.count))
      if (key !== null && !this.#curves.has(key)) wanted.set(key, [...(wanted.get(key) ?? []), name])
    }
    const keys = new Map([...wanted].flatMap(([key, names]) => (names.length === 1 ? [[names[0]!, key] as const] : [])))
    const named = new Map([...this.#curves].map(([name, curve]) => [keys.get(name) ?? name, curve] as const))
    return { named, renamed: Object.fromEntries([...keys].map(([name, key]) => [key, name])) }
  }

  /** In the order of steps, each once: the value that came last counts. */
  #points(key: string, curve: Curve, firstTime: number): MetricPoints {
    const { count } = curve
    const [steps, times, values] = [curve.steps.slice(0, count), curve.times.subarray(0, count), curve.values.slice(0, count)]
    const since = (time: number) => Math.max(0, Math.round((time - firstTime) * 1000) / 1000)
    // Other tools do not say how many examples were seen.
    const examples = (length: number) => new Float64Array(length)
    if (isIncreasing(steps)) return { steps, examples: examples(count), wallMs: times.map(since), values }
    const isOneStep = steps.every((step) => step === steps[0])
    if (isOneStep) this.omit('numbered-steps', key)
    const by = isOneStep ? times : steps
    const order = Array.from({ length: count }, (_, index) => index).sort((a, b) => by[a]! - by[b]! || a - b)
    const last = isOneStep ? order : order.filter((index, place) => place === count - 1 || steps[index] !== steps[order[place + 1]!])
    if (last.length < count) this.omit('repeated-steps', '', count - last.length)
    return {
      steps: Float64Array.from(last, (index, place) => (isOneStep ? place : steps[index]!)),
      examples: examples(last.length),
      wallMs: Float64Array.from(last, (index) => since(times[index]!)),
      values: Float64Array.from(last, (index) => values[index]!),
    }
  }
}

function isIncreasing(column: Float64Array): boolean {
  for (let i = 1; i < column.length; i++) if (column[i]! <= column[i - 1]!) return false
  return true
}

function earliest(curves: Iterable<Curve>): number {
  let first = Infinity
  for (const { times, count } of curves) for (let i = 0; i < count; i++) if (times[i]! < first) first = times[i]!
  return Number.isFinite(first) ? first : 0
}

function sortedByName<T>(entries: ReadonlyMap<string, T>): [string, T][] {
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1))
}
