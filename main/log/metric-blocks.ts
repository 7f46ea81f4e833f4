import type { Database } from 'better-sqlite3'
import { decodeBlock, encodeBlock } from './block-codec.ts'
import type { MetricPoints } from './block-codec.ts'

/** The statements that read blocks; their plans are tested. */
export const blockQueries = {
  from: 'SELECT first_step, last_step, points FROM metric_blocks WHERE run = ? AND key = ? AND last_step >= ? ORDER BY last_step',
  lastStep: 'SELECT max(last_step) FROM metric_blocks WHERE run = ? AND key = ? AND last_step <= ?',
} as const

/** Points of a block at most: reading a part of it means reading all of it. */
const mostPoints = 4096

type BlockRow = readonly [firstStep: number, lastStep: number, points: Uint8Array]

export interface BlockReads {
  /** Points of a run's metric in a range of steps, bounds included, in order; of each block that has some. */
  between(run: number, key: number, range: { readonly from: number; readonly to: number }): MetricPoints[]
  /** The greatest step of all that are not after one; undefined where there is none. */
  lastStep(run: number, key: number, atMost: number): number | undefined
}

export function blockReads(db: Database): BlockReads {
  const from = db.prepare<[number, number, number], BlockRow>(blockQueries.from).raw()
  const lastStep = db.prepare<[number, number, number], number | null>(blockQueries.lastStep).pluck()
  return {
    between(run, key, range) {
      const found: MetricPoints[] = []
      for (const [firstStep, lastOfBlock, points] of from.iterate(run, key, range.from)) {
        if (firstStep > range.to) break
        const decoded = decodeBlock(points)
        found.push(range.from <= firstStep && lastOfBlock <= range.to ? decoded : cut(decoded, range))
      }
      return found.filter(({ steps }) => steps.length > 0)
    },
    lastStep(run, key, atMost) {
      const next = from.get(run, key, atMost)
      if (next !== undefined && next[0] <= atMost) return cut(decodeBlock(next[2]), { from: 0, to: atMost }).steps.at(-1)
      return lastStep.get(run, key, atMost) ?? undefined
    },
  }
}

export interface BlockWrites {
  /** Points after all others of the run's metric. To be called inside a transaction, as are the others. */
  append(run: number, key: number, points: MetricPoints): void
  /** Puts points whose steps lie in the range of a block into it, in the place of those of the same step, and gives those back that lie in none. */
  takeIn(run: number, key: number, points: MetricPoints): MetricPoints
  dropAfter(run: number, step: number): void
}

export function blockWrites(db: Database): BlockWrites {
  const insert = db.prepare<[number, number, number, number, Uint8Array]>('INSERT INTO metric_blocks (run, key, last_step, first_step, points) VALUES (?, ?, ?, ?, ?)')
  const from = db.prepare<[number, number, number], BlockRow>(blockQueries.from).raw()
  const remove = db.prepare<[number, number, number]>('DELETE FROM metric_blocks WHERE run = ? AND key = ? AND last_step = ?')
  const keys = db.prepare<[], number>('SELECT id FROM metric_keys').pluck()
  const write = (run: number, key: number, points: MetricPoints): void => {
    const { steps } = points
    if (steps.length > 0) insert.run(run, key, steps.at(-1)!, steps[0]!, encodeBlock(points))
  }
  return {
    append(run, key, points) {
      for (let at = 0; at < points.steps.length; at += mostPoints) write(run, key, slice(points, at, at + mostPoints))
    },
    takeIn(run, key, points) {
      const [lowest, highest] = bounds(points.steps)
      const blocks = from.all(run, key, lowest).filter(([firstStep]) => firstStep <= highest)
      for (const [firstStep, lastStep, stored] of blocks) {
        const inside = where(points, (step) => firstStep <= step && step <= lastStep)
        if (inside.steps.length === 0) continue
        remove.run(run, key, lastStep)
        write(run, key, merge(decodeBlock(stored), inside))
      }
      return where(points, (step) => blocks.every(([firstStep, lastStep]) => step < firstStep || lastStep < step))
    },
    dropAfter(run, step) {
      for (const key of keys.all()) {
        for (const [firstStep, lastStep, points] of from.all(run, key, step + 1)) {
          remove.run(run, key, lastStep)
          if (firstStep <= step) write(run, key, cut(decodeBlock(points), { from: 0, to: step }))
        }
      }
    },
  }
}

