import { defineStore } from 'pinia'
import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import type { CommandName } from '../../../main/contract/commands.ts'
import type { LoupeError } from '../../../main/contract/errors.ts'
import type { QueryOutput } from '../../../main/contract/queries.ts'
import type { LogEvent, MetricSeries, RunRecord, StudyRecord } from '../../../main/contract/records.ts'
import type { RequestInput } from '../../../main/contract/rpc.ts'
import type { Target } from '../../../main/contract/run-config.ts'
import type { CriticalBatchSizeConfig } from '../../../main/methods/critical-batch-size/config.ts'
import type { CriticalBatchSizeReport } from '../../../main/methods/critical-batch-size/report.ts'
import { coalesce } from '../../coalesce.ts'
import { asLoupeError, useLoadable } from '../../loadable.ts'
import { useReconnection, workbench } from '../../workbench.ts'

export type StudyDetail = QueryOutput<'study.get'>
/** What a sweep over batch sizes says. */
export type StudyReport = CriticalBatchSizeReport
/** A study that sweeps over batch sizes. */
export type SweepStudy = StudyRecord & { readonly config: CriticalBatchSizeConfig }

/** The study where it is a sweep over batch sizes; null where it is of another method. */
export function asSweep(study: StudyRecord): SweepStudy | null {
  return study.config.method === 'critical-batch-size' ? { ...study, config: study.config } : null
}

/** How the stored curves are read; null reads them as the study itself does. */
export interface Lens {
  readonly target: Target | null
  readonly fitFrom: number | null
  readonly fitTo: number | null
}
export const plainLens: Lens = { target: null, fitFrom: null, fitTo: null }

/** Least time between two refreshes of what grows while the study runs. */
const refreshMs = { detail: 500, report: 1500, series: 1000, events: 2000 }

