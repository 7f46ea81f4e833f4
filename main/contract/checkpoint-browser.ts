import { modelCard, exportFormat } from './model-export.ts'
import { checkpointRecord, status } from './records.ts'
import { z } from './zod.ts'

/** What checkpoints are sorted by. A metric is the value nearest to the checkpoint's step. */
export const checkpointField = z.enum(['run', 'study', 'step', 'examples', 'bytes', 'saved', 'kept', 'loss', 'accuracy'])
export type CheckpointField = z.output<typeof checkpointField>

/** The metrics by which checkpoints are told apart. */
export const checkpointMetric = z.enum(['validation/loss', 'validation/accuracy'])
export type CheckpointMetric = z.output<typeof checkpointMetric>

/** What was evaluated nearest to a checkpoint's step: of two evaluations as near, the earlier. Null where none was logged. */
const nearestValue = z
  .object({
    step: z.int(),
    /** Null for a value that is not finite. */
    value: z.number().nullable(),
  })
  .nullable()
export type NearestValue = z.output<typeof nearestValue>

/** A checkpoint among all of the workspace. */
export const checkpointRow = checkpointRecord.extend({
  /** What the user calls a kept one; empty for none. */
  label: z.string(),
  runName: z.string(),
  runKey: z.string(),
  runStatus: status,
  studyId: z.string().nullable(),
  studyName: z.string().nullable(),
  /** The one of the greatest step of its run. */
  isNewest: z.boolean(),
  loss: nearestValue,
  accuracy: nearestValue,
})
export type CheckpointRow = z.output<typeof checkpointRow>

/** With how far its run was through its examples, as the file says. */
export const listedCheckpoint = checkpointRow.extend({
  /** Passes over the training examples, with their fraction; null where the file is missing or does not say. */
  epochs: z.number().nullable(),
})
export type ListedCheckpoint = z.output<typeof listedCheckpoint>

export const listCheckpointsInput = z.strictObject({
  /** Which runs' checkpoints, in the language of the list of runs. Archived runs are among them: their files take room, too. */
  filter: z.string().max(2000).default(''),
  /** Only those that are kept, or only those that newer ones push out; null for both. */
  isKept: z.boolean().nullable().default(null),
  sort: z.strictObject({ field: checkpointField, isDescending: z.boolean() }).default({ field: 'saved', isDescending: true }),
  limit: z.int().min(1).max(10_000).default(200),
  offset: z.int().min(0).default(0),
})

export const checkpointList = z.object({
  rows: z.array(listedCheckpoint),
  total: z.int(),
  /** Of all that fit. */
  bytes: z.number(),
  /** Of the workspace: all checkpoints in lists, those in the trash, and what is free on its disk. */
  workspace: z.object({ checkpoints: z.int(), bytes: z.number(), trashBytes: z.number(), freeBytes: z.number() }),
})

/** Numbers about the elements of one array. Those that are not finite are counted and are in nothing else. */
export const arrayStatistics = z.object({
  elements: z.int(),
  /** ‖a‖, the root of the sum of squares. */
  norm: z.number(),
  mean: z.number(),
  deviation: z.number(),
  min: z.number(),
  max: z.number(),
  /** Elements that are exactly 0. */
  zeros: z.int(),
  notFinite: z.int(),
})
export type ArrayStatistics = z.output<typeof arrayStatistics>

/** What a variable is for: trained, a running statistic of batch norm, the optimizer's, or of something else. */
export const variableGroup = z.enum(['parameters', 'statistics', 'slots', 'other'])
export type VariableGroup = z.output<typeof variableGroup>

export const inspectedCheckpoint = z.object({
  checkpoint: listedCheckpoint,
  wallMs: z.number(),
  functionEvaluations: z.int(),
  variables: z.array(z.object({ name: z.string(), group: variableGroup, shape: z.array(z.int()), type: z.string(), bytes: z.int(), statistics: arrayStatistics })),
  /** Of each group that there is. */
  groups: z.array(z.object({ group: variableGroup, variables: z.int(), elements: z.int(), bytes: z.int(), norm: z.number() })),
})
export type InspectedCheckpoint = z.output<typeof inspectedCheckpoint>

