import { defineStore } from 'pinia'
import { computed, onScopeDispose, shallowRef } from 'vue'
import type { RunRow } from '../../../main/contract/annotations.ts'
import { fieldCalled } from '../../../main/contract/filter/fields.ts'
import { coalesce } from '../../coalesce.ts'
import { isDark } from '../../color-mode.ts'
import { fieldTexts, formats, i18n, metricNames } from '../../i18n.ts'
import { useLoadable } from '../../loadable.ts'
import { useReconnection, workbench } from '../../workbench.ts'
import { cellText, columnLabel } from '../runs/columns.ts'
import { filtersOf } from './compare-address.ts'
import type { RunChoice } from './compare-address.ts'
import { bySeeds, comparedLines } from './compared-lines.ts'
import type { Grouping } from './compared-lines.ts'
import { LineColors } from './run-colors.ts'

/** Runs compared at once: more lines than a picture can say anything with. */
export const mostRuns = 1000

interface ComparedRuns {
  readonly rows: readonly RunRow[]
  /** How many fit; more than there are rows where those are too many. */
  readonly total: number
  readonly grouping: Grouping
  readonly alike: readonly number[]
}

const colors = new LineColors(localStorage)

/** The runs that are compared: which, how they are put together, which of them are shown and in what colours. */
export const useCompareStore = defineStore('compare', () => {
  const choice = shallowRef<RunChoice>({ kind: 'none' })
  const grouping = shallowRef<Grouping>(null)
  const found = useLoadable<ComparedRuns>()
  const hidden = shallowRef<ReadonlySet<string>>(new Set())
  const turned = shallowRef(0)
  /** The line that is pointed at, in a chart or in the list. */
  const highlighted = shallowRef<string | null>(null)

  const lines = computed(() => {
    if (found.data === null) return []
    const field = found.data.grouping === null ? undefined : fieldCalled(found.data.grouping)
    return comparedLines({
      ...found.data,
      label: found.data.grouping === null ? '' : groupingLabel(found.data.grouping),
      textOf: (value) => cellText({ field, value, formats: formats.value, yesNo: [i18n.global.t('runs.yes'), i18n.global.t('runs.no')] }),
    })
  })
  const shownLines = computed(() => lines.value.filter(({ id }) => !hidden.value.has(id)))
  const runIds = computed(() => found.data?.rows.map(({ id }) => id) ?? [])
  const lineColors = computed(() => {
    void turned.value // counts changes by hand
    const ids = lines.value.map(({ id }) => id)
    colors.meet(ids)
    return new Map(ids.map((id) => [id, colors.colorOf(id, isDark.value ? 'dark' : 'light')]))
  })

  async function load(): Promise<void> {
    const [asked, by] = [choice.value, grouping.value]
    const columns = by === null || by === bySeeds ? [] : [by]
    await found.load(async () => {
      const parts = await Promise.all(filtersOf(asked).map(async (filter) => await workbench().request('run.search', { filter, columns, limit: mostRuns })))
      const rows = parts.flatMap((part) => part.rows).slice(0, mostRuns).toSorted((a, b) => (a.id < b.id ? -1 : 1))
      const alike = by === bySeeds ? (await workbench().request('compare.alike', { runIds: rows.map(({ id }) => id) })).groups : []
      return { rows, total: parts.reduce((sum, { total }) => sum + total, 0), grouping: by, alike }
    })
  }
  function choose(next: RunChoice, by: Grouping): void {
    if (JSON.stringify([next, by]) === JSON.stringify([choice.value, grouping.value]) && found.data !== null) return
    if (JSON.stringify(next) !== JSON.stringify(choice.value)) {
      hidden.value = new Set()
      found.clear()
    }
    choice.value = next
    grouping.value = by
    void load()
  }
  function setHidden(ids: Iterable<string>, isHidden: boolean): void {
    const next = new Set(hidden.value)
    for (const id of ids) {
      if (isHidden) next.add(id)
      else next.delete(id)
    }
    hidden.value = next
  }
  function showOnly(id: string): void {
    hidden.value = new Set(lines.value.flatMap((line) => (line.id === id ? [] : [line.id])))
  }
  function turnColor(id: string): void {
    colors.turn(id)
    turned.value += 1
  }
  function open(): () => void {
    const rows = coalesce(load, 2000)
    const unsubscribe = [
      workbench().on('run.changed', ({ run }) => {
        // New runs may fit a filter; of runs chosen by name only what they are called may change.
        if (choice.value.kind === 'filter' || choice.value.kind === 'study' || runIds.value.includes(run.id)) rows.ask()
      }),
      workbench().on('annotations.changed', () => rows.ask()),
    ]
    return () => {
      for (const end of unsubscribe) end()
      rows.cancel()
    }
  }
  return { choice, grouping, found, hidden, highlighted, lines, shownLines, runIds, lineColors, load, choose, setHidden, showOnly, turnColor, open }
})

export function useOpenComparison(): ReturnType<typeof useCompareStore> {
  const store = useCompareStore()
  onScopeDispose(store.open())
  useReconnection(() => void store.load())
  return store
}

/** What a grouping is called in the window's language. */
export function groupingLabel(grouping: string): string {
  const { t, te } = i18n.global
  if (grouping === bySeeds) return t('compare.group.alike')
  return columnLabel(grouping, {
    column: (column) => (te(`runs.column.${column}`) ? t(`runs.column.${column}`) : column),
    statistic: (statistic, metric) => t(`runs.statistic.${statistic}`, { metric }),
    metrics: metricNames.value,
    settings: fieldTexts.value,
  })
}