/** The open study: its record and runs, what it says, its curves. All of it is asked again when the engine says that it changed; nothing is patched. */
export const useStudyStore = defineStore('study', () => {
  const studyId = shallowRef('')
  const detail = useLoadable<StudyDetail>()
  const report = useLoadable<QueryOutput<'study.report'>>()
  const series = useLoadable<readonly MetricSeries[]>()
  const events = useLoadable<readonly LogEvent[]>()
  const lens = shallowRef<Lens>(plainLens)
  /** Which curves are wanted; null while none are shown, so that none are fetched. */
  const seriesKeys = shallowRef<readonly string[] | null>(null)
  /** Of which batch sizes; null for all. */
  const seriesSizes = shallowRef<readonly number[] | null>(null)
  const wantsEvents = shallowRef(false)
  const actionError = shallowRef<LoupeError | null>(null)
  const busyAction = shallowRef<CommandName | null>(null)

  const runs = computed<readonly RunRecord[]>(() => detail.data?.runs ?? [])

  /** The study, and what it says, where it is a sweep over batch sizes. */
  const sweepStudy = computed(() => (detail.data === null ? null : asSweep(detail.data.study)))
  const sweepReport = computed(() => (report.data?.method === 'critical-batch-size' ? report.data : null))
  /** What it says where it compares ways to choose the batch size. */
  const comparisonReport = computed(() => (report.data?.method === 'loss-gap-batch' ? report.data : null))
  /** What it says where it compares ways to send gradients. */
  const quantizationReport = computed(() => (report.data?.method === 'gradient-quantization' ? report.data : null))

  /** What it says where it compares students. */
  const distillationReport = computed(() => (report.data?.method === 'feature-distillation' ? report.data : null))
  const decorrelationReport = computed(() => (report.data?.method === 'channel-decorrelation' ? report.data : null))

  const startedRuns = computed(() => runs.value.filter((run) => run.startedAt !== null))

  const refreshDetail = coalesce(() => detail.load(() => workbench().request('study.get', { studyId: studyId.value })), refreshMs.detail)
  const refreshReport = coalesce(() => report.load(() => workbench().request('study.report', { studyId: studyId.value, ...lens.value })), refreshMs.report)
  const refreshSeries = coalesce(loadSeries, refreshMs.series)
  const refreshEvents = coalesce(
    () => events.load(async () => (await workbench().request('event.list', { studyId: studyId.value, limit: 1000 })).events),
    refreshMs.events,
  )

  async function loadSeries(): Promise<void> {
    const keys = seriesKeys.value
    if (keys === null) return
    const sizes = seriesSizes.value
    const runIds = startedRuns.value.filter((run) => sizes === null || sizes.includes(run.config.batchSize)).map((run) => run.id)
    await series.load(async () => (runIds.length === 0 ? [] : (await workbench().request('metric.series', { runIds, keys: [...keys], maxPoints: 500 })).series))
  }

  // Curves may be asked for before it is known which runs there are.
  watch(
    () => startedRuns.value.length,
    () => seriesKeys.value !== null && refreshSeries.ask(),
  )

  /** Opens a study and keeps it fresh until the returned function is called. */
  function open(id: string): () => void {
    studyId.value = id
    lens.value = plainLens
    actionError.value = null
    for (const loadable of [detail, report, series, events]) loadable.clear()
    refreshDetail.ask()
    refreshReport.ask()
    const isOurs = (runIds: readonly string[]) => runs.value.some((run) => runIds.includes(run.id))
    const unsubscribe = [
      workbench().on('study.changed', (change) => {
        if (change.studyId !== id) return
        refreshDetail.ask()
        refreshReport.ask()
      }),
      workbench().on('annotations.changed', ({ studyIds }) => {
        if (studyIds.includes(id)) refreshDetail.ask()
      }),
      workbench().on('run.changed', ({ run }) => {
        if (run.studyId !== id) return
        refreshDetail.ask()
        refreshReport.ask()
      }),
      workbench().on('run.progressed', (progress) => {
        if (progress.studyId === id) refreshDetail.ask()
      }),
      workbench().on('metrics.appended', ({ runIds }) => {
        if (!isOurs(runIds)) return
        if (seriesKeys.value !== null) refreshSeries.ask()
        refreshReport.ask()
      }),
      workbench().on('log.event', ({ event }) => {
        if (event.studyId === id && wantsEvents.value) refreshEvents.ask()
      }),
    ]
    return () => {
      for (const end of unsubscribe) end()
      for (const refresh of [refreshDetail, refreshReport, refreshSeries, refreshEvents]) refresh.cancel()
      seriesKeys.value = null
      seriesSizes.value = null
      wantsEvents.value = false
    }
  }

  function readAt(next: Lens): void {
    lens.value = next
    refreshReport.ask()
  }

  /** Fetches these curves, of all runs or of those with these batch sizes, and keeps them fresh; null for none. What is there stays until other batch sizes have come. */
  function showSeries(keys: readonly string[] | null, sizes: readonly number[] | null = null): void {
    const isOther = keys?.join() !== seriesKeys.value?.join()
    seriesKeys.value = keys
    seriesSizes.value = sizes
    if (isOther) series.clear()
    if (keys !== null) refreshSeries.ask()
  }

  function showEvents(): void {
    wantsEvents.value = true
    refreshEvents.ask()
  }

  /** Sends a command and refreshes; the reason of a refusal is kept in `actionError`. Answers whether it went well. */
  async function act<N extends CommandName>(name: N, input: RequestInput<N>): Promise<boolean> {
    busyAction.value = name
    actionError.value = null
    try {
      await workbench().request(name, input)
      return true
    } catch (error) {
      actionError.value = asLoupeError(error)
      return false
    } finally {
      busyAction.value = null
      refreshDetail.ask()
      refreshReport.ask()
    }
  }

  function refreshAll(): void {
    refreshDetail.ask()
    refreshReport.ask()
    if (seriesKeys.value !== null) refreshSeries.ask()
    if (wantsEvents.value) refreshEvents.ask()
  }

  return { studyId, detail, report, series, events, lens, runs, sweepStudy, sweepReport, comparisonReport, quantizationReport, distillationReport, decorrelationReport, actionError, busyAction, open, readAt, showSeries, showEvents, act, refreshAll }
})

/** Opens a study for as long as the component lives. */
export function useOpenStudy(id: string): ReturnType<typeof useStudyStore> {
  const store = useStudyStore()
  onScopeDispose(store.open(id))
  useReconnection(store.refreshAll)
  return store
}
