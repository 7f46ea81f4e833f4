import { defineStore } from 'pinia'
import type { Target } from '../../../main/contract/run-config.ts'
import { coalesce } from '../../coalesce.ts'
import { useLoadable } from '../../loadable.ts'
import { workbench } from '../../workbench.ts'
import { readingOf, targetsAround } from './targets.ts'
import type { TargetReading } from './targets.ts'

/** Least time between two readings while runs end: each is a report a target. */
const refreshMs = 5000

interface Wanted {
  readonly studyId: string
  readonly target: Target
  /** Names the state of the study: the same state is not read twice. */
  readonly state: string
}

/** What a study says at several targets: one report a target, one after the other, so that nothing else waits long for them. */
export const useTargetsStore = defineStore('targets', () => {
  const readings = useLoadable<readonly TargetReading[]>()
  let wanted: Wanted | null = null
  /** What the readings shown were read from. */
  let shown: Wanted | null = null
  let visit = 0
  const refresh = coalesce(read, refreshMs)

  /** Reads the study at the targets around its own, unless that was done already, and again when its state changes. */
  function show(next: Wanted): void {
    if (shown !== null && shown.studyId !== next.studyId) {
      readings.clear()
      shown = null
    }
    wanted = next
    if (shown?.state !== next.state || readings.error !== null) refresh.ask()
  }

  async function read(): Promise<void> {
    const asked = wanted
    const mine = visit
    if (asked === null) return
    await readings.load(async () => {
      const list: TargetReading[] = []
      for (const target of targetsAround(asked.target)) {
        if (mine !== visit) return []
        const isOwn = target.value === asked.target.value
        const report = await workbench().request('study.report', { studyId: asked.studyId, target: isOwn ? null : target })
        if (report.method !== 'critical-batch-size') return []
        list.push(readingOf(report, target, isOwn))
      }
      shown = asked
      return list
    })
  }

  /** Asks for nothing more; an answer on its way is dropped, what is there stays. */
  function leave(): void {
    visit += 1
    wanted = null
    refresh.cancel()
    if (!readings.isLoading) return
    readings.drop()
    shown = null
  }

  return { readings, show, leave }
})
