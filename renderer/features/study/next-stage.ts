import type { StudyRecord } from '../../../main/contract/records.ts'
import type { StudyConfig } from '../../../main/contract/study-config.ts'
import type { StudyReport } from './study.store.ts'

const after = { small: 'medium', medium: 'production', production: 'production' } as const

/**
 * The settings with which the next stage begins: the same, one stage on, with a grid of powers of two centred on what this study found.
 * The batch size itself is not carried over: it moves with the target and the model, and the next stage measures it anew.
 */
export function nextStageConfig(study: Pick<StudyRecord, 'id' | 'config'>, report: Pick<StudyReport, 'criticalBatchSize'>): StudyConfig {
  const { config } = study
  const centre = report.criticalBatchSize.estimate ?? config.sweep.currentBatchSize ?? 64
  return {
    ...config,
    name: '',
    sweep: { ...config.sweep, stage: after[config.sweep.stage], previousStudy: study.id, batchSizes: gridAround(centre), fitFrom: null, fitTo: null },
  }
}

/** Eight powers of two, from an eighth of the centre to sixteen times it. */
export function gridAround(centre: number): number[] {
  const middle = Math.round(Math.log2(Math.max(1, centre)))
  const first = Math.max(0, middle - 3)
  return Array.from({ length: 8 }, (_, index) => 2 ** (first + index))
}
