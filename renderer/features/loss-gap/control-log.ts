import type { ConditionReading } from '../../../main/contract/batch-policy.ts'
import type { LogEvent } from '../../../main/contract/records.ts'
import { z } from '../../../main/contract/zod.ts'

const number = z.number()
const reading = z.object({ condition: z.string(), signal: z.string().nullable(), value: number, threshold: number, isMet: z.boolean(), side: z.enum(['grow', 'diverge']) })
const cause = {
  step: number,
  examples: number,
  position: number,
  epoch: number,
  fromBatch: number,
  toBatch: number,
  trigger: z.string(),
  reason: z.string(),
  readings: z.array(reading).catch([]),
  numbers: z.record(z.string(), number).catch({}),
}
const changedFacts = z.object({
  ...cause,
  lever: z.string().nullable().catch(null),
  replicas: number,
  microBatch: number,
  loops: number,
  bytesFree: number.nullable().catch(null),
  traceMs: number.nullable().catch(null),
  realisationReason: z.string().catch(''),
})
const rolledBackFacts = z.object({ ...cause, toEpoch: number, checkpointStep: number, rollbacks: number, discardedFrom: number, discardedTo: number })

/** A change of the batch size as it was asked for, with the way in which it was realised. */
export type BatchChange = z.output<typeof changedFacts>
/** A reload of an earlier epoch. */
export type Rollback = z.output<typeof rolledBackFacts>

/** Something that the controller did, as it is marked in charts. */
export interface ControlMark {
  readonly kind: 'grow' | 'shrink' | 'rollback'
  readonly step: number
  readonly examples: number
  readonly fromBatch: number
  readonly toBatch: number
  readonly epoch: number
  readonly trigger: string
  readonly reason: string
  readonly readings: readonly ConditionReading[]
  readonly numbers: Readonly<Record<string, number>>
}

/** What the log says of a run's controller, oldest first. */
export interface ControlLog {
  readonly changes: readonly BatchChange[]
  readonly rollbacks: readonly Rollback[]
  readonly marks: readonly ControlMark[]
  /** As last told; null before the first word. */
  readonly status: string | null
  readonly isFrozen: boolean
  /** The run and step that this one was branched off; null for one that began by itself. */
  readonly branchedFrom: { readonly runId: string; readonly step: number } | null
}

/** Reads the events of a run, in any order. Facts that do not read are left out: the log's own list of events shows them still. */
export function readControlLog(events: readonly LogEvent[]): ControlLog {
  const inOrder = [...events].sort((a, b) => a.id - b.id)
  const factsOf = <T>(kind: string, schema: z.ZodType<T>): T[] =>
    inOrder.filter((event) => event.kind === kind).flatMap(({ facts }) => {
      const read = schema.safeParse(facts)
      return read.success ? [read.data] : []
    })
  const changes = factsOf('batch.changed', changedFacts)
  const rollbacks = factsOf('batch.rolled-back', rolledBackFacts)
  const marks: ControlMark[] = [
    ...changes.map((change) => ({ ...change, kind: change.toBatch > change.fromBatch ? ('grow' as const) : ('shrink' as const) })),
    ...rollbacks.map((rollback) => ({ ...rollback, kind: 'rollback' as const })),
  ]
  const branched = factsOf('run.branched', z.object({ fromRun: z.string(), step: number })).at(-1)
  return {
    changes,
    rollbacks,
    marks: marks.sort((a, b) => a.step - b.step),
    status: factsOf('batch.status', z.object({ status: z.string() })).at(-1)?.status ?? null,
    isFrozen: factsOf('batch.frozen', z.object({ isFrozen: z.boolean() })).at(-1)?.isFrozen ?? false,
    branchedFrom: branched === undefined ? null : { runId: branched.fromRun, step: branched.step },
  }
}
