import { LoupeError } from '../contract/errors.ts'
import { z } from '../contract/zod.ts'
import { feederState } from './feeder.ts'
import { controlState } from './control/control-state.ts'
import { decorrelationState } from './decorrelation/decorrelation-state.ts'
import { lossWatch } from './near-target.ts'
import { emptyNoiseAverage } from './noise-scale.ts'
import type { Checkpoint } from './trainer.ts'

/** |∇f|² over the run so far: null before the first evaluation of it. */
const gradientTrack = z.object({
  step: z.int(),
  last: z.number(),
  /** ∫|∇f|² over the steps, by trapezoids between evaluations. */
  area: z.number(),
  min: z.number(),
})
export type GradientTrack = z.output<typeof gradientTrack>

/** What a run keeps in JavaScript between calls, apart from the feeder. Written into checkpoints. */
const running = z.object({
  /** Where the run is in its course; null in checkpoints from before batch sizes could change, where it is `examples`. */
  position: z.number().nullable().default(null),
  /** Of the last step; null before the first, and in such checkpoints: the config's. */
  batchSize: z.int().nullable().default(null),
  /** True from the step that an evaluation is due at until it is done. */
  isEvaluationDue: z.boolean(),
  gradient: gradientTrack.nullable(),
  noise: z.object({ gradientSquared: z.number(), trace: z.number(), weight: z.number() }),
  fallbackSteps: z.int(),
  /** Since the last evaluation. */
  interval: z.object({ steps: z.int(), callMs: z.number() }),
  warned: z.array(z.string()),
  /** Of a run that leaves out evaluations; null for the others, and in checkpoints from before there were any. */
  lossWatch: lossWatch.nullable().default(null),
  /** Of a run whose batch size changes; null for the others. */
  control: controlState.nullable().default(null),
  /** Of a run that decorrelates channels; null for the others. */
  decorrelation: decorrelationState.nullable().default(null),
})

export interface RunState extends Omit<z.output<typeof running>, 'position'> {
  /** Updates made, those that a rollback discarded included: only rises. */
  step: number
  /** Computed on, by discarded steps too: only rises. */
  examples: number
  /** Examples along the course, see {@link CoursePoint}. */
  position: number
  wallMs: number
  functionEvaluations: number
}

const checkpointState = z.object({ feeder: feederState, running })

export function startState(): RunState {
  return { step: 0, examples: 0, position: 0, batchSize: null, wallMs: 0, functionEvaluations: 0, isEvaluationDue: true, gradient: null, noise: emptyNoiseAverage, fallbackSteps: 0, interval: { steps: 0, callMs: 0 }, warned: [], lossWatch: null, control: null, decorrelation: null }
}

/**
 * Reads the state of a checkpoint.
 *
 * @throws LoupeError `data-malformed` where it is not a state that this training loop wrote.
 */
export function restoreState(checkpoint: Checkpoint): { readonly state: RunState; readonly feeder: z.output<typeof feederState> } {
  const parsed = checkpointState.safeParse(checkpoint.state)
  if (!parsed.success) {
    throw new LoupeError('data-malformed', `The checkpoint of step ${checkpoint.step} does not hold the state of a run: ${z.prettifyError(parsed.error)}. Resume from an earlier one.`, {
      step: checkpoint.step,
    })
  }
  const { step, examples, wallMs, functionEvaluations } = checkpoint
  const { position, ...rest } = parsed.data.running
  return { state: { step, examples, wallMs, functionEvaluations, ...rest, position: position ?? examples }, feeder: parsed.data.feeder }
}

/** The state as a checkpoint keeps it. */
export function savedState(state: RunState, feeder: z.output<typeof feederState>): Checkpoint['state'] {
  const { position, batchSize, isEvaluationDue, gradient, noise, fallbackSteps, interval, warned, lossWatch, control, decorrelation } = state
  return { feeder, running: { position, batchSize, isEvaluationDue, gradient, noise, fallbackSteps, interval, warned, lossWatch, control, decorrelation } }
}

/**
 * Adds an evaluation of |∇f|² to the run's record of it.
 *
 * The mean over the steps is the area under |∇f|² by trapezoids between evaluations, over the number of steps; at step 0
 * it is the value itself.
 *
 * @example |∇f|² 4 at step 0 and 2 at step 10: area 30, mean 3, min 2.
 */
export function trackGradient(track: GradientTrack | null, { step, squaredNorm }: { readonly step: number; readonly squaredNorm: number }): GradientTrack {
  if (track === null) return { step, last: squaredNorm, area: squaredNorm * step, min: squaredNorm }
  return {
    step,
    last: squaredNorm,
    area: track.area + ((track.last + squaredNorm) / 2) * (step - track.step),
    min: Math.min(track.min, squaredNorm),
  }
}

/** Mean |∇f|² over the steps so far. */
export function meanGradient({ step, last, area }: GradientTrack): number {
  return step === 0 ? last : area / step
}
