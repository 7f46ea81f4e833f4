import { wireError } from './errors.ts'
import { status } from './records.ts'
import { z } from './zod.ts'

/** Which of two things that wait comes first, whatever their places: `high` before `normal` before `low`. */
export const priority = z.enum(['low', 'normal', 'high'])
export type Priority = z.output<typeof priority>

/** Why something waits. */
export const waitReason = z.enum([
  'held', // the user holds it
  'queue-paused', // the user has paused the whole queue
  'device', // every device that it may train on is taken
  'memory', // there is no memory for it beside what trains
  'disk', // the workspace's disk has no room
  'engine', // TensorFlow or its devices cannot be used; `trouble` says why
  'unreadable', // its config is another version's, and does not read
])
export type WaitReason = z.output<typeof waitReason>

/** How far something that trains is. */
export const queueProgress = z.object({
  /** From 0 to 1; null where it is not known. */
  share: z.number().nullable(),
  secondsLeft: z.number().nullable(),
  /** Runs of a study; null for a single run. */
  runsDone: z.int().nullable(),
  runsPlanned: z.int().nullable(),
})
export type QueueProgress = z.output<typeof queueProgress>

/** A single run or a study in the queue. Runs of a study are under their study and not listed. */
export const queueItem = z.object({
  id: z.string(),
  kind: z.enum(['run', 'study']),
  name: z.string(),
  /** Of a study. */
  method: z.string().nullable(),
  /** Of a single run. */
  model: z.string().nullable(),
  batchSize: z.int().nullable(),
  /** `queued` also for what is being prepared to train. */
  status,
  priority,
  isHeld: z.boolean(),
  /** Since when it waits; ms since 1970. */
  enqueuedAt: z.int(),
  startedAt: z.int().nullable(),
  /** What it trains on, by TensorFlow's names; empty while it does not train. */
  devices: z.array(z.string()),
  progress: queueProgress.nullable(),
  waitsFor: waitReason.nullable(),
  /** When it is expected to start; null where that is not known. */
  startsInSeconds: z.number().nullable(),
})
export type QueueItem = z.output<typeof queueItem>

export const queueSettings = z.object({
  /** Nothing new starts. What trains goes on. */
  isPaused: z.boolean(),
  /** When Loupe opens, what is queued goes on by itself; else the queue opens paused. */
  startsOnOpening: z.boolean(),
  /** Runs and studies that may train on the CPU at once. A GPU takes one. */
  sideBySide: z.int().min(1).max(16),
})
export type QueueSettings = z.output<typeof queueSettings>

export const queueState = z.object({
  training: z.array(queueItem),
  /** In the order in which they will start. */
  waiting: z.array(queueItem),
  /** Paused by the user, or interrupted by the end of its process: goes on when it is resumed, at the place it had. */
  resumable: z.array(queueItem),
  settings: queueSettings,
  /** What keeps everything from starting; null when all is well. It is tried again by itself. */
  trouble: wireError.nullable(),
})
export type QueueState = z.output<typeof queueState>

/** A run or study that has come to its end by itself. */
export const endedItem = z.object({
  id: z.string(),
  kind: z.enum(['run', 'study']),
  name: z.string(),
  status: z.enum(['finished', 'failed']),
  at: z.int(),
  error: wireError.nullable(),
})
export type EndedItem = z.output<typeof endedItem>

const nothing = z.object({})
const one = z.strictObject({ id: z.string() })

/** Commands about the queue; part of the table in `commands.ts`. */
export const queueCommands = {
  /** What trains, what waits in its order and why, and what may be resumed. */
  'queue.list': { input: z.strictObject({}), output: queueState },
  /** Puts something that waits right before or after another. It takes the nearest priority that stands there. */
  'queue.move': {
    input: z
      .strictObject({ id: z.string(), before: z.string().nullable().default(null), after: z.string().nullable().default(null) })
      .refine(({ before, after }) => (before === null) !== (after === null), 'name what it is put before, or after; not both'),
    output: nothing,
  },
  /** Its place among those of the new priority is where its old place puts it, so that setting it back brings it back. */
  'queue.setPriority': { input: z.strictObject({ id: z.string(), priority }), output: nothing },
  /** Starts nothing new until `queue.resume`. What trains goes on. */
  'queue.pause': { input: z.strictObject({}), output: nothing },
  'queue.resume': { input: z.strictObject({}), output: nothing },
  /** Keeps one where it stands until `queue.release`: others pass it. */
  'queue.hold': { input: one, output: nothing },
  'queue.release': { input: one, output: nothing },
  /** Queues everything again that was interrupted, each at the place it had. */
  'queue.resumeInterrupted': {
    input: z.strictObject({}),
    output: z.object({ resumed: z.array(z.string()), refused: z.array(z.object({ id: z.string(), error: wireError })) }),
  },
  'queue.configure': {
    input: z.strictObject({
      startsOnOpening: z.boolean().nullable().default(null).describe('yes or no; what is queued goes on when Loupe opens, null leaves it as it is'),
      sideBySide: z.int().min(1).max(16).nullable().default(null).describe('runs and studies; that may train on the CPU at once, null leaves it as it is'),
    }),
    output: nothing,
  },
} as const

/** Questions to the log about what the queue has done; part of the table in `queries.ts`. */
export const queueQueries = {
  /** Single runs and studies that finished or failed, the latest first. */
  'queue.ended': { input: z.strictObject({ limit: z.int().min(1).max(100).default(20) }), output: z.object({ items: z.array(endedItem) }) },
} as const

/** Events of the queue; part of the table in `events.ts`. */
export const queueEvents = {
  /** Something came into the queue, left it, moved, started or is held: lists ask again. At most four times a second. */
  'queue.changed': z.object({ training: z.int(), waiting: z.int(), resumable: z.int() }),
} as const