/** How far one array is from another, b − a, element by element; elements that are not finite in either are left out and counted. */
export const arrayDifference = z.object({
  elements: z.int(),
  normA: z.number(),
  normB: z.number(),
  /** ‖b − a‖ */
  difference: z.number(),
  /** ‖a − b‖ / ‖a‖; null where a is all zeros. */
  relative: z.number().nullable(),
  /** ⟨a, b⟩ / (‖a‖ ‖b‖); null where either is all zeros. */
  cosine: z.number().nullable(),
  /** Greatest |b − a| of an element. */
  greatest: z.number(),
  /** Elements that are the same to the bit. */
  equal: z.int(),
  notFinite: z.int(),
})
export type ArrayDifference = z.output<typeof arrayDifference>

export const comparedCheckpoints = z.object({
  checkpoints: z.tuple([listedCheckpoint, listedCheckpoint]),
  /** Parameters and running statistics, in the order of the file. */
  variables: z.array(arrayDifference.extend({ name: z.string(), group: variableGroup, shape: z.array(z.int()) })),
  /** Over all parameters together. */
  total: arrayDifference,
  /** Differences of all parameters, in bins of one width from the first edge to the last, which lie as far from 0. */
  histogram: z.object({ from: z.number(), to: z.number(), counts: z.array(z.int()) }),
  /** The elements of parameters that changed most, the greatest first. */
  changes: z.array(z.object({ name: z.string(), index: z.array(z.int()), from: z.number(), to: z.number() })),
  /** Whether both runs trained on the same data, so that their features can be compared on the same examples. */
  sharesData: z.boolean(),
})
export type ComparedCheckpoints = z.output<typeof comparedCheckpoints>

/** A label of a checkpoint: short, on one line. */
const label = z.string().trim().max(120).regex(/^[^\r\n]*$/, 'a label is one line')

/** Keeps checkpoints whatever comes after them, or leaves them to be pushed out; a label that is not given stays. */
export const keepChange = z.strictObject({ checkpointId: z.string(), isKept: z.boolean(), label: label.optional() })
export type KeepChange = z.output<typeof keepChange>

/** Which checkpoints may go: those that no rule keeps. */
export const pruneRules = z.strictObject({
  filter: z.string().max(2000).default('').describe('filter; the runs whose checkpoints may go, in the language of the list of runs'),
  keepLast: z.int().min(0).max(10_000).default(1).describe('checkpoints; the newest of each run that stay'),
  keepBest: z
    .strictObject({ metric: checkpointMetric, count: z.int().min(1).max(10_000).default(1) })
    .nullable()
    .default(null)
    .describe('rule; the best of each run by a metric stay, null for no such rule'),
  keepKept: z.boolean().default(true).describe('yes or no; those that the user keeps stay'),
  olderThanDays: z.number().min(0).nullable().default(null).describe('days; only those saved longer ago go, null for any'),
})
export type PruneRules = z.output<typeof pruneRules>

/** Why a checkpoint stays. */
export const stayReason = z.enum([
  'training', // its run trains, or waits to: what it holds may be needed at any step
  'start', // a run that waits or trains begins from the weights of this one
  'resumable', // the newest of a run that can be resumed
  'damaged', // the newest of its run that would stay does not read, so the others do
  'kept', // the user keeps it
  'last', // among the newest of its run
  'best', // among the best of its run
  'young', // saved too recently
])
export type StayReason = z.output<typeof stayReason>

/** Reasons that hold whatever is asked. */
export const firmReasons: readonly StayReason[] = ['training', 'start']

/** A checkpoint that rules let go: as many as a workspace has, so with no more than is shown. */
export const plannedCheckpoint = checkpointRow.pick({ id: true, runId: true, runName: true, runKey: true, step: true, bytes: true, createdAt: true, isKept: true, label: true })

export const prunePlan = z.object({
  goes: z.array(plannedCheckpoint),
  bytes: z.number(),
  /** In the order of the reasons; each checkpoint counts for the first that holds. */
  stays: z.array(z.object({ reason: stayReason, checkpoints: z.int(), bytes: z.number() })),
})
export type PrunePlan = z.output<typeof prunePlan>

