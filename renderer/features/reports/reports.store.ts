import { defineStore } from 'pinia'
import { onScopeDispose, shallowRef } from 'vue'
import type { LoupeError } from '../../../main/contract/errors.ts'
import type { QueryOutput } from '../../../main/contract/queries.ts'
import { coalesce } from '../../coalesce.ts'
import { asLoupeError, useLoadable } from '../../loadable.ts'
import { useReconnection, workbench } from '../../workbench.ts'

export type ListedReport = QueryOutput<'report.list'>['reports'][number]

/** Composed reports, and those in the trash. */
export const useReportsStore = defineStore('reports', () => {
  const reports = useLoadable<readonly ListedReport[]>()
  const trashed = useLoadable<readonly ListedReport[]>()
  const error = shallowRef<LoupeError | null>(null)
  /** The report that was moved to the trash last, to be taken back. */
  const deleted = shallowRef<ListedReport | null>(null)

  async function load(): Promise<void> {
    await Promise.all([
      reports.load(async () => (await workbench().request('report.list', {})).reports),
      trashed.load(async () => (await workbench().request('report.list', { isTrashed: true })).reports),
    ])
  }
  async function attempt<T>(act: () => Promise<T>): Promise<T | null> {
    error.value = null
    try {
      return await act()
    } catch (thrown) {
      error.value = asLoupeError(thrown)
      return null
    }
  }
  /** @returns The id of a new report; null where it was refused. */
  async function create(title: string): Promise<string | null> {
    return (await attempt(() => workbench().request('report.save', { reportId: null, version: 0, title, blocks: [] })))?.id ?? null
  }
  /** Another report with the same parts and data. */
  async function duplicate(reportId: string, title: string): Promise<void> {
    await attempt(async () => {
      const { report } = await workbench().request('report.get', { reportId })
      await workbench().request('report.copy', { reportId, title, blocks: report.blocks })
    })
  }
  async function remove(report: ListedReport): Promise<void> {
    if ((await attempt(() => workbench().request('report.delete', { reportId: report.id }))) !== null) deleted.value = report
  }
  async function restore(reportId: string): Promise<void> {
    deleted.value = null
    await attempt(() => workbench().request('report.restore', { reportId }))
  }
  async function purge(reportId: string): Promise<void> {
    deleted.value = null
    await attempt(() => workbench().request('report.purge', { reportId }))
  }
  function open(): () => void {
    const all = coalesce(load, 500)
    all.ask()
    const end = workbench().on('reports.changed', () => all.ask())
    return () => {
      end()
      all.cancel()
    }
  }
  return { reports, trashed, error, deleted, load, create, duplicate, remove, restore, purge, open }
})

export function useOpenReports(): ReturnType<typeof useReportsStore> {
  const store = useReportsStore()
  onScopeDispose(store.open())
  useReconnection(() => void store.load())
  return store
}
