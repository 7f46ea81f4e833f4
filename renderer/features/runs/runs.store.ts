import { defineStore } from 'pinia'
import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import type { RunRow, RunsView, SavedView } from '../../../main/contract/annotations.ts'
import type { LoupeError } from '../../../main/contract/errors.ts'
import { fieldCalled } from '../../../main/contract/filter/fields.ts'
import { parseFilter } from '../../../main/contract/filter/parse-filter.ts'
import type { QueryOutput } from '../../../main/contract/queries.ts'
import type { StudyRecord } from '../../../main/contract/records.ts'
import { coalesce } from '../../coalesce.ts'
import { asLoupeError, useLoadable } from '../../loadable.ts'
import { useReconnection, workbench } from '../../workbench.ts'
import { listItems, moved, pagesOf } from './list-items.ts'

/** Runs asked for at a time: some screens full. */
const pageSize = 200
/** Longer than the pause between two keys, shorter than patience. */
const typingMs = 180
const storageKey = 'loupe.runs-view'

export const usualView: RunsView = { filter: '', sort: [], groupBy: null, columns: ['status', 'study', 'model', 'optimizer', 'batchSize', 'seed', 'accuracy', 'loss', 'tag', 'duration', 'created'] }

/** The list of runs: what fits the filter, page by page as it comes into sight. */
export const useRunsStore = defineStore('runs', () => {
  const view = shallowRef<RunsView>(lastView())
  /** The filter as it is typed; the view's is the last that reads. */
  const text = shallowRef(view.value.filter)
  const first = useLoadable<Pick<QueryOutput<'run.search'>, 'total' | 'groups'>>()
  const pages = shallowRef<ReadonlyMap<number, readonly RunRow[]>>(new Map())
  const folded = shallowRef<ReadonlySet<string>>(new Set())
  const views = shallowRef<readonly SavedView[]>([])
  const tags = shallowRef<readonly string[]>([])
  const studies = shallowRef<readonly StudyRecord[]>([])
  /** Names that imported runs have given to parameters and metrics. */
  const imported = shallowRef<QueryOutput<'importedRun.names'>>({ params: [], metrics: [] })
  let sight: readonly [number, number] = [0, 60]
  let generation = 0
  const asking = new Set<number>()

  const filterFault = computed<LoupeError | null>(() => {
    try {
      parseFilter(text.value)
      return null
    } catch (error) {
      return asLoupeError(error)
    }
  })
  const items = computed(() => listItems({ total: first.data?.total ?? 0, groups: first.data?.groups ?? [], folded: folded.value }))
  const studyNames = computed(() => new Map(studies.value.map((study) => [study.id, study] as const)))

  const ask = (page: number) => workbench().request('run.search', { ...view.value, limit: pageSize, offset: page * pageSize })
  const rowAt = (index: number): RunRow | null => pages.value.get(Math.floor(index / pageSize))?.[index % pageSize] ?? null

  /** Asks anew for what is in sight; what is there stays until the answer comes. */
  async function load(): Promise<void> {
    generation += 1
    const mine = generation
    asking.clear()
    const wanted = pagesOf(items.value.slice(...sight), pageSize)
    const asked = wanted.length > 0 ? wanted : [0]
    await first.load(async () => {
      const answers = await Promise.all(asked.map(async (page) => [page, await ask(page)] as const))
      if (mine === generation) pages.value = new Map(answers.map(([page, { rows }]) => [page, rows]))
      return answers[0]![1]
    })
    if (mine === generation) void look(...sight)
  }
  /** The lines from one up to another are in sight. */
  async function look(from: number, to: number): Promise<void> {
    sight = [from, to]
    const mine = generation
    for (const page of pagesOf(items.value.slice(from, to), pageSize)) {
      if (pages.value.has(page) || asking.has(page)) continue
      asking.add(page)
      try {
        const { rows } = await ask(page)
        if (mine === generation) pages.value = new Map([...pages.value, [page, rows]])
      } catch {
        // The rows stay unread, and are asked for again with the next look; a lost connection says so by itself.
      } finally {
        asking.delete(page)
      }
    }
  }
  function change(part: Partial<RunsView>): void {
    view.value = { ...view.value, ...part }
    localStorage.setItem(storageKey, JSON.stringify(view.value))
    if (part.filter !== undefined) text.value = part.filter
    if ('groupBy' in part) folded.value = new Set()
    void load()
  }
  /** The same column again turns the order round, and then lets go of it. */
  function sortBy(field: string): void {
    const [before] = view.value.sort
    const isSame = before?.field === field
    change({ sort: isSame && before.isDescending ? [] : [{ field, isDescending: isSame }] })
  }
  function moveColumn(column: string, to: number): void {
    change({ columns: moved(view.value.columns, view.value.columns.indexOf(column), Math.max(0, Math.min(to, view.value.columns.length - 1))) })
  }
  function fold(key: string): void {
    const next = new Set(folded.value)
    if (!next.delete(key)) next.add(key)
    folded.value = next
    void look(...sight)
  }
  /** Every run that fits, without the values of columns. */
  async function allRows(): Promise<readonly RunRow[]> {
    return (await workbench().request('run.search', { ...view.value, columns: [], limit: 10_000 })).rows
  }
  async function loadSurroundings(): Promise<void> {
    const [viewList, tagList, studyList, names] = await Promise.all([workbench().request('view.list', {}), workbench().request('tag.list', {}), workbench().request('study.list', { limit: 1000 }), workbench().request('importedRun.names', {})])
    views.value = viewList.views
    tags.value = tagList.tags.map(({ tag }) => tag)
    studies.value = studyList.studies
    imported.value = names
  }

  let typing: ReturnType<typeof setTimeout> | undefined
  watch(text, (typed) => {
    clearTimeout(typing)
    if (typed === view.value.filter) return
    typing = setTimeout(() => {
      if (filterFault.value === null) change({ filter: text.value })
    }, typingMs)
  })

  function open(): () => void {
    const around = coalesce(async () => await loadSurroundings().catch(() => {}), 1000) // the list itself says when the log cannot be asked
    const rows = coalesce(load, 1000)
    void load()
    around.ask()
    const unsubscribe = [
      workbench().on('run.changed', () => rows.ask()),
      workbench().on('study.changed', () => around.ask()),
      workbench().on('views.changed', () => around.ask()),
      workbench().on('annotations.changed', () => {
        rows.ask()
        around.ask()
      }),
    ]
    return () => {
      for (const end of unsubscribe) end()
      rows.cancel()
      around.cancel()
    }
  }
  return { view, text, filterFault, first, items, folded, views, tags, studies, imported, studyNames, rowAt, load, look, change, sortBy, moveColumn, fold, allRows, open }
})

export function useOpenRuns(): ReturnType<typeof useRunsStore> {
  const store = useRunsStore()
  onScopeDispose(store.open())
  useReconnection(() => void store.load())
  return store
}

/** How the list was looked at last in this window. Columns that are gone are left out. */
function lastView(): RunsView {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(storageKey) ?? 'null')
    if (typeof kept !== 'object' || kept === null) return usualView
    const { filter, sort, groupBy, columns } = { ...usualView, ...kept }
    parseFilter(filter)
    return { filter, sort: sort.filter(({ field }) => fieldCalled(field)), groupBy: groupBy !== null && fieldCalled(groupBy) ? groupBy : null, columns: columns.filter((column) => fieldCalled(column)) }
  } catch {
    return usualView // written by another version
  }
}