export const planPruneInput = z.strictObject({
  rules: pruneRules,
  /** Also the newest of runs that can be resumed, and where the newest that stays does not read. */
  isForced: z.boolean().default(false),
})

export const pruneInput = z.strictObject({
  /** As a plan named them. What has become needed since stays, and is told. */
  checkpointIds: z.array(z.string()).min(1).max(100_000),
  isForced: z.boolean().default(false),
  /** Also those that the user keeps. */
  includesKept: z.boolean().default(false),
})

export const pruned = z.object({
  checkpoints: z.int(),
  bytes: z.number(),
  left: z.array(z.object({ checkpointId: z.string(), reason: stayReason })),
  /** Files that the disk did not let go of; they are removed at a later start. */
  filesLeft: z.array(z.string()),
})
export type Pruned = z.output<typeof pruned>

/** What is wrong with the file of a checkpoint. */
export const checkpointProblem = z.object({
  checkpointId: z.string(),
  runId: z.string(),
  step: z.int(),
  problem: z.enum(['missing', 'damaged']),
  path: z.string(),
  /** Bytes in the log and in the file; null for a file that is not there. */
  expectedBytes: z.int(),
  actualBytes: z.int().nullable(),
  expectedSha256: z.string(),
  /** Null where the size alone shows it. */
  actualSha256: z.string().nullable(),
})
export type CheckpointProblem = z.output<typeof checkpointProblem>

export const verifyInput = z.strictObject({ checkpointIds: z.array(z.string()).min(1).max(1000) })
export const verified = z.object({ checkpoints: z.int(), bytes: z.number(), problems: z.array(checkpointProblem) })

/** Forms in which the weights of a checkpoint are written: NumPy's archive of its arrays, and those of trained models. */
export const checkpointFormat = z.enum(['npz', ...exportFormat.options])
export type CheckpointFormat = z.output<typeof checkpointFormat>

export const exportCheckpointInput = z.strictObject({
  checkpointId: z.string(),
  formats: z.array(checkpointFormat).min(1).default(['npz']),
  depth: z.int().min(0).nullable().default(null).describe('blocks; of a trained model; null for the first student, or the whole model of a run that does not distil'),
})

/** An archive of arrays that was written. */
export const writtenArrays = z.object({ path: z.string(), bytes: z.int(), sha256: z.string(), arrays: z.int() })
export type WrittenArrays = z.output<typeof writtenArrays>

export const exportedCheckpoint = z.object({
  npz: writtenArrays.nullable(),
  model: z.object({ path: z.string(), card: modelCard }).nullable(),
})

const checkpointId = z.strictObject({ checkpointId: z.string() })

/** Requests about checkpoints that the engine answers. */
export const checkpointCommands = {
  /** Keeps checkpoints, lets go of them, labels them: all or none. Answers with what they were: given as changes, that undoes it. */
  'checkpoint.setKept': { input: z.strictObject({ changes: z.array(keepChange).min(1).max(10_000) }), output: z.object({ before: z.array(keepChange) }) },
  /** Deletes checkpoints, files with them. Nothing brings them back. Those of a run that trains or waits never go. */
  'checkpoint.prune': { input: pruneInput, output: pruned },
  /** Writes the weights of any checkpoint into the workspace's `exports` folder. Trained models take seconds. */
  'checkpoint.export': { input: exportCheckpointInput, output: exportedCheckpoint },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>

/** Questions about checkpoints, answered from the log and the files alone. */
export const checkpointQueries = {
  /** Checkpoints of all runs outside the trash, a page of them, with what was measured nearest to each. */
  'checkpoint.list': { input: listCheckpointsInput, output: checkpointList },
  /** What a checkpoint holds, array by array. */
  'checkpoint.inspect': { input: checkpointId, output: inspectedCheckpoint },
  /** How far two checkpoints of models of one structure are apart. */
  'checkpoint.compare': { input: z.strictObject({ checkpointIds: z.tuple([z.string(), z.string()]) }), output: comparedCheckpoints },
  /** What rules would delete. Deletes nothing. */
  'checkpoint.plan-prune': { input: planPruneInput, output: prunePlan },
  /** Reads files again and compares them with what the log says of them. */
  'checkpoint.verify': { input: verifyInput, output: verified },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>
