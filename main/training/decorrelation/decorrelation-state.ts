import { lossTerm } from '../../contract/decorrelation-records.ts'
import { z } from '../../contract/zod.ts'

const losses = z.partialRecord(lossTerm, z.number())

/** What a run that decorrelates remembers between evaluations: plain, so that a checkpoint can hold it. */
export const decorrelationState = z.object({
  /** What the losses below were taken under: a branch with other conditions begins anew. */
  conditions: z.string(),
  /** Sums over the steps since the last evaluation. */
  sums: losses,
  steps: z.int(),
  /** Means over the steps between evaluations, oldest first. */
  history: z.array(
    z.object({
      step: z.int(),
      losses,
      /** Of the evaluation itself; null without validation examples. */
      evaluated: z.object({ train: z.number(), validation: z.number() }).nullable().default(null),
    }),
  ),
  /** Steps in a row in which some feature had no two live channels. */
  stepsWithoutPairs: z.int(),
  /** What was recommended already, so that it is said once. */
  told: z.array(z.string()),
  isComplete: z.boolean(),
})
export type DecorrelationState = z.output<typeof decorrelationState>

/** At the beginning of a run, or of a branch under other conditions. */
export function startDecorrelation(conditions: string): DecorrelationState {
  return { conditions, sums: {}, steps: 0, history: [], stepsWithoutPairs: 0, told: [], isComplete: false }
}
