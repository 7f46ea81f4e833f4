import { logEvent, status } from './records.ts'
import { z } from './zod.ts'

/** Tools whose runs can be brought in. A CSV file of curves is one, too. */
export const importTools = ['tensorboard', 'mlflow', 'csv'] as const
export type ImportTool = (typeof importTools)[number]

/** Where an imported run comes from. */
export const runSource = z.object({
  tool: z.enum(importTools),
  /** The file or folder that it was read from. */
  path: z.string(),
  /** What tells it apart from the tool's other runs: MLflow's run id, else the path of its folder or file. An import of the same id renews the run. */
  id: z.string(),
  /** What the tool kept it in: MLflow's experiment, or the folder that was imported. */
  group: z.string(),
  /** As the tool has it, such as `RUNNING`; null where it says nothing. */
  status: z.string().nullable(),
})
export type RunSource = z.output<typeof runSource>

/** What an import leaves out or changes. The window has a sentence for each, in each language. */
export const omissionKinds = [
  'histograms', // values of the kind, counted
  'images',
  'audio',
  'texts',
  'graphs',
  'tensors', // of more than one number, or of a type that is no floating-point one
  'other-data', // values of further plugins
  'truncated-tail', // bytes of a record that was being written; where: the file
  'garbled-records', // records whose checksum or content is wrong, skipped; where: the file and the offset of the first
  'garbled-rest', // bytes of a file from a garbled length on; where: the file and the offset
  'large-records', // records over 64 MiB, not read
  'repeated-steps', // values at a step that has a later value of the same metric
  'orphaned-steps', // values that a restart of the run took back
  'unusable-steps', // values at a step that is negative, or no whole number
  'numbered-steps', // metrics whose values all stand at one step: they are numbered in the order of their times
  'unreadable-values', // cells or lines that are no number; where: the place of the first
  'many-metrics', // metrics beyond the most that a run may have
  'many-values', // values beyond the most that a run may have
  'long-texts', // parameters and tags that are cut, being longer than 2,000 characters
  'artifacts', // runs with files: they stay where they are
  'deleted-runs', // runs in the tool's own trash
  'empty-runs', // folders and runs with neither a metric nor a parameter; where: the first
  'unreadable-runs', // files of a run that the system does not let us read; where: the first, and why
  'linked-folders', // folders behind a symbolic link, not followed
] as const
export type OmissionKind = (typeof omissionKinds)[number]

export const omission = z.object({ kind: z.enum(omissionKinds), count: z.int(), /** Empty where there is nothing to add. */ where: z.string() })
export type Omission = z.output<typeof omission>

/** Parameters by name, as the tool has them. What is written as a number is one; yes and no are the texts `true` and `false`. */
export const runParams = z.record(z.string(), z.union([z.number(), z.string()]))
export type RunParams = z.output<typeof runParams>

/** A run that another tool logged. It has no configuration of Loupe, so it is no `RunRecord`. */
export const importedRun = z.object({
  id: z.string(),
  name: z.string(),
  source: runSource,
  status,
  /** Ms since 1970. */
  startedAt: z.int().nullable(),
  finishedAt: z.int().nullable(),
  importedAt: z.int(),
  /** The greatest step of its metrics. */
  steps: z.int(),
  /** From its first value to its last. */
  wallMs: z.number(),
  params: runParams,
  /** The tool's own tags, which are name and text. */
  labels: z.record(z.string(), z.string()),
  /** Metrics that stand under a key of Loupe: what the tool calls them. */
  renamed: z.record(z.string(), z.string()),
  omissions: z.array(omission),
})
export type ImportedRun = z.output<typeof importedRun>

const importState = z.enum([
  'new',
  'changed', // was imported, and its source differs now
  'unchanged',
  'trashed', // is in the trash, and an import brings it back
])

/** What an import of a file or folder would do. */
export const importPreview = z.object({
  tool: z.enum(importTools),
  path: z.string(),
  runs: z.array(
    z.object({
      sourceId: z.string(),
      name: z.string(),
      group: z.string(),
      state: importState,
      /** The run that it was imported as; null for a new one. */
      runId: z.string().nullable(),
      startedAt: z.int().nullable(),
      metrics: z.int(),
      values: z.int(),
      params: z.int(),
      omissions: z.array(omission),
    }),
  ),
  /** Of the whole, beside those of the runs. */
  omissions: z.array(omission),
})
export type ImportPreview = z.output<typeof importPreview>
export type PreviewedRun = ImportPreview['runs'][number]

export const importResult = z.object({
  tool: z.enum(importTools),
  path: z.string(),
  runs: z.array(z.object({ sourceId: z.string(), name: z.string(), runId: z.string(), outcome: z.enum(['added', 'updated', 'unchanged', 'restored']), omissions: z.array(omission) })),
  omissions: z.array(omission),
  /** Stopped by the user: the runs named here are in the log, the others are not. */
  wasStopped: z.boolean(),
})
export type ImportResult = z.output<typeof importResult>

const place = { path: z.string().trim().min(1).max(4096).describe('file or folder on the machine of the engine'), from: z.enum(importTools).nullable().default(null).describe('tool; null to go by what is there') }

export const importCommands = {
  /** Reads what other tools logged and says what an import would do. Writes nothing. */
  'run.previewImport': { input: z.strictObject(place), output: importPreview },
  /** Brings runs of other tools into the log, each whole or not at all. The same run again renews the one that it was imported as. */
  'run.import': {
    input: z.strictObject({
      ...place,
      only: z.array(z.string()).max(10_000).nullable().default(null).describe('ids at the source; null for all'),
      tags: z.array(z.string().trim().min(1).max(60).regex(/^[^\r\n,]*$/, 'a tag has no comma and no line break')).max(20).default([]),
    }),
    output: importResult,
  },
  /** Ends the preview or import in progress, if any, after the run at hand. */
  'run.stopImport': { input: z.strictObject({}), output: z.object({}) },
} as const

export const importQueries = {
  /** Where a run comes from; null for one that Loupe trained. */
  'run.source': { input: z.strictObject({ runId: z.string() }), output: z.object({ source: runSource.nullable() }) },
  'importedRun.get': { input: z.strictObject({ runId: z.string() }), output: z.object({ run: importedRun, keys: z.array(z.string()), events: z.array(logEvent) }) },
  /** Names of parameters and of further metrics of the imported runs, for filters and columns; the most used first. */
  'importedRun.names': { input: z.strictObject({}), output: z.object({ params: z.array(z.string()), metrics: z.array(z.string()) }) },
} as const

export const importEvents = {
  /** How far a preview or import is; at most four times a second. */
  'import.progressed': z.object({ path: z.string(), runs: z.int(), runsInAll: z.int(), bytes: z.number(), bytesInAll: z.number(), name: z.string() }),
} as const
