import { annotation, fieldValue, runRow, runsView, savedView, trashed } from './annotations.ts'
import { checkpointQueries } from './checkpoint-browser.ts'
import { compareQueries } from './compare-curves.ts'
import { criticalBatchSizeReport } from '../methods/critical-batch-size/report.ts'
import { channelDecorrelationReport } from '../methods/channel-decorrelation/report.ts'
import { featureDistillationReport } from '../methods/feature-distillation/report.ts'
import { gradientQuantizationReport } from '../methods/gradient-quantization/report.ts'
import { lossGapBatchReport } from '../methods/loss-gap-batch/report.ts'
import { reportQueries } from './composed-report.ts'
import { compareSettingsQueries } from './compare-settings.ts'
import { bundledDatasets, datasetConfig } from './dataset-config.ts'
import { datasetQueries } from './dataset-inspection.ts'
import { decorrelationRecord } from './decorrelation-records.ts'
import { distillationRecord, runPredictions } from './distillation-records.ts'
import { gradientCourse, gradientRecord, loggedGradients } from './gradient-records.ts'
import { lossMap, mappedLoss } from './loss-map.ts'
import { modelConfig } from './model-config.ts'
import { queueQueries } from './queue.ts'
import { checkpointRecord, logEvent, metricSeries, runRecord, studyProgress, studyRecord } from './records.ts'
import { target } from './run-config.ts'
import { systemSample, systemSpan } from './system-samples.ts'
import { importQueries } from './run-import.ts'
import { z } from './zod.ts'

const page = { limit: z.int().min(1).max(10000).default(500), offset: z.int().min(0).default(0) }

