import type { Page } from 'playwright-core'
import { median } from './statistics.ts'

/** How smoothly something moved. */
export interface Frames {
  readonly medianMs: number
  readonly p95Ms: number
  /** Tasks of more than 50 ms, and how long the longest took. */
  readonly longTasks: number
  readonly longestTaskMs: number
}

/**
 * Moves the chart of a page once a frame and times its frames.
 *
 * @param step  An expression of the page: a function of the frame's number, from 0.
 * @param frames  So many at most: after four seconds it is known how slow it is.
 */
export async function timeFrames(page: Page, { step, frames }: { readonly step: string; readonly frames: number }): Promise<Frames> {
  const { deltas, tasks } = await page.evaluate(`(async () => {
    const step = ${step}
    const tasks = []
    const observer = new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
    observer.observe({ entryTypes: ['longtask'] })
    const deltas = []
    let last = await new Promise(requestAnimationFrame)
    const started = last
    for (let i = 0; i < ${frames} && last - started < 4000; i++) {
      step(i)
      const now = await new Promise(requestAnimationFrame)
      deltas.push(now - last)
      last = now
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
    observer.disconnect()
    return { deltas, tasks }
  })()`) as { deltas: number[]; tasks: number[] } // as the expression above makes it
  return framesOf(deltas, tasks)
}

/** The middle of the frames, and what nineteen of twenty stay below. */
export function framesOf(deltas: readonly number[], tasks: readonly number[]): Frames {
  const sorted = deltas.toSorted((a, b) => a - b)
  return { medianMs: median(sorted), p95Ms: sorted[Math.ceil(0.95 * sorted.length) - 1] ?? Number.NaN, longTasks: tasks.length, longestTaskMs: Math.max(0, ...tasks) }
}
