import { defineStore } from 'pinia'
import { computed, onScopeDispose, shallowRef } from 'vue'
import type { CommandInput } from '../../../main/contract/commands.ts'
import type { LoupeError } from '../../../main/contract/errors.ts'
import type { QueryOutput } from '../../../main/contract/queries.ts'
import type { LogEvent } from '../../../main/contract/records.ts'
import { coalesce } from '../../coalesce.ts'
import { asLoupeError, useLoadable } from '../../loadable.ts'
import { useReconnection, workbench } from '../../workbench.ts'
import { readControlLog } from './control-log.ts'

export type SteerRequest = CommandInput<'run.steer'>['request']

/** Changes of status make the most events: a long run has a few thousand. */
const eventLimit = 10_000
const refreshMs = 1500

/** The controller of the open run: what it did, and what may be asked of it. */
export const useControlStore = defineStore('control', () => {
  const runId = shallowRef('')
  const events = useLoadable<readonly LogEvent[]>()
  const datasets = useLoadable<QueryOutput<'dataset.list'>['datasets']>()
  const steerError = shallowRef<LoupeError | null>(null)
  /** What was asked and has not been answered by an event yet. */
  const asked = shallowRef<SteerRequest['kind'] | null>(null)
  const log = computed(() => readControlLog(events.data ?? []))

  const refresh = coalesce(() => events.load(async () => (await workbench().request('event.list', { runId: runId.value, limit: eventLimit })).events), refreshMs)

  /** Keeps a run's controller fresh until the returned function is called. */
  function open(id: string): () => void {
    runId.value = id
    steerError.value = null
    asked.value = null
    events.clear()
    refresh.ask()
    if (datasets.data === null) void datasets.load(async () => (await workbench().request('dataset.list', {})).datasets)
    const unsubscribe = [
      workbench().on('log.event', ({ event }) => {
        if (event.runId !== id) return
        if (event.kind.startsWith('batch.') && event.kind !== 'batch.status') asked.value = null
        refresh.ask()
      }),
      workbench().on('run.changed', ({ run }) => {
        if (run.id !== id) return
        asked.value = null
        refresh.ask()
      }),
    ]
    return () => {
      for (const end of unsubscribe) end()
      refresh.cancel()
    }
  }

  /** Asks something of the controller; the reason of a refusal is kept in `steerError`. */
  async function steer(request: SteerRequest): Promise<void> {
    steerError.value = null
    asked.value = request.kind
    try {
      await workbench().request('run.steer', { runId: runId.value, request })
    } catch (error) {
      steerError.value = asLoupeError(error)
      asked.value = null
    }
    refresh.ask()
  }

  return { events, datasets, log, steerError, asked, open, steer, refresh: () => refresh.ask() }
})

/** Opens a run's controller for as long as the component lives. */
export function useOpenControl(id: string): ReturnType<typeof useControlStore> {
  const store = useControlStore()
  onScopeDispose(store.open(id))
  useReconnection(store.refresh)
  return store
}
