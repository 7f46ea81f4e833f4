import { importEvents } from './run-import.ts'
import { queueEvents } from './queue.ts'
import { logEvent, runRecord, status, studyProgress } from './records.ts'
import { systemSample } from './system-samples.ts'
import { z } from './zod.ts'

/**
 * What the engine tells whoever listens. Events say that something changed and carry what is cheap to show at once;
 * the truth is in the log, so a listener that missed some asks again.
 */
export const events = {
  /** Status or progress of a study; at most twice a second while it runs. */
  'study.changed': z.object({ studyId: z.string(), status, progress: studyProgress }),
  /** A run was created, or its status changed. */
  'run.changed': z.object({ run: runRecord }),
  /** Where a running run is; at most four times a second. */
  'run.progressed': z.object({
    runId: z.string(),
    studyId: z.string().nullable(),
    steps: z.int(),
    examples: z.int(),
    batchLoss: z.number().nullable(),
    examplesPerSecond: z.number(),
  }),
  /** Rows of these runs are in the log now. */
  'metrics.appended': z.object({ runIds: z.array(z.string()) }),
  /** Histograms of gradients of this run are in the log up to this step; at most three times a second. */
  'gradients.appended': z.object({ runId: z.string(), step: z.int() }),
  /** A run that distils has logged what it looked at at this step, or what it predicts. */
  'records.appended': z.object({ runId: z.string(), kind: z.enum(['distillation', 'decorrelation', 'predictions']), step: z.int() }),
  /** Names, tags, notes or marks of these changed, or they came into the trash, out of it, or are gone: lists that show them ask again. */
  'annotations.changed': z.object({ runIds: z.array(z.string()), studyIds: z.array(z.string()) }),
  /** Checkpoints of these runs were saved, kept, labelled or deleted. */
  'checkpoints.changed': z.object({ runIds: z.array(z.string()) }),
  /** A saved view was saved or deleted. */
  'views.changed': z.object({}),
  /** How busy the machine is; every few seconds. `isDiskLow` asks for room on the disk of the workspace. */
  'system.sampled': z.object({ sample: systemSample, isDiskLow: z.boolean() }),
  /** A composed report was saved, or came into the trash, out of it, or is gone. */
  'reports.changed': z.object({ reportId: z.string(), version: z.int().nullable() }),
  /** A data set was kept or let go of: lists of them ask again. */
  'datasets.changed': z.object({}),
  ...importEvents,
  ...queueEvents,
  'log.event': z.object({ event: logEvent }),
  /** The training process is gone; `willRestart` says whether a new one is coming. */
  'engine.stopped': z.object({ exitCode: z.int().nullable(), signal: z.string().nullable(), willRestart: z.boolean() }),
  'engine.started': z.object({}),
} as const satisfies Record<string, z.ZodType>

export type EventName = keyof typeof events
export type EventPayload<N extends EventName> = z.output<(typeof events)[N]>
/** Any event, as it travels. */
export type AnyEvent = { [N in EventName]: { readonly name: N; readonly payload: EventPayload<N> } }[EventName]
