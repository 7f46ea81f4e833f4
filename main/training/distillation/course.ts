import type { DistillationConfig } from '../../contract/distillation-config.ts'

/** Which extractor a step trains. */
export type Phase = 'both' | 'front' | 'rear'

/** How long a run is: its epochs begin every `trainExamples` of its course. */
export interface CourseLength {
  readonly trainExamples: number
  readonly maxExamples: number
}

/**
 * What the weights of features and soft targets are multiplied by at a place in the course: from 0 in a straight line to 1 over the warm-up, from
 * there in a straight line to `finalFactor` at the end.
 *
 * @param position  Examples along the course before the step.
 * @example With 5 epochs of warm-up of 1000 examples and a final factor of 1: 0 at 0, 0.5 at 2500, 1 from 5000 on.
 */
export function distillationFactor({ warmupEpochs, finalFactor }: Pick<DistillationConfig, 'warmupEpochs' | 'finalFactor'>, position: number, { trainExamples, maxExamples }: CourseLength): number {
  const warmup = Math.min(warmupEpochs * trainExamples, maxExamples)
  if (position < warmup) return position / warmup
  if (maxExamples <= warmup) return 1
  return 1 + (finalFactor - 1) * Math.min(1, (position - warmup) / (maxExamples - warmup))
}

/**
 * Which extractor is trained there.
 *
 * `alternate` begins with the second extractor: what the first is drawn towards has then seen the labels. A teacher that is frozen is never trained.
 */
export function phaseAt({ mode, alternateSteps, rearEpochs, teacher }: Pick<DistillationConfig, 'mode' | 'alternateSteps' | 'rearEpochs' | 'teacher'>, position: number, { batchSize, trainExamples }: { readonly batchSize: number; readonly trainExamples: number }): Phase {
  if (teacher === 'frozen') return 'front'
  switch (mode) {
    case 'cut':
    case 'joint':
      return 'both'
    case 'alternate':
      return Math.floor(Math.round(position / batchSize) / alternateSteps) % 2 === 0 ? 'rear' : 'front'
    case 'two-phase':
      return position < rearEpochs * trainExamples ? 'rear' : 'front'
  }
}

/** True where the phase changes on the way, so that every call is of one step. */
export function changesPhase({ mode, teacher }: Pick<DistillationConfig, 'mode' | 'teacher'>): boolean {
  return teacher !== 'frozen' && (mode === 'alternate' || mode === 'two-phase')
}
