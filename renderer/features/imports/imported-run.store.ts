import { defineStore } from 'pinia'
import { computed, onScopeDispose, shallowRef } from 'vue'
import type { QueryOutput } from '../../../main/contract/queries.ts'
import type { MetricSeries } from '../../../main/contract/records.ts'
import { coalesce } from '../../coalesce.ts'
import { useLoadable } from '../../loadable.ts'
import { useReconnection, workbench } from '../../workbench.ts'

/** Charts that are shown at first, and more with each press. */
const chartsAtOnce = 12
const maxPoints = 800

/** The open imported run: what it is, and the curves that are in sight. */
export const useImportedRunStore = defineStore('imported-run', () => {
  const runId = shallowRef('')
  const detail = useLoadable<QueryOutput<'importedRun.get'>>()
  const series = shallowRef<ReadonlyMap<string, MetricSeries>>(new Map())
  const search = shallowRef('')
  const shownCharts = shallowRef(chartsAtOnce)
  let generation = 0

  const found = computed(() => {
    const words = search.value.toLowerCase()
    return (detail.data?.keys ?? []).filter((key) => `${key} ${detail.data?.run.renamed[key] ?? ''}`.toLowerCase().includes(words))
  })
  const shownKeys = computed(() => found.value.slice(0, shownCharts.value))

  /** Asks for the curves in sight that are not there yet. */
  async function loadShown(): Promise<void> {
    const mine = generation
    const keys = shownKeys.value.filter((key) => !series.value.has(key))
    if (keys.length === 0) return
    const answer = await workbench().request('metric.series', { runIds: [runId.value], keys: keys.slice(0, 100), maxPoints })
    if (mine === generation) series.value = new Map([...series.value, ...answer.series.map((one) => [one.key, one] as const)])
  }
  async function refresh(): Promise<void> {
    generation += 1
    await detail.load(async () => {
      const answer = await workbench().request('importedRun.get', { runId: runId.value })
      series.value = new Map()
      return answer
    })
    await loadShown().catch(() => {}) // charts without a curve ask again with the next look; a lost connection says so by itself
  }
  function showMore(): void {
    shownCharts.value += chartsAtOnce
    void loadShown().catch(() => {})
  }
  function find(words: string): void {
    search.value = words
    shownCharts.value = chartsAtOnce
    void loadShown().catch(() => {})
  }
  function open(id: string): () => void {
    runId.value = id
    search.value = ''
    shownCharts.value = chartsAtOnce
    detail.clear()
    series.value = new Map()
    const again = coalesce(refresh, 1000)
    again.ask()
    const end = workbench().on('annotations.changed', ({ runIds }) => {
      if (runIds.includes(id)) again.ask()
    })
    return () => {
      end()
      again.cancel()
    }
  }
  return { runId, detail, series, search, found, shownKeys, refresh, showMore, find, open }
})

export function useOpenImportedRun(id: string): ReturnType<typeof useImportedRunStore> {
  const store = useImportedRunStore()
  onScopeDispose(store.open(id))
  useReconnection(() => void store.refresh())
  return store
}
