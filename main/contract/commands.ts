import { checkpointCommands } from './checkpoint-browser.ts'
import { compareModelsInput, modelComparison } from './model-comparison.ts'
import { annotation, annotationChange, runsView, viewName } from './annotations.ts'
import { reportCommands } from './composed-report.ts'
import { datasetCommands } from './dataset-inspection.ts'
import { exportModelInput, exportModelOutput, measureModelInput, measureModelOutput } from './model-export.ts'
import { queueCommands } from './queue.ts'
import { runConfig } from './run-config.ts'
import { importCommands } from './run-import.ts'
import { studyConfig } from './study-config.ts'
import { z } from './zod.ts'

const studyId = z.strictObject({ studyId: z.string() })
const runId = z.strictObject({ runId: z.string() })
const nothing = z.object({})
const runsAndStudies = z.strictObject({ runIds: z.array(z.string()).max(10_000).default([]), studyIds: z.array(z.string()).max(10_000).default([]) })

/** Every request that the engine answers: name → input and output. The window, the server, the command line and the tests read this table. */
export const commands = {
  /** Logs the study and queues its runs. */
  'study.start': { input: z.strictObject({ config: studyConfig }), output: z.object({ studyId: z.string() }) },
  /** Lets the steps in progress end, saves checkpoints, holds. */
  'study.pause': { input: studyId, output: nothing },
  /** Goes on with a paused, stopped, failed or interrupted study: finished runs are kept, the others go on from their last checkpoints. */
  'study.resume': { input: studyId, output: nothing },
  /** Ends the study now; what is logged stays and is reported. */
  'study.stop': { input: studyId, output: nothing },
  /** Adds batch sizes or seeds to a study and goes on with it. */
  'study.extend': {
    input: z.strictObject({ studyId: z.string(), batchSizes: z.array(z.int().min(1)).default([]), maxSeeds: z.int().min(1).max(20).nullable().default(null) }),
    output: nothing,
  },
  /** Ends one batch size of a sweep: its queued and running runs are stopped. */
  'study.stopPoint': { input: z.strictObject({ studyId: z.string(), batchSize: z.int().min(1) }), output: nothing },
  /** Trains one model once. */
  'run.start': { input: z.strictObject({ config: runConfig }), output: z.object({ runId: z.string() }) },
  'run.pause': { input: runId, output: nothing },
  'run.resume': { input: runId, output: nothing },
  'run.stop': { input: runId, output: nothing },
  /**
   * Asks something of the batch policy of a run that trains: to hold still, to go on, a batch size, to go back to the previous epoch,
   * to do with other devices.
   */
  'run.steer': {
    input: z.strictObject({
      runId: z.string(),
      request: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.enum(['freeze', 'release', 'rollback']) }),
        z.strictObject({ kind: z.literal('set'), batchSize: z.int().min(1).describe('examples; within the limits of the policy') }),
        z.strictObject({ kind: z.literal('devices'), available: z.int().min(1).describe('devices; of the run, from now on') }),
      ]),
    }),
    output: nothing,
  },
  /** Ends a run that trains as if its last step were done: it is evaluated, saved and counts as finished. Within one step. */
  'run.end': { input: runId, output: nothing },
  /** Saves a checkpoint of a run that trains, which goes on as if nothing had happened; kept until the run is deleted. */
  'run.saveNetwork': { input: runId, output: z.object({ step: z.int(), sha256: z.string(), bytes: z.int() }) },
  /**
   * Saves the gradients and the values that are compressed of all workers at the next step, whole, as a NumPy archive in the
   * workspace's `snapshots` folder. Answers at once; the event `gradients.saved` says where the file is.
   */
  'run.snapshotGradients': { input: runId, output: nothing },
  /**
   * Starts a run from a checkpoint of another, with other settings and the same examples in the same order. With the same settings it
   * replays the rest of that run, on a CPU bit for bit.
   */
  'run.branch': {
    input: z.strictObject({ runId: z.string(), step: z.int().min(0).nullable().default(null).describe('step; of the checkpoint, null for the newest'), config: runConfig }),
    output: z.object({ runId: z.string() }),
  },
  /**
   * Writes the newest trained model of a run, or a student of it, into the workspace's `exports` folder, in the place of an earlier export of the
   * same depth, and measures its accuracy again with the files. Slow: seconds.
   */
  'run.exportModel': { input: exportModelInput, output: exportModelOutput },
  /** Measures what the inference of a model takes at each depth. Slow: seconds. Refused while a run trains, for each would disturb the other. */
  'model.measure': { input: measureModelInput, output: measureModelOutput },
  /** Loads the newest trained models of two runs and compares their features, block by block, on the same examples. Slow: seconds. */
  'model.compare': { input: compareModelsInput, output: modelComparison },
  /** Changes names, tags, notes and marks of runs, all or none. Answers with what they were: given as changes, that undoes it. */
  'run.annotate': { input: z.strictObject({ changes: z.array(annotationChange).min(1).max(10_000) }), output: z.object({ before: z.array(annotation) }) },
  /** The same for studies. */
  'study.annotate': { input: z.strictObject({ changes: z.array(annotationChange).min(1).max(10_000) }), output: z.object({ before: z.array(annotation) }) },
  /** Moves single runs, and studies with their runs, to the trash: they stay in the log and show nowhere else. Refused for what trains or waits to. */
  'trash.put': { input: runsAndStudies, output: nothing },
  'trash.restore': { input: runsAndStudies, output: nothing },
  /** Deletes what is in the trash for good, checkpoints with it. Nothing brings it back. */
  'trash.purge': { input: runsAndStudies, output: z.object({ runs: z.int(), checkpointBytes: z.number() }) },
  ...checkpointCommands,
  ...importCommands,
  /** Saves a way to look at the list of runs, in the place of one of the same name. */
  'view.save': { input: z.strictObject({ name: viewName, view: runsView }), output: nothing },
  'view.delete': { input: z.strictObject({ name: viewName }), output: nothing },
  ...reportCommands,
  ...datasetCommands,
  ...queueCommands,
  /** Measures, on a few steps, how long a study would take. Slow: seconds. */
  'study.estimate': {
    input: z.strictObject({ config: studyConfig }),
    output: z.object({
      seconds: z.number(),
      examples: z.number(),
      runs: z.int(),
      money: z.number(),
      /** Measured for each batch size; the mean of its runs where they exchange gradients in several ways. */
      stepMs: z.array(z.object({ batchSize: z.int(), ms: z.number() })),
      parameters: z.int(),
      macsPerExample: z.number(),
      memoryBytes: z.number(),
      /** What the runs would not be as one might think, said before the first step, such as batch norm in batches that are cut. */
      warnings: z.array(z.object({ code: z.string(), message: z.string(), facts: z.record(z.string(), z.unknown()) })),
    }),
  },
  /** What TensorFlow this engine has and on which devices. */
  'engine.describe': {
    input: z.strictObject({}),
    output: z.object({
      tensorflow: z.string(),
      library: z.string(),
      devices: z.array(z.object({ name: z.string(), kind: z.enum(['CPU', 'GPU']), memoryBytes: z.number(), description: z.string() })),
      threads: z.int(),
      /** Why a GPU that is there is not used; null where there is nothing to say. */
      gpuProblem: z.string().nullable(),
    }),
  },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>

export type CommandName = keyof typeof commands
/** What a caller writes: fields with defaults may be left out. */
export type CommandInput<N extends CommandName> = z.input<(typeof commands)[N]['input']>
/** What a handler receives: parsed, defaults filled in. */
export type ParsedCommandInput<N extends CommandName> = z.output<(typeof commands)[N]['input']>
export type CommandOutput<N extends CommandName> = z.output<(typeof commands)[N]['output']>