/** Every question that the log answers, by a reader of its own: name → input and output. None of them waits for training. */
export const queries = {
  'study.list': { input: z.strictObject({ ...page }), output: z.object({ studies: z.array(studyRecord), total: z.int() }) },
  'study.get': {
    input: z.strictObject({ studyId: z.string() }),
    output: z.object({ study: studyRecord, runs: z.array(runRecord), progress: studyProgress }),
  },
  /** What the study says, computed anew from what is logged; another target or range re-reads the stored curves. */
  'study.report': {
    input: z.strictObject({
      studyId: z.string(),
      target: target.nullable().default(null),
      fitFrom: z.int().min(1).nullable().default(null),
      fitTo: z.int().min(1).nullable().default(null),
    }),
    output: z.discriminatedUnion('method', [criticalBatchSizeReport, lossGapBatchReport, gradientQuantizationReport, featureDistillationReport, channelDecorrelationReport]),
  },
  /** Loss against batch size and learning rate, from the runs of the study alone or of all studies alike with it. */
  'study.lossMap': {
    input: z.strictObject({
      studyId: z.string(),
      metric: mappedLoss.default('train/loss'),
      /** Examples seen at which each run is read; null for its end. */
      atExamples: z.number().positive().nullable().default(null),
      scope: z.enum(['study', 'alike']).default('study'),
    }),
    output: lossMap,
  },
  /** The same report for points measured elsewhere, one row `batch,seed,steps` a line. */
  'study.fitPoints': { input: z.strictObject({ csv: z.string().max(5_000_000), confidence: z.number().min(0.5).max(0.99).default(0.95) }), output: criticalBatchSizeReport },
  'run.list': {
    input: z.strictObject({ ...page, studyId: z.string().nullable().default(null) }),
    output: z.object({ runs: z.array(runRecord), total: z.int() }),
  },
  /** Runs that fit a filter (see `filter/parse-filter.ts`), sorted and grouped: a page of them, and how many there are. */
  'run.search': {
    input: runsView.extend(page),
    output: z.object({
      rows: z.array(runRow),
      total: z.int(),
      /** In the order of the list, with how many runs each has; empty where it is not grouped. A study is its id. */
      groups: z.array(z.object({ value: fieldValue, count: z.int() })),
    }),
  },
  /** Names, tags, notes and marks of runs and studies, in the order asked for. */
  'annotation.get': {
    input: z.strictObject({ runIds: z.array(z.string()).max(10_000).default([]), studyIds: z.array(z.string()).max(10_000).default([]) }),
    output: z.object({ runs: z.array(annotation), studies: z.array(annotation) }),
  },
  /** Tags in use, by name, each with how many runs and studies carry it. */
  'tag.list': { input: z.strictObject({}), output: z.object({ tags: z.array(z.object({ tag: z.string(), count: z.int() })) }) },
  /** Saved ways to look at the list of runs, by name. */
  'view.list': { input: z.strictObject({}), output: z.object({ views: z.array(savedView) }) },
  /** What is in the trash, newest first. */
  'trash.list': { input: z.strictObject({}), output: z.object({ items: z.array(trashed) }) },
  'run.get': {
    input: z.strictObject({ runId: z.string() }),
    output: z.object({ run: runRecord, keys: z.array(z.string()), checkpoints: z.array(checkpointRecord), events: z.array(logEvent) }),
  },
  ...checkpointQueries,
  ...importQueries,
  'metric.series': {
    input: z.strictObject({
      runIds: z.array(z.string()).max(1000),
      keys: z.array(z.string()).max(100),
      maxPoints: z.int().min(2).max(20000).default(600),
      /** Bounds on the step, both included. */
      from: z.number().nullable().default(null),
      to: z.number().nullable().default(null),
    }),
    output: z.object({ series: z.array(metricSeries) }),
  },
  ...compareQueries,
  /** At which steps, of which workers and units a run has logged histograms of gradients. */
  'gradient.steps': { input: z.strictObject({ runId: z.string() }), output: loggedGradients },
  /** Those histograms at one step, by worker, then in the order of the units; null for all workers, or all units. */
  'gradient.records': {
    input: z.strictObject({ runId: z.string(), step: z.int().min(0), workers: z.array(z.int().min(0)).max(64).nullable().default(null), units: z.array(z.string()).max(1000).nullable().default(null) }),
    output: z.object({ records: z.array(gradientRecord) }),
  },
  /** How each unit of a worker was compressed over all logged steps, without the histograms. */
  'gradient.course': { input: z.strictObject({ runId: z.string(), worker: z.int().min(0) }), output: gradientCourse },
  /** What a run that distils looked at, evaluation by evaluation. */
  'distillation.records': { input: z.strictObject({ runId: z.string() }), output: z.object({ records: z.array(distillationRecord) }) },
  /** What a run that decorrelates channels looked at, evaluation by evaluation. */
  'decorrelation.records': {
    input: z.strictObject({ runId: z.string(), /** Newest first where more are there; null for all. */ last: z.int().min(1).nullable().default(null) }),
    output: z.object({ records: z.array(decorrelationRecord) }),
  },
  /** What a run predicts of each test example; null where it did not log that. */
  'run.predictions': { input: z.strictObject({ runId: z.string() }), output: z.object({ predictions: runPredictions.nullable() }) },
  /** How busy the machine was while something trained, oldest first. */
  'system.samples': { input: systemSpan, output: z.object({ samples: z.array(systemSample) }) },
  'event.list': {
    input: z.strictObject({ studyId: z.string().nullable().default(null), runId: z.string().nullable().default(null), ...page }),
    output: z.object({ events: z.array(logEvent) }),
  },
  ...compareSettingsQueries,
  'dataset.list': {
    input: z.strictObject({}),
    output: z.object({
      datasets: z.array(
        z.object({
          name: z.enum(bundledDatasets),
          title: z.string(),
          trainExamples: z.int(),
          testExamples: z.int(),
          shape: z.array(z.int()),
          classes: z.int(),
          licence: z.string(),
          /** Where it comes from; null for one that Loupe makes itself. */
          source: z.string().nullable(),
        }),
      ),
    }),
  },
  ...datasetQueries,
  /** Examples of the data that a run trains on, or of a data set, as they stand in their files: pixels, samples or columns, not normalised. */
  'dataset.examples': {
    input: z
      .strictObject({
        runId: z.string().nullable().default(null),
        dataset: datasetConfig.nullable().default(null),
        split: z.enum(['training', 'validation', 'test']).default('test'),
        indices: z.array(z.int().min(0)).max(200),
      })
      .refine(({ runId, dataset }) => (runId === null) !== (dataset === null), 'name a run whose data are asked for, or a data set; not both'),
    output: z.object({
      /** Of one example, such as `[28, 28, 1]`. */
      shape: z.array(z.int()),
      classNames: z.array(z.string()),
      /** Examples of the split. */
      count: z.int(),
      /** Drawn as black and as white: from 0 to the largest byte of the split, or the least and the largest number of these examples. */
      range: z.tuple([z.number(), z.number()]),
      examples: z.array(z.object({ index: z.int(), label: z.int(), values: z.array(z.number()) })),
    }),
  },
  /** What the first blocks of a model cost with a head of their own, at each place where it may be cut; the whole model last. */
  'model.cuts': {
    input: z.strictObject({ dataset: datasetConfig, model: modelConfig }),
    output: z.object({
      cuts: z.array(
        z.object({
          /** Blocks before the cut. */
          depth: z.int(),
          parameters: z.int(),
          /** Of one example's forward pass. */
          macs: z.number(),
          /** For one example at inference: parameters and the activations that are alive at once, at most. */
          memoryBytes: z.number(),
          /** Of the feature that the head reads, of one example. */
          featureShape: z.array(z.int()),
        }),
      ),
    }),
  },
  ...reportQueries,
  ...queueQueries,
  'workspace.describe': {
    input: z.strictObject({}),
    output: z.object({ path: z.string(), logBytes: z.number(), freeBytes: z.number(), loupe: z.string(), node: z.string(), platform: z.string() }),
  },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>

export type QueryName = keyof typeof queries
export type QueryInput<N extends QueryName> = z.input<(typeof queries)[N]['input']>
export type ParsedQueryInput<N extends QueryName> = z.output<(typeof queries)[N]['input']>
export type QueryOutput<N extends QueryName> = z.output<(typeof queries)[N]['output']>
