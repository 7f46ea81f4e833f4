import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { LoupeError } from '../../../main/contract/errors.ts'
import { inSlices } from '../../in-slices.ts'
import { asLoupeError } from '../../loadable.ts'
import { workbench } from '../../workbench.ts'
import { fitUnit } from './unit-fits.ts'
import type { FamilyName } from './unit-fits.ts'

/** Steps that are fitted at most: each takes all layers' histograms. */
const mostSteps = 64

/**
 * Which family fits each layer best, over the logged steps of a worker: found here, step by step, from the histograms, for a run is not asked
 * to fit families that it does not use. Coarse at first, finer the longer it is looked at.
 */
export const useBestCourseStore = defineStore('best-course', () => {
  const found = shallowRef<ReadonlyMap<number, ReadonlyMap<string, FamilyName | null>>>(new Map())
  const wanted = shallowRef<readonly number[]>([])
  const error = shallowRef<LoupeError | null>(null)
  let of = ''
  let generation = 0
  const done = computed(() => wanted.value.filter((step) => found.value.has(step)).length)

  /** Fits these steps of a worker, as far as that has not been done; ends when told to stop or asked for others. */
  async function fit({ runId, worker, steps }: { readonly runId: string; readonly worker: number; readonly steps: readonly number[] }): Promise<void> {
    generation += 1
    const mine = generation
    const isOver = () => mine !== generation
    if (of !== `${runId}|${worker}`) found.value = new Map()
    of = `${runId}|${worker}`
    wanted.value = coarseFirst(evenly(steps, mostSteps))
    error.value = null
    for (const step of wanted.value) {
      if (isOver()) return
      if (found.value.has(step)) continue
      try {
        const { records } = await workbench().request('gradient.records', { runId, step, workers: [worker] })
        const best = new Map<string, FamilyName | null>()
        const isDone = await inSlices(records, ({ unit, histograms }) => best.set(unit, fitUnit(histograms.values, { ratio: null, side: 'both' }).best), { isOver })
        if (isDone) found.value = new Map([...found.value, [step, best]])
      } catch (thrown) {
        if (!isOver()) error.value = asLoupeError(thrown)
        return
      }
    }
  }
  function stop(): void {
    generation += 1
  }
  return { found, wanted, done, error, fit, stop }
})

/** At most so many of a list, evenly spread, the first and the last among them. */
export function evenly<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all
  return Array.from({ length: most }, (_, index) => all[Math.round((index * (all.length - 1)) / (most - 1))]).filter((one): one is T => one !== undefined)
}

/** The same list, ends and middle first, then the middles between: what is done of it at any time lies evenly. */
export function coarseFirst<T>(all: readonly T[]): readonly T[] {
  const order: number[] = []
  const seen = new Set<number>()
  const take = (index: number) => {
    if (index < 0 || index >= all.length || seen.has(index)) return
    seen.add(index)
    order.push(index)
  }
  take(0)
  take(all.length - 1)
  for (let parts = 2; order.length < all.length; parts *= 2) {
    for (let part = 1; part < parts; part += 2) take(Math.round((part * (all.length - 1)) / parts))
    if (parts > 2 * all.length) for (const index of all.keys()) take(index)
  }
  return order.map((index) => all[index]).filter((one): one is T => one !== undefined)
}
