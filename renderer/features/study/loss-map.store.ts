import { defineStore } from 'pinia'
import type { LossMap, MappedLoss } from '../../../main/contract/loss-map.ts'
import { coalesce } from '../../coalesce.ts'
import { useLoadable } from '../../loadable.ts'
import { workbench } from '../../workbench.ts'

/** Least time between two readings while runs end. */
const refreshMs = 2000

/** Which map is wanted. */
export interface MapChoice {
  readonly studyId: string
  readonly metric: MappedLoss
  /** Null for the end of each run. */
  readonly atExamples: number | null
  readonly scope: 'study' | 'alike'
}

/** Losses by batch size and learning rate, of the open study or with all that are alike. */
export const useLossMapStore = defineStore('loss-map', () => {
  const map = useLoadable<LossMap>()
  let wanted: MapChoice | null = null
  const refresh = coalesce(async () => {
    const asked = wanted
    if (asked !== null) await map.load(() => workbench().request('study.lossMap', asked))
  }, refreshMs)

  /** Reads the map anew; what is there stays until it has come, but for another study’s. */
  function show(choice: MapChoice): void {
    const isOther = wanted === null || wanted.studyId !== choice.studyId
    const isChosen = isOther || wanted?.metric !== choice.metric || wanted.atExamples !== choice.atExamples || wanted.scope !== choice.scope
    if (isOther) map.clear()
    wanted = choice
    // Who chooses does not wait: only refreshes are held back.
    if (isChosen) refresh.cancel()
    refresh.ask()
  }

  function leave(): void {
    wanted = null
    refresh.cancel()
    map.clear()
  }

  return { map, show, leave }
})
