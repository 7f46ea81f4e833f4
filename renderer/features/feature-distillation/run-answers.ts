import { onScopeDispose, shallowRef, watch } from 'vue'
import type { ShallowRef } from 'vue'
import type { EventPayload } from '../../../main/contract/events.ts'
import type { LoupeError } from '../../../main/contract/errors.ts'
import { coalesce } from '../../coalesce.ts'
import { asLoupeError } from '../../loadable.ts'
import { useReconnection, workbench } from '../../workbench.ts'

export interface RunAnswers<T> {
  /** What is known, by run. */
  readonly answers: Readonly<ShallowRef<ReadonlyMap<string, T>>>
  readonly errors: Readonly<ShallowRef<ReadonlyMap<string, LoupeError>>>
  readonly refresh: () => void
}

const refreshMs = 1500

/**
 * Keeps what some runs answer for as long as the component lives: asked when a run is first wanted, and again when it has logged more of
 * the kind. An answer stays while a newer one is fetched, and when a run is left and wanted again.
 */
export function useRunAnswers<T>({ runIds, kind, ask }: { readonly runIds: () => readonly string[]; readonly kind: EventPayload<'records.appended'>['kind']; readonly ask: (runId: string) => Promise<T> }): RunAnswers<T> {
  const answers = shallowRef<ReadonlyMap<string, T>>(new Map())
  const errors = shallowRef<ReadonlyMap<string, LoupeError>>(new Map())
  /** Runs whose answer is not there, or older than what they have logged. */
  const stale = new Set<string>()
  let isOver = false

  async function fetchStale(): Promise<void> {
    for (const runId of runIds()) {
      if (isOver) return
      if (!stale.delete(runId)) continue
      try {
        const answer = await ask(runId)
        answers.value = new Map([...answers.value, [runId, answer]])
        errors.value = new Map([...errors.value].filter(([one]) => one !== runId))
      } catch (thrown) {
        errors.value = new Map([...errors.value, [runId, asLoupeError(thrown)]])
      }
    }
  }
  const fetching = coalesce(fetchStale, refreshMs)

  watch(
    () => runIds().join('\n'),
    () => {
      for (const runId of runIds()) if (!answers.value.has(runId)) stale.add(runId)
      void fetchStale()
    },
    { immediate: true },
  )
  const refresh = () => {
    for (const runId of runIds()) stale.add(runId)
    fetching.ask()
  }
  const unsubscribe = workbench().on('records.appended', (appended) => {
    if (appended.kind !== kind || !(answers.value.has(appended.runId) || runIds().includes(appended.runId))) return
    stale.add(appended.runId)
    if (runIds().includes(appended.runId)) fetching.ask()
  })
  useReconnection(refresh)
  onScopeDispose(() => {
    isOver = true
    unsubscribe()
    fetching.cancel()
  })
  return { answers, errors, refresh }
}
