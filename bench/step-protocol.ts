import { modelConfig } from '../main/contract/model-config.ts'
import { z } from '../main/contract/zod.ts'

/**
 * What a worker of the step benchmark is asked for, a line of JSON each.
 *
 * `prepare` makes model, data and optimiser and warms them up; `time` trains and answers with the time of a step. The data are random:
 * `examples` of them, resident, of which each step takes the next `batch` in a random order. Every step's loss is read.
 */
export const stepRequest = z.discriminatedUnion('do', [
  z.object({
    do: z.literal('prepare'),
    model: modelConfig,
    shape: z.array(z.int()),
    classes: z.int(),
    examples: z.int(),
    batch: z.int(),
    learningRate: z.number(),
    momentum: z.number(),
  }),
  z.object({ do: z.literal('time'), steps: z.int() }),
])
export type StepRequest = z.output<typeof stepRequest>
export type PrepareRequest = Extract<StepRequest, { do: 'prepare' }>

/** Loss of the first step of all, in nats: near ln(classes) where the network is the one that was asked for. */
export const prepared = z.object({ parameters: z.int(), firstLoss: z.number(), version: z.string() })
export const timed = z.object({ ms: z.number().positive(), loss: z.number() })
