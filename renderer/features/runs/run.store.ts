import { defineStore } from 'pinia'
import { onScopeDispose, shallowRef } from 'vue'
import type { CommandName } from '../../../main/contract/commands.ts'
import type { LoupeError } from '../../../main/contract/errors.ts'
import type { EventPayload } from '../../../main/contract/events.ts'
import type { QueryOutput } from '../../../main/contract/queries.ts'
import type { MetricSeries } from '../../../main/contract/records.ts'
import { coalesce } from '../../coalesce.ts'
import { asLoupeError, useLoadable } from '../../loadable.ts'
import { useReconnection, workbench } from '../../workbench.ts'

/** The open run: its record and its curves. */
export const useRunStore = defineStore('run', () => {
  const runId = shallowRef('')
  const detail = useLoadable<QueryOutput<'run.get'>>()
  const series = useLoadable<readonly MetricSeries[]>()
  /** Where the run is between two refreshes; null unless it is running. */
  const live = shallowRef<EventPayload<'run.progressed'> | null>(null)
  const actionError = shallowRef<LoupeError | null>(null)

  const refresh = coalesce(async () => {
    await detail.load(() => workbench().request('run.get', { runId: runId.value }))
    const keys = detail.data?.keys ?? []
    if (keys.length > 0) await series.load(async () => (await workbench().request('metric.series', { runIds: [runId.value], keys: [...keys], maxPoints: 800 })).series)
  }, 1000)

  function open(id: string): () => void {
    runId.value = id
    live.value = null
    actionError.value = null
    detail.clear()
    series.clear()
    refresh.ask()
    const unsubscribe = [
      workbench().on('run.changed', ({ run }) => {
        if (run.id === id) refresh.ask()
      }),
      workbench().on('run.progressed', (progress) => {
        if (progress.runId === id) live.value = progress
      }),
      workbench().on('metrics.appended', ({ runIds }) => {
        if (runIds.includes(id)) refresh.ask()
      }),
    ]
    return () => {
      for (const end of unsubscribe) end()
      refresh.cancel()
    }
  }
  async function act(name: Extract<CommandName, 'run.pause' | 'run.resume' | 'run.stop'>): Promise<void> {
    actionError.value = null
    try {
      await workbench().request(name, { runId: runId.value })
    } catch (error) {
      actionError.value = asLoupeError(error)
    }
    refresh.ask()
  }
  return { runId, detail, series, live, actionError, open, act, refresh: () => refresh.ask() }
})

export function useOpenRun(id: string): ReturnType<typeof useRunStore> {
  const store = useRunStore()
  onScopeDispose(store.open(id))
  useReconnection(store.refresh)
  return store
}
