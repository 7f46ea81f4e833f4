import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { useLoadable } from '../../loadable.ts'
import { workbench } from '../../workbench.ts'
import type { StudyReport } from '../study/study.store.ts'

export const confidences = [0.8, 0.9, 0.95, 0.99] as const

/** Points measured elsewhere and what they say. The text stays while the window is open. */
export const useFitPointsStore = defineStore('fit-points', () => {
  const csv = shallowRef('')
  const confidence = shallowRef(0.95)
  const report = useLoadable<StudyReport>()
  /** What the report was read from. */
  const fitted = shallowRef({ csv: '', confidence: 0.95 })
  const isChanged = computed(() => csv.value !== fitted.value.csv || confidence.value !== fitted.value.confidence)

  /** Fits what is written now. A report of other points does not stay beside a failure. */
  async function fit(): Promise<void> {
    fitted.value = { csv: csv.value, confidence: confidence.value }
    await report.load(() => workbench().request('study.fitPoints', fitted.value))
    if (report.error !== null && report.data !== null) {
      const { error } = report
      report.clear()
      await report.load(() => Promise.reject(error))
    }
  }

  return { csv, confidence, report, fitted, isChanged, fit }
})
