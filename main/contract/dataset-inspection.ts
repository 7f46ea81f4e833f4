import { badRowsReport } from './bad-rows.ts'
import { datasetConfig } from './dataset-config.ts'
import { z } from './zod.ts'

/** How the files of a data set lie on the disk. */
export const datasetKinds = ['idx', 'npy', 'npz', 'csv', 'parquet', 'images', 'generated'] as const
export type DatasetKind = (typeof datasetKinds)[number]

export const imageSize = z.object({ width: z.int(), height: z.int(), images: z.int() })
export type ImageSize = z.output<typeof imageSize>

export const datasetSplit = z.enum(['training', 'validation', 'test'])
export type DatasetSplit = z.output<typeof datasetSplit>

/** One number of an example over all training examples. */
export const featureStatistics = z.object({
  name: z.string(),
  min: z.number(),
  mean: z.number(),
  /** Of the population, √(Σ(x − mean)²/n). */
  deviation: z.number(),
  max: z.number(),
  /** Cells without a value, over all rows of the file: their rows are bad. */
  missing: z.int(),
})
export type FeatureStatistics = z.output<typeof featureStatistics>

/** As many features as are listed, and example pairs as are named. */
export const MOST_FEATURES = 500
export const MOST_PAIRS = 50

/** What a data set is, before anything trains on it. */
export const datasetInspection = z.object({
  name: z.string(),
  title: z.string(),
  kind: z.enum(datasetKinds),
  /** Null for one that comes with Loupe. */
  path: z.string().nullable(),
  /** Of one that comes with Loupe. */
  licence: z.string().nullable(),
  source: z.string().nullable(),
  /** Of one example, such as `[28, 28, 1]` for an image, `[128, 2]` for a series, `[30]` for a row of a table. */
  shape: z.array(z.int()),
  type: z.enum(['uint8', 'float32']),
  /** SHA-256 of the files and of which rows were left out. */
  hash: z.string(),
  fileBytes: z.number(),
  /** That inputs and labels of all splits take, as they are held. */
  memoryBytes: z.number(),
  classNames: z.array(z.string()),
  /** Training, validation, test. `perClass` in the order of the classes. */
  splits: z.array(z.object({ split: datasetSplit, examples: z.int(), perClass: z.array(z.int()) })),
  made: z.object({
    /** By the files, or a fifth of each class, set apart by a fixed seed. */
    test: z.enum(['files', 'fifth-of-class']),
    /** By the files, or at random among the training examples, not by class. */
    validation: z.enum(['files', 'random']),
    splitSeed: z.int(),
    /** Examples that could be trained on and are not, because trainExamples is smaller. */
    unused: z.int(),
  }),
  /** Over training examples. Of more than {@link MOST_FEATURES} numbers the first. */
  features: z.object({
    /** Numbers of an example. */
    total: z.int(),
    listed: z.array(featureStatistics),
    /** That have one value in all training examples. */
    constant: z.int(),
    /** Training examples looked at: all, or a number of them spread over the split. */
    examples: z.int(),
    isSample: z.boolean(),
  }),
  /** Of images only. */
  images: z
    .object({
      /** Mean of each pixel, `[height, width, channels]` flat, over the same examples. */
      mean: z.array(z.number()),
      range: z.tuple([z.number(), z.number()]),
      /** Values by intensity, in bins of equal width from the least to the greatest, both included. */
      histogram: z.array(z.number()),
      /** Of the files, before they were brought to one size; null for arrays. At most 100, most frequent first. */
      sizes: z.array(imageSize).nullable(),
    })
    .nullable(),
  duplicates: z.object({
    /** Examples of the second split whose values are those of an example of the first. */
    between: z.array(z.object({ from: datasetSplit, to: datasetSplit, examples: z.int() })),
    /** Examples of a split that repeat an earlier one. */
    within: z.array(z.object({ split: datasetSplit, examples: z.int() })),
    /** Examples with the values of another, and another class. */
    contradicting: z.int(),
    /** The first pairs across splits. */
    pairs: z.array(z.object({ from: datasetSplit, fromIndex: z.int(), to: datasetSplit, toIndex: z.int() })),
    /** False where only some of the examples were compared; the counts are then of those. */
    isComplete: z.boolean(),
  }),
  badRows: badRowsReport.extend({
    rule: z.enum(['refuse', 'skip']),
    /** Why a run on these data would be refused; null for one that would not. */
    refusal: z.string().nullable(),
  }),
})
export type DatasetInspection = z.output<typeof datasetInspection>

/** A data set that the workspace knows: kept by the user, or trained on. */
export const knownDataset = z.object({
  config: datasetConfig,
  /** File or folder name of the path. */
  title: z.string(),
  isKept: z.boolean(),
  runs: z.int(),
  /** Ms since 1970, of the newest of those runs; null for none. */
  lastUsedAt: z.int().nullable(),
})
export type KnownDataset = z.output<typeof knownDataset>

const dataset = datasetConfig

/** Questions about data sets, for the table of queries. Those that read files read them on the machine where Loupe runs. */
export const datasetQueries = {
  /** Reads a data set and says what it is: splits, classes, statistics, duplicates, bad rows. Bad rows are collected, whatever the config says of them. */
  'dataset.inspect': { input: z.strictObject({ dataset }), output: datasetInspection },
  /** Examples of a split, a page of them, of all classes or one. */
  'dataset.preview': {
    input: z.strictObject({ dataset, split: datasetSplit.default('training'), classIndex: z.int().min(0).nullable().default(null), offset: z.int().min(0).default(0), limit: z.int().min(1).max(200).default(60) }),
    output: z.object({
      shape: z.array(z.int()),
      classNames: z.array(z.string()),
      /** Of a table's columns; null for other data. At most 60, as are the values of its rows. */
      featureNames: z.array(z.string()).nullable(),
      /** Examples of the split and class. */
      total: z.int(),
      /** Drawn as black and as white. */
      range: z.tuple([z.number(), z.number()]),
      examples: z.array(z.object({ index: z.int(), label: z.int(), values: z.array(z.number()) })),
    }),
  },
  /** Whether there is something to read at a path, and as what; no file is read. */
  'dataset.checkPath': {
    input: z.strictObject({ path: z.string().max(4096) }),
    output: z.object({
      /** Null where Loupe finds nothing that it reads there. */
      kind: z.enum(['csv', 'parquet', 'npz', 'arrays', 'images']).nullable(),
      problem: z.enum(['empty', 'relative', 'not-found', 'unreadable', 'unknown-kind', 'empty-folder']).nullable(),
    }),
  },
  /** The user's own data sets, those used last first. Those of Loupe are in `dataset.list`. */
  'dataset.known': { input: z.strictObject({}), output: z.object({ datasets: z.array(knownDataset) }) },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>

/** Commands about data sets, for the table of commands. */
export const datasetCommands = {
  /** Keeps a data set in the workspace's list; its files stay where they are. */
  'dataset.keep': { input: z.strictObject({ dataset }), output: z.object({}) },
  /** Takes one out of the list. Runs that trained on it stay as they are, and it stays in the list for as long as there are any. */
  'dataset.forget': { input: z.strictObject({ dataset }), output: z.object({}) },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>
