import { defineStore } from 'pinia'
import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import type { CheckpointField, ListedCheckpoint } from '../../../main/contract/checkpoint-browser.ts'
import type { LoupeError } from '../../../main/contract/errors.ts'
import { parseFilter } from '../../../main/contract/filter/parse-filter.ts'
import type { QueryOutput } from '../../../main/contract/queries.ts'
import { coalesce } from '../../coalesce.ts'
import { asLoupeError, useLoadable } from '../../loadable.ts'
import { useReconnection, workbench } from '../../workbench.ts'

/** Checkpoints asked for at a time: some screens full. */
const pageSize = 200
/** Longer than the pause between two keys, shorter than patience. */
const typingMs = 180
/** Ids asked for at a time where all are wanted. */
const allAtOnce = 10_000

export interface CheckpointsView {
  readonly filter: string
  readonly isKept: boolean | null
  readonly sort: { readonly field: CheckpointField; readonly isDescending: boolean }
}
export const usualView: CheckpointsView = { filter: '', isKept: null, sort: { field: 'saved', isDescending: true } }

/** All checkpoints of the workspace that fit, page by page as they come into sight. */
export const useCheckpointsStore = defineStore('checkpoints', () => {
  const view = shallowRef<CheckpointsView>(usualView)
  /** The filter as it is typed; the view's is the last that reads. */
  const text = shallowRef('')
  const first = useLoadable<Omit<QueryOutput<'checkpoint.list'>, 'rows'>>()
  const pages = shallowRef<ReadonlyMap<number, readonly ListedCheckpoint[]>>(new Map())
  const chosen = shallowRef<ReadonlyMap<string, ListedCheckpoint>>(new Map())
  const known = shallowRef<{ readonly tags: readonly string[]; readonly studies: readonly string[] }>({ tags: [], studies: [] })
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
  /** One for each line of the list. */
  const places = computed(() => Array.from({ length: first.data?.total ?? 0 }, (_, index) => index))

  const ask = (page: number) => workbench().request('checkpoint.list', { ...view.value, limit: pageSize, offset: page * pageSize })
  const rowAt = (index: number): ListedCheckpoint | null => pages.value.get(Math.floor(index / pageSize))?.[index % pageSize] ?? null
  const pagesIn = (from: number, to: number) => Array.from({ length: Math.max(1, Math.floor(Math.max(from, to - 1) / pageSize) - Math.floor(from / pageSize) + 1) }, (_, index) => Math.floor(from / pageSize) + index)

  /** Asks anew for what is in sight; what is there stays until the answer comes. */
  async function load(): Promise<void> {
    generation += 1
    const mine = generation
    asking.clear()
    await first.load(async () => {
      const answers = await Promise.all(pagesIn(...sight).map(async (page) => [page, await ask(page)] as const))
      if (mine === generation) {
        pages.value = new Map(answers.map(([page, { rows }]) => [page, rows]))
        refreshChosen(answers.flatMap(([, { rows }]) => rows))
      }
      const { total, bytes, workspace } = answers[0]![1] // at least one page is asked for
      return { total, bytes, workspace }
    })
    if (mine === generation) void look(...sight)
  }
  /** The lines from one up to another are in sight. */
  async function look(from: number, to: number): Promise<void> {
    sight = [from, to]
    const mine = generation
    for (const page of pagesIn(from, Math.min(to, places.value.length))) {
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
  function refreshChosen(rows: readonly ListedCheckpoint[]): void {
    if (rows.some(({ id }) => chosen.value.has(id))) chosen.value = new Map([...chosen.value].map(([id, row]) => [id, rows.find((one) => one.id === id) ?? row]))
  }
  function change(part: Partial<CheckpointsView>): void {
    view.value = { ...view.value, ...part }
    if (part.filter !== undefined) text.value = part.filter
    void load()
  }
  function sortBy(field: CheckpointField): void {
    const { sort } = view.value
    change({ sort: { field, isDescending: sort.field === field ? !sort.isDescending : field !== 'run' && field !== 'study' } })
  }
  function choose(rows: readonly ListedCheckpoint[], isChosen: boolean): void {
    const next = new Map(chosen.value)
    for (const row of rows) {
      if (isChosen) next.set(row.id, row)
      else next.delete(row.id)
    }
    chosen.value = next
  }
  /** Every checkpoint that fits. */
  async function allRows(): Promise<readonly ListedCheckpoint[]> {
    const rows: ListedCheckpoint[] = []
    for (;;) {
      const answer = await workbench().request('checkpoint.list', { ...view.value, limit: allAtOnce, offset: rows.length })
      rows.push(...answer.rows)
      if (answer.rows.length === 0 || rows.length >= answer.total) return rows
    }
  }
  async function loadKnown(): Promise<void> {
    const [tagList, studyList] = await Promise.all([workbench().request('tag.list', {}), workbench().request('study.list', { limit: 1000 })])
    known.value = { tags: tagList.tags.map(({ tag }) => tag), studies: studyList.studies.flatMap(({ name }) => (name === '' ? [] : [name])) }
  }

  let typing: ReturnType<typeof setTimeout> | undefined
  watch(text, (typed) => {
    clearTimeout(typing)
    if (typed === view.value.filter) return
    typing = setTimeout(() => {
      if (filterFault.value === null) change({ filter: text.value })
    }, typingMs)
  })

  function open(filter: string): () => void {
    chosen.value = new Map()
    sight = [0, 60]
    change({ filter })
    void loadKnown().catch(() => {}) // only what the filter box proposes; the list itself says when the log cannot be asked
    const rows = coalesce(load, 1000)
    const unsubscribe = (['checkpoints.changed', 'run.changed', 'annotations.changed'] as const).map((name) => workbench().on(name, () => rows.ask()))
    return () => {
      for (const end of unsubscribe) end()
      clearTimeout(typing)
      rows.cancel()
    }
  }
  return { view, text, filterFault, first, places, chosen, known, rowAt, load, look, change, sortBy, choose, allRows, open }
})

/** Keeps the list fresh for as long as the component lives. */
export function useOpenCheckpoints(filter: string): ReturnType<typeof useCheckpointsStore> {
  const store = useCheckpointsStore()
  onScopeDispose(store.open(filter))
  useReconnection(() => void store.load())
  return store
}
