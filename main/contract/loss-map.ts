import { z } from './zod.ts'

/** Losses that a map can show. */
export const mappedLoss = z.enum(['train/loss', 'validation/loss'])
export type MappedLoss = z.output<typeof mappedLoss>

/** The ended runs of one batch size at one learning rate. */
export const lossCell = z.object({
  batchSize: z.int(),
  /** Learning rate, coupling to the batch size included; for a line search, the first step size tried. */
  rate: z.number(),
  /** Runs that have ended here, failed ones included. */
  runs: z.int(),
  /** Loss in nats, mean over the runs that did not fail; null where none has one. */
  mean: z.number().nullable(),
  /** Sample standard deviation; null below two runs. */
  sd: z.number().nullable(),
  /** Runs that gave up before their target. */
  censored: z.int(),
  /** Runs that failed, by divergence mostly; in no mean. */
  failed: z.int(),
  /** Runs that had ended before the examples asked for: their last loss stands in. */
  endedSooner: z.int(),
})
export type LossCell = z.output<typeof lossCell>

/** Loss against batch size and learning rate, over the runs of one study or of all that differ in nothing else. */
export const lossMap = z.object({
  rateKind: z.enum(['learning-rate', 'first-step']),
  /** By batch size, then rate. */
  cells: z.array(lossCell),
  /** Examples at which the map can be read, smallest first: all runs have seen the first, fewer and fewer the others. */
  examplesChoices: z.array(z.number()),
  /** Other studies of the same data, model, optimizer and target, whether they are in the map or not. */
  alikeStudies: z.array(z.string()),
})
export type LossMap = z.output<typeof lossMap>
