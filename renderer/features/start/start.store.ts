import { defineStore } from 'pinia'
import { onScopeDispose, shallowRef } from 'vue'
import type { CommandOutput } from '../../../main/contract/commands.ts'
import type { LoupeError } from '../../../main/contract/errors.ts'
import type { StudyRecord } from '../../../main/contract/records.ts'
import type { QueryOutput } from '../../../main/contract/queries.ts'
import { coalesce } from '../../coalesce.ts'
import { asLoupeError, useLoadable } from '../../loadable.ts'
import { useReconnection, workbench } from '../../workbench.ts'

/** What the start page shows: the latest studies, the engine and the workspace. */
export const useStartStore = defineStore('start', () => {
  const studies = useLoadable<readonly StudyRecord[]>()
  const engine = useLoadable<CommandOutput<'engine.describe'>>()
  const workspace = useLoadable<QueryOutput<'workspace.describe'>>()
  const isStarting = shallowRef(false)
  const startError = shallowRef<LoupeError | null>(null)

  const loadStudies = () => studies.load(async () => (await workbench().request('study.list', { limit: 50 })).studies)

  /** Keeps the list fresh until the returned function is called. */
  function open(): () => void {
    void loadStudies()
    void engine.load(() => workbench().request('engine.describe', {}))
    void workspace.load(() => workbench().request('workspace.describe', {}))
    const refresh = coalesce(loadStudies, 2000)
    const unsubscribe = [workbench().on('study.changed', () => refresh.ask()), workbench().on('annotations.changed', () => refresh.ask())]
    return () => {
      for (const end of unsubscribe) end()
      refresh.cancel()
    }
  }

  /** Starts the study with every setting at its default and answers its id; null when that failed, with the reason in `startError`. */
  async function startDefault(): Promise<string | null> {
    isStarting.value = true
    startError.value = null
    try {
      return (await workbench().request('study.start', { config: { method: 'critical-batch-size' } })).studyId
    } catch (error) {
      startError.value = asLoupeError(error)
      return null
    } finally {
      isStarting.value = false
    }
  }

  return { studies, engine, workspace, isStarting, startError, loadStudies, open, startDefault }
})

/** Keeps the start page's data fresh for as long as the component lives. */
export function useOpenStart(): ReturnType<typeof useStartStore> {
  const store = useStartStore()
  onScopeDispose(store.open())
  useReconnection(() => void store.loadStudies())
  return store
}