/** All points in one, in the order of their steps; of several at one step the last one. */
export function merge(...parts: readonly MetricPoints[]): MetricPoints {
  const filled = parts.filter(({ steps }) => steps.length > 0)
  if (filled.length > 0 && filled.every(({ steps }, i) => isRising(steps) && (i === 0 || steps[0]! > filled[i - 1]!.steps.at(-1)!))) return joined(filled)
  const places = new Map<number, readonly [part: MetricPoints, index: number]>()
  for (const part of parts) {
    for (const [index, step] of part.steps.entries()) places.set(step, [part, index])
  }
  const steps = Float64Array.from(places.keys()).sort()
  const column = (name: keyof MetricPoints) =>
    steps.map((step) => {
      const [part, index] = places.get(step)! // every step comes from there
      return part[name][index]!
    })
  return { steps, examples: column('examples'), wallMs: column('wallMs'), values: column('values') }
}

/** Parts that follow each other, one after the other: a hundred times as fast as looking each step up. */
function joined(parts: readonly MetricPoints[]): MetricPoints {
  const [first] = parts
  if (first !== undefined && parts.length === 1) return first
  const count = parts.reduce((sum, { steps }) => sum + steps.length, 0)
  const column = (name: keyof MetricPoints) => {
    const all = new Float64Array(count)
    let at = 0
    for (const part of parts) {
      all.set(part[name], at)
      at += part[name].length
    }
    return all
  }
  return { steps: column('steps'), examples: column('examples'), wallMs: column('wallMs'), values: column('values') }
}

function isRising(steps: Float64Array): boolean {
  for (let i = 1; i < steps.length; i++) {
    if (steps[i]! <= steps[i - 1]!) return false
  }
  return true
}

/** Rows of the table as points: NULL stands for NaN there. */
export function columnsOf(rows: readonly (readonly [number, number, number, number | null])[]): MetricPoints {
  return {
    steps: Float64Array.from(rows, ([step]) => step),
    examples: Float64Array.from(rows, ([, examples]) => examples),
    wallMs: Float64Array.from(rows, ([, , wallMs]) => wallMs),
    values: Float64Array.from(rows, ([, , , value]) => value ?? Number.NaN),
  }
}

/** Those from one index up to another, which is left out. */
export function slice({ steps, examples, wallMs, values }: MetricPoints, start: number, end: number): MetricPoints {
  return { steps: steps.subarray(start, end), examples: examples.subarray(start, end), wallMs: wallMs.subarray(start, end), values: values.subarray(start, end) }
}

function cut(points: MetricPoints, { from, to }: { readonly from: number; readonly to: number }): MetricPoints {
  const { steps } = points
  const indexOf = (isReached: (step: number) => boolean) => {
    const index = steps.findIndex(isReached)
    return index < 0 ? steps.length : index
  }
  return slice(points, indexOf((step) => step >= from), indexOf((step) => step > to))
}

function where(points: MetricPoints, isWanted: (step: number) => boolean): MetricPoints {
  const of = (column: Float64Array) => column.filter((_, index) => isWanted(points.steps[index]!))
  return { steps: of(points.steps), examples: of(points.examples), wallMs: of(points.wallMs), values: of(points.values) }
}

function bounds(numbers: Float64Array): readonly [lowest: number, highest: number] {
  return [numbers.reduce((low, number) => Math.min(low, number), Infinity), numbers.reduce((high, number) => Math.max(high, number), -Infinity)]
}
