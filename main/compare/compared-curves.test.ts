import { describe, expect, it } from 'vitest'
import type { ComparedCurves, CompareCurvesInput, PackedNumbers } from '../contract/compare-curves.ts'
import { compareQueries } from '../contract/compare-curves.ts'
import type { MetricPoints } from '../log/block-codec.ts'
import type { RunPlace } from '../log/compared-runs.ts'
import { comparedCurves } from './compared-curves.ts'
import { smoothCurve } from './smooth-curve.ts'

interface MadeRun {
  readonly values: readonly number[]
  readonly msPerStep?: number
  readonly place?: Partial<RunPlace>
  readonly trainExamples?: number | null
  readonly steps?: readonly number[]
}

function asking(runs: Readonly<Record<string, MadeRun>>): { ask(input: Partial<CompareCurvesInput> & Pick<CompareCurvesInput, 'lines'>): ComparedCurves; readonly reads: string[] } {
  const reads: string[] = []
  const made = (id: string) => {
    const run = runs[id]
    if (run === undefined) throw new Error(id)
    return run
  }
  const ask = comparedCurves({
    logged(id) {
      reads.push(id)
      const { values, msPerStep = 10, steps = values.map((_, i) => i + 1) } = made(id)
      return { steps: Float64Array.from(steps), examples: Float64Array.from(steps, (step) => step * 64), wallMs: Float64Array.from(steps, (step) => step * msPerStep), values: Float64Array.from(values) } satisfies MetricPoints
    },
    place: (id) => ({ status: 'finished', startedAt: 1000, finishedAt: 2000, steps: 100, examples: 6400, wallMs: 1000, ...made(id).place }),
    trainExamples: (id) => made(id).trainExamples ?? null,
  })
  return { reads, ask: (input) => compareQueries['compare.curves'].output.parse(ask(compareQueries['compare.curves'].input.parse({ key: 'train/batch-loss', ...input }))) }
}

function unpacked({ kind, base64 }: PackedNumbers): number[] {
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'))
  return [...(kind === 'float32' ? new Float32Array(bytes.buffer) : new Float64Array(bytes.buffer))]
}

const single = (id: string) => ({ id, runIds: [id] })

describe('curves of several runs', () => {
  const values = Array.from({ length: 2000 }, (_, i) => Math.fround(2 + Math.sin(i * 12.9898)))

  it('come over each axis at the place of each value', () => {
    const { ask } = asking({ a: { values: [3, 2, 1], trainExamples: 128 } })
    const x = (axis: CompareCurvesInput['axis']) => unpacked(ask({ lines: [single('a')], axis }).columns.x)
    expect(x('step')).toEqual([1, 2, 3])
    expect(x('examples')).toEqual([64, 128, 192])
    expect(x('epoch')).toEqual([0.5, 1, 1.5])
    expect(x('time')).toEqual([0.01, 0.02, 0.03])
    expect(x('clock')).toEqual([1010, 1020, 1030])
  })

  it('say which runs have no place on the axis, and which have not logged the metric', () => {
    const { ask } = asking({ a: { values: [1] }, b: { values: [] }, c: { values: [5], trainExamples: 64 } })
    const { lines } = ask({ lines: [single('a'), single('b'), single('c')], axis: 'epoch' })
    expect(lines.map(({ runs, runsPlaced, points }) => [runs, runsPlaced, points])).toEqual([[1, 0, 0], [0, 0, 0], [1, 1, 1]])
  })

  it('are smoothed over all their values, whatever part is asked for', () => {
    const { ask } = asking({ a: { values } })
    const { columns } = ask({ lines: [single('a')], smoothing: 0.9, from: 1500, to: 1510, buckets: 5 })
    const smoothed = smoothCurve(Float64Array.from(values), 0.9)
    expect(unpacked(columns.smoothed!)).toEqual(unpacked(columns.x).map((step) => Math.fround(smoothed[step - 1]!)))
  })

  it('count what is not finite, not above 0, and before a logarithmic axis, in the range alone', () => {
    const { ask } = asking({ a: { values: [Number.NaN, 0, -1, 4, Infinity], steps: [0, 1, 2, 3, 4] } })
    const counts = (range: object) => {
      const { values: all, notFinite, notPositive, beforeAxis } = ask({ lines: [single('a')], ...range }).lines[0]!
      return { all, notFinite, notPositive, beforeAxis }
    }
    expect(counts({ from: 0, to: 4 })).toEqual({ all: 5, notFinite: 2, notPositive: 2, beforeAxis: 0 })
    expect(counts({ from: 2, to: 3 })).toEqual({ all: 2, notFinite: 0, notPositive: 1, beforeAxis: 0 })
  })

  it('give a group the same mean and spread whatever else is shown and however close one looks', () => {
    const runs = Object.fromEntries(['a', 'b', 'c', 'd'].map((id, at) => [id, { values: values.map((value, i) => Math.fround(value + at * Math.cos(i))) }]))
    const { ask } = asking(runs)
    const group = { id: 'ab', runIds: ['a', 'b'] }
    const at = ({ columns }: ComparedCurves, step: number) => [columns.mean, columns.low!, columns.high!].map((column) => unpacked(column)[unpacked(columns.x).indexOf(step)])
    const alone = ask({ lines: [group], from: 700, to: 720 })
    const among = ask({ lines: [group, { id: 'cd', runIds: ['c', 'd'] }, single('d')], from: 650, to: 750 })
    expect(at(among, 711)).toEqual(at(alone, 711))
    expect(at(alone, 711)[0]).toBe(Math.fround((values[710]! + Math.fround(values[710]! + Math.cos(710))) / 2))
  })

  it('hold a value that is logged where it changes, up to where the run is', () => {
    const { ask } = asking({ a: { values: [0.1, 0.01], steps: [1, 50] } })
    const { columns } = ask({ lines: [single('a')], key: 'step/learning-rate' })
    expect(unpacked(columns.x)).toEqual([1, 50, 100])
    expect(unpacked(columns.mean)).toEqual([0.1, 0.01, 0.01].map(Math.fround))
  })

  it('read a run that has ended once, and one that goes on each time', () => {
    const { ask, reads } = asking({ a: { values }, b: { values, place: { status: 'running', finishedAt: null } } })
    for (let i = 0; i < 3; i++) ask({ lines: [single('a'), single('b')] })
    expect(reads).toEqual(['a', 'b', 'b', 'b'])
  })

  it('tell their ends and the first place above 0', () => {
    const { ask } = asking({ a: { values: [1, 1, 1], steps: [0, 5, 9] }, b: { values: [1, 1], steps: [3, 20] } })
    expect(ask({ lines: [single('a'), single('b')] }).extent).toEqual({ from: 0, to: 20, leastPositive: 3 })
    expect(ask({ lines: [] }).extent).toBeNull()
  })
})
