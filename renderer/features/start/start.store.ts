import { defineStore } from 'pinia'
import { onScopeDispose, shallowRef } from 'vue'
import type { CommandOutput } from '../../../main/contract/commands.ts'
import type { LoupeError } from '../../../main/contract/errors.ts'
import type { QueryOutput } from '../../../main/contract/queries.ts'
import { coalesce } from '../../coalesce.ts'
import { asLoupeError, useLoadable } from '../../loadable.ts'
import { useReconnection, workbench } from '../../workbench.ts'
import { usualStudies } from './listed-studies.ts'
import type { ListedStudy, StudiesView, StudyColumn } from './listed-studies.ts'

/** Studies that are read at most, the newest. */
const most = 1000

/** What the start page shows: the studies, the engine and the workspace. */
export const useStartStore = defineStore('start', () => {
  const studies = useLoadable<readonly ListedStudy[]>()
  /** Which of them, and in which order. */
  const view = shallowRef<StudiesView>(usualStudies)
  const engine = useLoadable<CommandOutput<'engine.describe'>>()
  const workspace = useLoadable<QueryOutput<'workspace.describe'>>()
  const isStarting = shallowRef(false)
  const startError = shallowRef<LoupeError | null>(null)

  const loadStudies = () =>
    studies.load(async () => {
      const found = (await workbench().request('study.list', { limit: most })).studies
      const said = (await workbench().request('annotation.get', { studyIds: found.map(({ id }) => id) })).studies
      return found.flatMap((study, index) => (said[index] ? [{ study, annotation: said[index] }] : []))
    })
  function change(part: Partial<StudiesView>): void {
    view.value = { ...view.value, ...part }
  }
  /** The same column again turns the order round. */
  function sortBy(column: StudyColumn): void {
    const { sort } = view.value
    change({ sort: { column, isDescending: sort.column === column ? !sort.isDescending : column === 'star' || column === 'created' || column === 'batches' || column === 'tags' } })
  }

  /** Keeps the list fresh until the returned function is called. */
  function open(): () => void {
    void loadStudies()
    void engine.load(() => workbench().request('engine.describe', {}))
    void workspace.load(() => workbench().request('workspace.describe', {}))
    const refresh = coalesce(loadStudies, 2000)
    // Who has just renamed or starred one looks at it.
    const soon = coalesce(loadStudies, 250)
    const unsubscribe = [workbench().on('study.changed', () => refresh.ask()), workbench().on('annotations.changed', () => soon.ask())]
    return () => {
      for (const end of unsubscribe) end()
      refresh.cancel()
      soon.cancel()
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

  return { studies, view, engine, workspace, isStarting, startError, loadStudies, change, sortBy, open, startDefault }
})

/** Keeps the start page's data fresh for as long as the component lives. */
export function useOpenStart(): ReturnType<typeof useStartStore> {
  const store = useStartStore()
  onScopeDispose(store.open())
  useReconnection(() => void store.loadStudies())
  return store
}
