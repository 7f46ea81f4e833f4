import type { Status } from '../contract/records.ts'
import type { MetricPoints } from '../log/block-codec.ts'
import type { RunPlace } from '../log/compared-runs.ts'

/** 32 bytes each: a hundred megabytes at most. */
const mostPoints = 3_000_000
const ended: ReadonlySet<Status> = new Set(['finished', 'failed', 'stopped'])

interface Kept {
  readonly asOf: string
  readonly points: MetricPoints
}

/** Points of runs that have ended, by run and metric. A run that goes on again is read anew; the ones asked for longest ago give way. */
export class PointsCache {
  readonly #kept = new Map<string, Kept>()
  readonly #mostPoints: number
  #count = 0

  constructor(most = mostPoints) {
    this.#mostPoints = most
  }

  points({ run, key, place, read }: { readonly run: string; readonly key: string; readonly place: RunPlace; readonly read: () => MetricPoints }): MetricPoints {
    const name = `${run} ${key}`
    const asOf = [place.status, place.finishedAt, place.steps, place.wallMs].join()
    const known = this.#kept.get(name)
    if (known !== undefined) this.#forget(name, known)
    const points = known?.asOf === asOf ? known.points : read()
    if (ended.has(place.status)) this.#keep(name, { asOf, points })
    return points
  }

  #keep(name: string, entry: Kept): void {
    this.#kept.set(name, entry)
    this.#count += entry.points.steps.length
    for (const [oldest, kept] of this.#kept) {
      if (this.#count <= this.#mostPoints) return
      this.#forget(oldest, kept)
    }
  }

  #forget(name: string, { points }: Kept): void {
    this.#kept.delete(name)
    this.#count -= points.steps.length
  }
}
