import { onScopeDispose, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { CompareCurvesInput, ComparedCurves, CurveLine } from '../../../../main/contract/compare-curves.ts'
import type { LoupeError } from '../../../../main/contract/errors.ts'
import { coalesce } from '../../../coalesce.ts'
import { asLoupeError } from '../../../loadable.ts'
import { useReconnection, workbench } from '../../../workbench.ts'
import { drawnLines } from './drawn-lines.ts'
import type { DrawnLine } from './drawn-lines.ts'
import { createScale, distance, widenedBy } from './scale.ts'
import type { Span } from './scale.ts'

/** What a chart asks the log, apart from the part of the axis. */
export type CurvesQuestion = Pick<CompareCurvesInput, 'key' | 'axis' | 'scale' | 'smoothing' | 'spread'> & { readonly lines: readonly CurveLine[] }

export interface CurvesAnswer {
  readonly question: CurvesQuestion
  readonly lines: readonly DrawnLine[]
  /** The part that was asked for; null for all. */
  readonly range: Span | null
  readonly extent: ComparedCurves['extent']
}

export interface CurvesOptions {
  readonly question: () => CurvesQuestion
  readonly view: () => Span | null
  readonly plotWidth: () => number
  readonly isVisible: () => boolean
}

/** How far beyond what is looked at is asked for, on either side, as a share of it: one can pan on while the next answer is under way. */
const margin = 0.5
const leastMargin = 0.15
const viewMs = 60
const liveMs = 1000
/** Points of all lines of a chart together, about: what is drawn within some frames. */
const mostPoints = 64_000
const fewestBuckets = 120

/** Buckets over a stretch of so many pixels: one a pixel, fewer where there are many lines. */
export function bucketsFor(pixels: number, lines: number): number {
  return Math.max(fewestBuckets, Math.min(Math.round(pixels), Math.round(mostPoints / Math.max(1, lines))))
}

/** Curves of a chart: all of them once, and in full detail wherever one looks, asked for anew as one zooms and pans and as runs go on. Charts out of sight ask nothing. */
export function useCurves(options: CurvesOptions): { readonly whole: Readonly<ShallowRef<CurvesAnswer | null>>; readonly part: Readonly<ShallowRef<CurvesAnswer | null>>; readonly error: Readonly<ShallowRef<LoupeError | null>>; readonly retry: () => void } {
  const whole = shallowRef<CurvesAnswer | null>(null)
  const part = shallowRef<CurvesAnswer | null>(null)
  const error = shallowRef<LoupeError | null>(null)
  let isStale = true

  async function ask(question: CurvesQuestion, range: Span | null): Promise<CurvesAnswer> {
    const pixels = options.plotWidth() * (range === null ? 1 : 1 + 2 * margin)
    const { lines, key, axis, scale, smoothing, spread } = question
    const answer = await workbench().request('compare.curves', { key, axis, scale, smoothing, spread, lines: [...lines], from: range?.from ?? null, to: range?.to ?? null, buckets: bucketsFor(pixels, lines.length) })
    return { question, lines: drawnLines(answer), range, extent: answer.extent }
  }
  async function load(): Promise<void> {
    if (!options.isVisible() || options.plotWidth() === 0) return
    const question = options.question()
    if (question.lines.length === 0) return
    try {
      if (isStale || whole.value === null || JSON.stringify(whole.value.question) !== JSON.stringify(question)) {
        isStale = false
        const view = options.view()
        const [all, some] = await Promise.all([ask(question, null), view === null ? null : ask(question, widenedBy(question.scale, view, margin))])
        if (options.question() !== question) return
        whole.value = all
        part.value = some
      }
      const view = options.view()
      if (view === null) part.value = null
      else if (needsDetail(whole.value, part.value, view)) {
        const some = await ask(question, widenedBy(question.scale, view, margin))
        if (options.question() === question) part.value = some
      }
      error.value = null
    } catch (thrown) {
      error.value = asLoupeError(thrown)
    }
  }
  const asking = coalesce(load, viewMs)
  const live = coalesce(async () => {
    isStale = true
    await load()
  }, liveMs)
  watch([options.question, options.view, options.plotWidth, options.isVisible], () => asking.ask(), { immediate: true })
  const end = workbench().on('metrics.appended', ({ runIds }) => {
    const changed = new Set(runIds)
    if (!options.question().lines.some((line) => line.runIds.some((id) => changed.has(id)))) return
    isStale = true
    if (options.isVisible()) live.ask()
  })
  useReconnection(() => live.ask())
  onScopeDispose(() => {
    end()
    asking.cancel()
    live.cancel()
  })
  return {
    whole,
    part,
    error,
    retry: () => {
      isStale = true
      asking.ask()
    },
  }
}

/** Whether what is there is coarser than it could be, or ends too near to what is looked at. */
function needsDetail(whole: CurvesAnswer, part: CurvesAnswer | null, view: Span): boolean {
  if (whole.lines.every(({ x, said }) => said.points === 0 || x.length >= said.values / Math.max(1, said.runsPlaced))) return false
  if (part === null || part.range === null) return true
  const scale = whole.question.scale
  const wanted = widenedBy(scale, view, margin)
  // From a third of its length on it lies off, or is another length.
  return distance(scale, part.range, wanted) > (margin - leastMargin) / (1 + 2 * margin) || Math.abs(lengthOf(part.range, wanted, scale) - 1) > 0.2
}

function lengthOf(range: Span, unit: Span, kind: CurvesQuestion['scale']): number {
  const scale = createScale(kind, unit, { from: 0, to: 1 })
  return scale.pixel(range.to) - scale.pixel(range.from)
}

/** The answer to draw: the detailed one where it reaches as far as what is looked at. */
export function answerFor(view: Span | null, whole: CurvesAnswer | null, part: CurvesAnswer | null): CurvesAnswer | null {
  if (view === null || part === null || part.range === null) return whole
  return part.range.from <= view.from && view.to <= part.range.to ? part : whole
}
