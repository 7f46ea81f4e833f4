import type { CriticalBatchSizeConfig } from './config.ts'
import type { CriticalBatchSizeReport } from './report.ts'

/** What the next stage is expected to change. */
export interface StageChange {
  /** b* as the constants of this stage predict it for the next one; null where they say nothing. */
  readonly predictedCriticalBatchSize: number | null
  readonly config: CriticalBatchSizeConfig
}

const NEXT = { small: 'medium', medium: 'production', production: null } as const

/** Multiples of the prediction that the next sweep tries: both sides of it, closest together where N is flat. */
const MULTIPLES = [0.25, 0.5, 0.75, 1, 1.5, 2, 4]

/**
 * Proposes the study of the next stage, or null after the last one.
 *
 * b* is never copied: it goes as the noise over the target, so it is predicted anew, b*·(ε²/ε'²)·(tr Σ'/tr Σ), from the target of the next
 * stage and, once its pilot has run, from the noise it measured. Without a new noise the old one stands in, and the new pilot
 * corrects it. The grid goes a quarter to four times the prediction, so that a prediction wrong by that much still shows.
 *
 * @param options.next  What the next stage has in another way: its target's value (gradient criteria only) and its pilot's tr Σ.
 */
export function nextStage(options: {
  readonly config: CriticalBatchSizeConfig
  readonly report: CriticalBatchSizeReport
  readonly studyId: string | null
  readonly next?: { readonly targetValue?: number; readonly trace?: number }
}): StageChange | null {
  const { config, report, next } = options
  const stage = NEXT[config.sweep.stage]
  if (stage === null) return null
  const measured = report.criticalBatchSize.estimate
  const isGradient = config.sweep.target.criterion.startsWith('gradient-')
  const targetValue = next?.targetValue ?? config.sweep.target.value
  const byTarget = isGradient ? config.sweep.target.value / targetValue : 1
  const trace = report.noiseScale?.trace ?? null
  const byNoise = next?.trace !== undefined && trace !== null && trace > 0 ? next.trace / trace : 1
  const predicted = measured === null ? (report.noiseScale?.predictedCriticalBatchSize ?? null) : measured * byTarget * byNoise
  return {
    predictedCriticalBatchSize: predicted,
    config: {
      ...config,
      sweep: {
        ...config.sweep,
        stage,
        previousStudy: options.studyId,
        estimateFirst: true,
        target: { ...config.sweep.target, value: targetValue },
        batchSizes: predicted === null ? config.sweep.batchSizes : gridAround(predicted),
        fitFrom: null,
        fitTo: null,
      },
    },
  }
}

/** At least 4 distinct whole batch sizes about a prediction. */
export function gridAround(prediction: number): number[] {
  const sizes = new Set(MULTIPLES.map((multiple) => Math.max(1, Math.round(multiple * prediction))))
  for (let size = 1; sizes.size < 4; size *= 2) sizes.add(size)
  return [...sizes].sort((one, other) => one - other)
}
