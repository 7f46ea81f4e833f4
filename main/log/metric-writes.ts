import type { Database } from 'better-sqlite3'
import { metrics } from '../contract/metrics.ts'
import type { MetricKey } from '../contract/metrics.ts'
import type { MetricPoints } from './block-codec.ts'
import { blockReads, blockWrites, slice } from './metric-blocks.ts'
import { metricQueries } from './metrics.ts'
import type { MetricRows } from './row-columns.ts'

/** Rows of one statement: half the time of one statement a row (1.1 us a row against 1.9); more at once gain nothing. */
const rowsAtOnce = 50
/** Numbers of a row that are bound for it alone. */
const boundWidth = 4
/** Points that are worth a block of their own: below, rows take less time and room. */
const fewestOfBlock = 8

export interface MetricWrites {
  /** Of a run's metric, at the greatest step that is in the table; undefined where there is none. */
  last(run: number, key: string): number | undefined
  /** To be called inside a transaction; `rollBack` where it fails. */
  insert(rows: Iterable<MetricRows>): void
  dropAfter(run: number, step: number): void
  /** Forgets key ids that the failed transaction may have made up. */
  rollBack(): void
}

/** Greatest steps of a run's metric that are in the log; −1 where there is none. */
interface Ends {
  rows: number
  blocks: number
}

/**
 * Writes metrics. Many steps that come after all others of a run's metric, as they do from a training run, go into one block: a quarter of the time of
 * rows. Fewer, and evaluations, which are few and read by step, are rows. What is logged again goes where the step is.
 */
export function metricWrites(db: Database): MetricWrites {
  const insertKey = db.prepare<[string]>('INSERT INTO metric_keys (name) VALUES (?) ON CONFLICT (name) DO NOTHING')
  const selectKey = db.prepare<[string], number>(metricQueries.key).pluck()
  const insertStatement = (rows: number) =>
    db.prepare<[readonly number[], { readonly run: number; readonly key: number }]>(
      `INSERT INTO metrics (run, key, step, examples, wall_ms, value) VALUES ${Array<string>(rows).fill('(@run, @key, ?, ?, ?, ?)').join(', ')}
       ON CONFLICT DO UPDATE SET examples = excluded.examples, wall_ms = excluded.wall_ms, value = excluded.value`,
    )
  const [insertOne, insertMany] = [insertStatement(1), insertStatement(rowsAtOnce)]
  const [one, many] = [new Array<number>(boundWidth).fill(0), new Array<number>(rowsAtOnce * boundWidth).fill(0)]
  const drop = db.prepare<[number, number]>('DELETE FROM metrics WHERE run = ? AND key IN (SELECT id FROM metric_keys) AND step > ?')
  const last = db.prepare<[number, number], [number, number | null]>(metricQueries.last).raw()
  const [blocks, storedBlocks] = [blockWrites(db), blockReads(db)]
  const ids = new Map<string, number>()
  const idOfKey = (key: string): number => {
    insertKey.run(key)
    const id = selectKey.get(key) ?? 0
    ids.set(key, id)
    return id
  }
  const ends = new Map<number, Map<number, Ends>>()
  const endsOf = (run: number, key: number): Ends => {
    let ofRun = ends.get(run)
    if (ofRun === undefined) ends.set(run, (ofRun = new Map()))
    let found = ofRun.get(key)
    if (found === undefined) ofRun.set(key, (found = { rows: last.get(run, key)?.[0] ?? -1, blocks: storedBlocks.lastStep(run, key, Number.MAX_SAFE_INTEGER) ?? -1 }))
    return found
  }
  const insertRows = (place: { readonly run: number; readonly key: number }, points: MetricPoints): void => {
    const count = points.steps.length
    let row = 0
    for (; row + rowsAtOnce <= count; row += rowsAtOnce) insertMany.run(bind(many, points, row), place)
    for (; row < count; row++) insertOne.run(bind(one, points, row), place)
  }
  return {
    last(run, key) {
      const id = selectKey.get(key)
      if (id === undefined) return undefined
      const row = last.get(run, id)
      const step = storedBlocks.lastStep(run, id, Number.MAX_SAFE_INTEGER)
      if (step === undefined || (row !== undefined && row[0] > step)) return row === undefined ? undefined : (row[1] ?? Number.NaN)
      return storedBlocks.between(run, id, { from: step, to: step })[0]?.values[0]
    },
    insert(rows) {
      for (const columns of rows) {
        if (columns.count === 0) continue
        const place = { run: columns.run, key: ids.get(columns.key) ?? idOfKey(columns.key) }
        const end = endsOf(place.run, place.key)
        const points = slice(columns, 0, columns.count)
        if (columns.count >= fewestOfBlock && isOfSteps(columns.key) && follows(points.steps, Math.max(end.rows, end.blocks))) {
          blocks.append(place.run, place.key, points)
          end.blocks = points.steps.at(-1)!
        } else {
          const others = points.steps.every((step) => step > end.blocks) ? points : blocks.takeIn(place.run, place.key, points)
          insertRows(place, others)
          end.rows = others.steps.reduce((greatest, step) => Math.max(greatest, step), end.rows)
        }
      }
    },
    dropAfter(run, step) {
      drop.run(run, step)
      blocks.dropAfter(run, step)
      ends.delete(run)
    },
    rollBack() {
      ids.clear()
      ends.clear()
    },
  }
}

/** Evaluations are read as rows. */
function isOfSteps(key: MetricKey): boolean {
  return metrics[key].per === 'step' || metrics[key].per === 'change'
}

/** Whether each step is greater than the one before it, the first than `before`. */
function follows(steps: Float64Array, before: number): boolean {
  let last = before
  for (const step of steps) {
    if (step <= last) return false
    last = step
  }
  return true
}

/** Fills the array with as many rows as it has room for, from one on. */
function bind(bound: number[], { steps, examples, wallMs, values }: MetricPoints, from: number): number[] {
  for (let row = from, at = 0; at < bound.length; row++) {
    bound[at++] = steps[row]!
    bound[at++] = examples[row]!
    bound[at++] = wallMs[row]!
    bound[at++] = values[row]!
  }
  return bound
}
