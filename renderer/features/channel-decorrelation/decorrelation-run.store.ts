import { defineStore } from 'pinia'
import { onScopeDispose, shallowRef } from 'vue'
import type { DecorrelationRecord, Recommendation } from '../../../main/contract/decorrelation-records.ts'
import type { LoupeError } from '../../../main/contract/errors.ts'
import type { RunRecord } from '../../../main/contract/records.ts'
import type { RunConfig } from '../../../main/contract/run-config.ts'
import { coalesce } from '../../coalesce.ts'
import { asLoupeError, useLoadable } from '../../loadable.ts'
import { useReconnection, workbench } from '../../workbench.ts'
import { leavesHole, mergedRecords } from './record-list.ts'
import { recommendationKey } from './recommendations.ts'

/** A record holds a matrix of each feature and data set: a long run's are not all kept in the window. */
const mostRecords = 200
const newestRecords = 4
const refreshMs = 1000

export type RunRequest = 'end' | 'save' | 'apply'

/** The decorrelation of the open run: what it looked at, and what is asked of it. */
export const useDecorrelationRunStore = defineStore('decorrelation-run', () => {
  const runId = shallowRef('')
  const records = useLoadable<readonly DecorrelationRecord[]>()
  const busy = shallowRef<RunRequest | null>(null)
  const error = shallowRef<{ readonly of: RunRequest; readonly error: LoupeError } | null>(null)
  /** Of the copy saved last from here; null before. */
  const saved = shallowRef<{ readonly step: number; readonly sha256: string; readonly bytes: number } | null>(null)
  const dismissed = shallowRef<ReadonlySet<string>>(new Set())

  const ask = async (last: number) => (await workbench().request('decorrelation.records', { runId: runId.value, last })).records
  const refresh = coalesce(
    () =>
      records.load(async () => {
        const known = records.data ?? []
        const newest = known.length === 0 ? [] : await ask(newestRecords)
        return mergedRecords(known, known.length === 0 || leavesHole(known, newest) ? await ask(mostRecords) : newest).slice(-mostRecords)
      }),
    refreshMs,
  )

  /** Keeps a run's records fresh until the returned function is called. */
  function open(id: string): () => void {
    runId.value = id
    error.value = null
    saved.value = null
    busy.value = null
    dismissed.value = readDismissed(id)
    records.clear()
    refresh.ask()
    const unsubscribe = workbench().on('records.appended', (appended) => {
      if (appended.runId === id && appended.kind === 'decorrelation') refresh.ask()
    })
    return () => {
      unsubscribe()
      refresh.cancel()
    }
  }

  async function attempt<T>(request: RunRequest, action: () => Promise<T>): Promise<T | null> {
    busy.value = request
    error.value = null
    try {
      return await action()
    } catch (thrown) {
      error.value = { of: request, error: asLoupeError(thrown) }
      return null
    } finally {
      busy.value = null
    }
  }
  const end = () => attempt('end', () => workbench().request('run.end', { runId: runId.value }))
  async function save(): Promise<void> {
    const answer = await attempt('save', () => workbench().request('run.saveNetwork', { runId: runId.value }))
    if (answer !== null) saved.value = answer
  }
  /**
   * Goes on with other conditions as a run of its own: from where the run is where it trains, else from its newest checkpoint.
   *
   * @returns The new run's id; null where it was refused, with the reason in `error`.
   */
  async function apply({ run, config, endsThisOne }: { readonly run: Pick<RunRecord, 'id' | 'status'>; readonly config: RunConfig; readonly endsThisOne: boolean }): Promise<string | null> {
    return attempt('apply', async () => {
      const isTraining = run.status === 'running'
      const step = isTraining ? (await workbench().request('run.saveNetwork', { runId: run.id })).step : null
      const branch = await workbench().request('run.branch', { runId: run.id, step, config })
      if (isTraining && endsThisOne) await workbench().request('run.end', { runId: run.id })
      return branch.runId
    })
  }
  function dismiss(recommendation: Recommendation): void {
    dismissed.value = new Set([...dismissed.value, recommendationKey(recommendation)])
    localStorage.setItem(storageKey(runId.value), JSON.stringify([...dismissed.value]))
  }

  return { runId, records, busy, error, saved, dismissed, open, end, save, apply, dismiss, refresh: () => refresh.ask() }
})

const storageKey = (runId: string) => `loupe.dismissed.${runId}`

function readDismissed(runId: string): ReadonlySet<string> {
  const kept: unknown = JSON.parse(localStorage.getItem(storageKey(runId)) ?? '[]')
  return new Set(Array.isArray(kept) ? kept.map(String) : [])
}

/** Opens a run's decorrelation for as long as the component lives. */
export function useOpenDecorrelation(id: string): ReturnType<typeof useDecorrelationRunStore> {
  const store = useDecorrelationRunStore()
  onScopeDispose(store.open(id))
  useReconnection(store.refresh)
  return store
}
