import { defineStore } from 'pinia'
import { computed, onScopeDispose, shallowRef } from 'vue'
import type { RunRecord, Status, StudyRecord } from '../../../main/contract/records.ts'
import { coalesce } from '../../coalesce.ts'
import { useLoadable } from '../../loadable.ts'
import { useReconnection, workbench } from '../../workbench.ts'
import { filterRuns, sortRuns } from './run-table.ts'
import type { RunFilter, RunSort } from './run-table.ts'

/** Rows asked for at a time; the table draws only those in sight, so all of them may be here. */
const limit = 10000

/** The runs of the workspace, filtered and sorted. */
export const useRunsStore = defineStore('runs', () => {
  const list = useLoadable<{ readonly runs: readonly RunRecord[]; readonly studies: readonly StudyRecord[] }>()
  const filter = shallowRef<RunFilter>({ text: '', status: null, studyId: null })
  const sort = shallowRef<RunSort>({ column: 'created', isDescending: true })

  const load = () =>
    list.load(async () => {
      const [{ runs }, { studies }] = await Promise.all([workbench().request('run.list', { limit }), workbench().request('study.list', { limit: 1000 })])
      return { runs, studies }
    })
  const shown = computed(() => sortRuns(filterRuns(list.data?.runs ?? [], filter.value), sort.value))

  function filterBy(change: Partial<RunFilter>): void {
    filter.value = { ...filter.value, ...change }
  }
  /** The same column again turns the order round. */
  function sortBy(column: RunSort['column']): void {
    sort.value = { column, isDescending: sort.value.column === column ? !sort.value.isDescending : false }
  }
  function open(): () => void {
    void load()
    const refresh = coalesce(load, 2000)
    const unsubscribe = workbench().on('run.changed', () => refresh.ask())
    return () => {
      unsubscribe()
      refresh.cancel()
    }
  }
  const statuses: readonly Status[] = ['queued', 'running', 'paused', 'finished', 'failed', 'stopped', 'interrupted']

  return { list, filter, sort, shown, statuses, load, filterBy, sortBy, open }
})

export function useOpenRuns(): ReturnType<typeof useRunsStore> {
  const store = useRunsStore()
  onScopeDispose(store.open())
  useReconnection(() => void store.load())
  return store
}
