import { defineStore } from 'pinia'
import { onScopeDispose, shallowRef, watch } from 'vue'
import { joinedColumns } from '../../../../main/compare/settings/setting-columns.ts'
import type { FieldValue } from '../../../../main/contract/annotations.ts'
import type { ComparedSettings } from '../../../../main/contract/compare-settings.ts'
import { coalesce } from '../../../coalesce.ts'
import { useLoadable } from '../../../loadable.ts'
import type { Loadable } from '../../../loadable.ts'
import { useReconnection, workbench } from '../../../workbench.ts'

/** Runs whose settings are asked for at a time: some tenths of a second. */
const runsAtOnce = 500

/** Settings of the compared runs, asked for once for all tabs. */
export const useComparedSettings = defineStore('compared-settings', () => {
  const compared = useLoadable<ComparedSettings>()
  let key = ''

  async function load(runIds: readonly string[]): Promise<void> {
    key = runIds.join()
    await compared.load(async () => await settingsOf(runIds))
  }
  /** Asks unless it has been asked for the same runs. What is there stays until the answer comes. */
  async function ask(runIds: readonly string[]): Promise<void> {
    if (runIds.join() === key && (compared.data !== null || compared.isLoading)) return
    await load(runIds)
  }
  return { compared, ask, load }
})

async function settingsOf(runIds: readonly string[]): Promise<ComparedSettings> {
  let all: ComparedSettings = { runs: [], settings: [], environment: [], data: [], metrics: [] }
  for (let from = 0; from < runIds.length; from += runsAtOnce) {
    const part = await workbench().request('compare.settings', { runIds: runIds.slice(from, from + runsAtOnce) })
    all = all.runs.length === 0 ? part : joined(all, part)
  }
  return all
}

function joined(first: ComparedSettings, second: ComparedSettings): ComparedSettings {
  const counts = [first.runs.length, second.runs.length] as const
  const metrics = new Map(first.metrics.map(({ key, runs }) => [key, runs] as const))
  for (const { key, runs } of second.metrics) metrics.set(key, (metrics.get(key) ?? 0) + runs)
  return {
    runs: [...first.runs, ...second.runs],
    settings: joinedColumns(first.settings, second.settings, counts),
    environment: joinedColumns(first.environment, second.environment, counts),
    data: joinedColumns(first.data, second.data, counts),
    metrics: [...metrics].map(([key, runs]) => ({ key, runs })),
  }
}

/** Settings of the runs that a tab is given: asked for when it is shown, and when the runs are others. */
export function useSettingsOf(runIds: () => readonly string[]): Loadable<ComparedSettings> {
  const store = useComparedSettings()
  watch(runIds, (ids) => void store.ask(ids), { immediate: true })
  useReconnection(() => void store.load(runIds()))
  return store.compared
}

/** Values of fields by their names, in the order of the runs of {@link ComparedSettings}. */
export type FieldValues = ReadonlyMap<string, readonly FieldValue[]>

/** Reads fields of the compared runs; those that are known for the same runs are not asked for again. */
export function useFieldValues(compared: () => ComparedSettings | null, fields: () => readonly string[]): { readonly values: Loadable<FieldValues>; readonly load: () => Promise<void> } {
  const values = useLoadable<FieldValues>()
  const known = shallowRef<{ readonly of: ComparedSettings; readonly values: FieldValues } | null>(null)
  async function load(): Promise<void> {
    const of = compared()
    if (of === null) return
    const before = known.value?.of === of ? known.value.values : new Map<string, readonly FieldValue[]>()
    const missing = [...new Set(fields())].filter((field) => !before.has(field))
    await values.load(async () => {
      const columns = missing.length === 0 ? [] : (await workbench().request('compare.values', { runIds: of.runs.map(({ id }) => id), fields: missing })).columns
      const all = new Map([...before, ...missing.map((field, index) => [field, columns[index] ?? []] as const)])
      known.value = { of, values: all }
      return all
    })
  }
  watch([compared, fields], () => void load(), { immediate: true })
  // Runs that train have other values a moment later.
  const again = coalesce(async () => {
    known.value = null
    await load()
  }, 3000)
  const unsubscribe = workbench().on('run.changed', ({ run }) => {
    if (compared()?.runs.some(({ id }) => id === run.id) === true) again.ask()
  })
  onScopeDispose(() => {
    unsubscribe()
    again.cancel()
  })
  return { values, load }
}
