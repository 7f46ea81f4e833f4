import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { LossGapPolicyConfig } from '../../../main/contract/batch-policy-config.ts'
import type { QueryOutput } from '../../../main/contract/queries.ts'
import type { MetricSeries, RunRecord } from '../../../main/contract/records.ts'
import type { PolicyFacts } from '../../../main/methods/loss-gap-batch/policy/policy-facts.ts'
import { replayPolicy } from '../../../main/methods/loss-gap-batch/policy/replay.ts'
import type { RecordedCurve, Replay } from '../../../main/methods/loss-gap-batch/policy/replay.ts'
import { asLoupeError, useLoadable } from '../../loadable.ts'
import { workbench } from '../../workbench.ts'
import { trainExamplesOf } from './course.ts'
import { recordedCurve, recordedKeys } from './recorded-curve.ts'

/** Points asked for of a curve: enough to see every change, few enough to replay while a slider is dragged. */
const curvePoints = 4000
const listLimit = 2000

export interface Recording {
  readonly run: RunRecord
  readonly series: readonly MetricSeries[]
  readonly curve: RecordedCurve
}
export type PreviewResult = { readonly kind: 'replayed'; readonly replay: Replay; readonly ms: number } | { readonly kind: 'failed'; readonly message: string }

/** A policy in the making, replayed over a run that was recorded. */
export const usePreviewStore = defineStore('preview', () => {
  const choices = useLoadable<{ readonly runs: readonly RunRecord[]; readonly datasets: QueryOutput<'dataset.list'>['datasets'] }>()
  const recording = useLoadable<Recording>()
  const runId = shallowRef<string | null>(null)
  const result = shallowRef<PreviewResult | null>(null)

  const facts = computed<Omit<PolicyFacts, 'firstBatch'> | null>(() => {
    const config = recording.data?.run.config
    if (config === undefined || choices.data === null) return null
    const trainExamples = trainExamplesOf(config.dataset, choices.data.datasets) ?? lastPosition(recording.data?.curve)
    const classes = choices.data.datasets.find(({ name }) => name === config.dataset.name)?.classes ?? 0
    return { trainExamples, classes, labelSmoothing: config.labelSmoothing, momentum: 'momentum' in config.optimizer ? config.optimizer.momentum : 0, optimizer: config.optimizer.kind }
  })

  /** Lists the runs that can be replayed over, and takes the newest one that went well. */
  async function open(preferred?: string): Promise<void> {
    await choices.load(async () => {
      const [{ runs }, { datasets }] = await Promise.all([workbench().request('run.list', { limit: listLimit }), workbench().request('dataset.list', {})])
      return { runs: runs.filter((run) => (run.status === 'finished' || run.id === preferred) && run.steps > 1).toSorted((a, b) => b.createdAt - a.createdAt), datasets }
    })
    const known = choices.data?.runs ?? []
    const wanted = known.find((run) => run.id === preferred) ?? known.find((run) => run.id === runId.value) ?? known[0]
    if (wanted !== undefined && recording.data?.run.id !== wanted.id) await choose(wanted.id)
  }
  async function choose(id: string): Promise<void> {
    runId.value = id
    const run = choices.data?.runs.find((one) => one.id === id)
    if (run === undefined) return
    await recording.load(async () => {
      const { series } = await workbench().request('metric.series', { runIds: [id], keys: [...recordedKeys], maxPoints: curvePoints })
      return { run, series, curve: recordedCurve(run, series) }
    })
  }

  /** Replays a policy over the chosen run; nothing happens before one is there. */
  function replay(config: LossGapPolicyConfig, firstBatch: number): void {
    const recorded = recording.data
    if (recorded === null || facts.value === null) return
    const began = performance.now()
    try {
      const replayed = replayPolicy({ config, facts: { ...facts.value, firstBatch }, curve: recorded.curve })
      result.value = { kind: 'replayed', replay: replayed, ms: performance.now() - began }
    } catch (error) {
      result.value = { kind: 'failed', message: asLoupeError(error).message }
    }
  }

  return { choices, recording, runId, result, facts, open, choose, replay }
})

function lastPosition(curve: RecordedCurve | undefined): number {
  return Math.max(1, curve?.steps.at(-1)?.position ?? 1)
}
