import { comparedCurves } from '../compare/compared-curves.ts'
import type { DataShape } from '../engine/model-facts.ts'
import { freeBytes } from '../engine/disk.ts'
import { loupeVersion, platformName } from '../engine/environment.ts'
import { loggedDataset, StudyReading } from '../engine/study-reading.ts'
import { LoupeError } from '../contract/errors.ts'
import type { ParsedQueryInput, QueryOutput } from '../contract/queries.ts'
import type { QueryHandlers } from '../contract/rpc.ts'
import type { StudyRecord } from '../contract/records.ts'
import type { StudyConfig } from '../contract/study-config.ts'
import type { LogReader } from '../log/log.ts'
import type { DatasetFacts } from '../methods/study.ts'
import { printPdf } from './print-pdf.ts'
import type { PrintPdf } from './print-pdf.ts'
import { reportQueryHandlers } from './report-queries.ts'
import { checkPath } from './check-path.ts'
import { checkpointQueryHandlers } from './checkpoint-queries.ts'
import { compareHandlers } from './compare-handlers.ts'
import { examplesReader } from './dataset-examples.ts'
import { datasetThread } from './dataset-thread.ts'

const STUDIES_AT_ONCE = 500

export interface QueryContext {
  readonly reader: LogReader
  readonly workspace: string
  /** What prints reports; an installed Chromium where left out. */
  readonly printPdf?: PrintPdf
}

/**
 * Answers every question to the log from a reader of its own, so that none of them waits for training.
 *
 * Reports and forecasts are computed anew from what is logged. The parts that read data sets or fit laws are imported
 * with the first question that needs them.
 */
export function createQueryHandlers({ reader, workspace, printPdf: print = printPdf }: QueryContext): QueryHandlers {
  const reading = new StudyReading(reader)
  const datasets = datasetThread()
  return {
    'study.list': (page) => {
      const { studies, total } = reader.studies(page)
      return { studies: [...studies], total }
    },
    'study.get': async ({ studyId }) => {
      const study = reader.study(studyId)
      const { studyOf } = await import('../engine/study-of.ts')
      const progress = studyOf(study.config).progress(study.config, reading.runs(studyId), await factsFor(reader, study))
      return { study, runs: [...reader.runsOf(studyId)], progress }
    },
    'study.report': (input) => report({ reader, reading, input }),
    ...reportQueryHandlers({ reader, readStudy: (studyId) => report({ reader, reading, input: { studyId, target: null, fitFrom: null, fitTo: null } }), printPdf: print }),
    'study.lossMap': (input) => mappedLosses({ reader, reading, input }),
    'study.fitPoints': async ({ csv, confidence }) => {
      const { fitPoints } = await import('../methods/critical-batch-size/fit-points.ts')
      return fitPoints({ csv, confidence })
    },
    'run.list': (filter) => {
      const { runs, total } = reader.runs(filter)
      return { runs: [...runs], total }
    },
    'run.search': (search) => reader.search(search),
    'annotation.get': ({ runIds, studyIds }) => ({ runs: runIds.map((id) => reader.annotation('run', id)), studies: studyIds.map((id) => reader.annotation('study', id)) }),
    'tag.list': () => ({ tags: [...reader.tags()] }),
    'view.list': () => ({ views: [...reader.views()] }),
    'trash.list': () => ({ items: [...reader.trash()] }),
    'run.get': ({ runId }) => {
      const run = reader.run(runId)
      const events = reader.events({ limit: 500, offset: 0, studyId: null, runId })
      return { run, keys: [...reader.metricKeys(runId)], checkpoints: [...reader.checkpoints(runId)], events: [...events] }
    },
    ...checkpointQueryHandlers({ reader, workspace }),
    'run.source': ({ runId }) => ({ source: reader.runSource(runId) }),
    'importedRun.get': ({ runId }) => ({ run: reader.importedRun(runId), keys: [...reader.metricKeys(runId)], events: [...reader.events({ limit: 500, offset: 0, studyId: null, runId })] }),
    'importedRun.names': () => reader.importedNames(),
    'metric.series': (query) => ({ series: [...reader.series(query)] }),
    'compare.curves': comparedCurves(reader),
    'compare.metrics': ({ runIds }) => ({ metrics: [...reader.metricsOf(runIds)] }),
    'compare.alike': ({ runIds }) => ({ groups: [...reader.alike(runIds)] }),
    'gradient.steps': ({ runId }) => reader.gradientSteps(runId),
    'gradient.records': (query) => ({ records: [...reader.gradientRecords(query)] }),
    'distillation.records': ({ runId }) => ({ records: [...reader.records(runId, 'distillation')] }),
    'decorrelation.records': ({ runId, last }) => ({ records: lastOf(reader.records(runId, 'decorrelation'), last) }),
    'run.predictions': ({ runId }) => ({ predictions: reader.records(runId, 'predictions').at(-1) ?? null }),
    'gradient.course': ({ runId, worker }) => reader.gradientCourse(runId, worker),
    'system.samples': (span) => ({ samples: [...reader.systemSamples(span)] }),
    'event.list': (filter) => ({ events: [...reader.events(filter)] }),
    ...compareHandlers(reader),
    'dataset.list': async () => {
      const { describeBundledDatasets } = await import('../training/datasets/index.ts')
      return { datasets: await describeBundledDatasets() }
    },
    'dataset.examples': examplesReader(reader),
    'dataset.inspect': async (input) => await datasets.inspect(input),
    'dataset.preview': async (input) => await datasets.preview(input),
    'dataset.checkPath': async ({ path }) => await checkPath(path),
    'dataset.known': () => ({ datasets: [...reader.datasets()] }),
    'model.cuts': async (input) => ({ cuts: await (await import('./model-cuts.ts')).modelCuts(input) }),
    'queue.ended': ({ limit }) => ({ items: [...reader.ended(limit)] }),
    'workspace.describe': async () => ({
      path: workspace,
      logBytes: reader.bytes(),
      freeBytes: await freeBytes(workspace),
      loupe: loupeVersion,
      node: process.version,
      platform: platformName,
    }),
  }
}

async function report(options: { readonly reader: LogReader; readonly reading: StudyReading; readonly input: ParsedQueryInput<'study.report'> }): Promise<QueryOutput<'study.report'>> {
  const { reader, reading, input } = options
  const study = reader.study(input.studyId)
  const { studyOf } = await import('../engine/study-of.ts')
  const config = rereadConfig(study.config, input)
  const read = studyOf(config).report(config, reading.runs(study.id), await factsFor(reader, study))
  return { ...read, studyId: study.id }
}

/** The map of one study, or of all that differ from it in learning rates, batch sizes and seeds only. */
async function mappedLosses(options: { readonly reader: LogReader; readonly reading: StudyReading; readonly input: ParsedQueryInput<'study.lossMap'> }): Promise<QueryOutput<'study.lossMap'>> {
  const { reader, reading, input } = options
  const { lossMapKey, lossMapOf } = await import('../methods/critical-batch-size/loss-map.ts')
  const study = reader.study(input.studyId)
  const keyOf = ({ config }: StudyRecord) => (config.method === 'critical-batch-size' ? lossMapKey(config) : null)
  const key = keyOf(study)
  if (key === null) throw new LoupeError('unsupported', 'Losses are mapped over batch size and learning rate for sweeps only, and this study is none.', { studyId: study.id, method: study.config.method })
  const alikeStudies = allStudies(reader).filter((other) => other.id !== study.id && keyOf(other) === key).map(({ id }) => id)
  const runs = [study.id, ...(input.scope === 'alike' ? alikeStudies : [])].flatMap((id) => reading.runs(id))
  return { ...lossMapOf({ runs, metric: input.metric, atExamples: input.atExamples }), alikeStudies }
}

function allStudies(reader: LogReader): readonly StudyRecord[] {
  const found: StudyRecord[] = []
  for (;;) {
    const { studies, total } = reader.studies({ limit: STUDIES_AT_ONCE, offset: found.length })
    found.push(...studies)
    if (studies.length === 0 || found.length >= total) return found
  }
}

/** The study's config with another target or range of the fit: the stored curves are read against it. */
function rereadConfig(config: StudyConfig, { target, fitFrom, fitTo }: ParsedQueryInput<'study.report'>): StudyConfig {
  if (config.method === 'gradient-quantization' || config.method === 'feature-distillation' || config.method === 'channel-decorrelation') return config // they have neither a target nor a range of a fit
  if (config.method === 'loss-gap-batch') return { ...config, comparison: { ...config.comparison, target: target ?? config.comparison.target } }
  return {
    ...config,
    sweep: { ...config.sweep, target: target ?? config.sweep.target, fitFrom: fitFrom ?? config.sweep.fitFrom, fitTo: fitTo ?? config.sweep.fitTo },
  }
}

/** What the log says of the study's data; read from the files where the log does not say. */
async function factsFor(reader: LogReader, study: StudyRecord): Promise<DatasetFacts> {
  const logged = loggedDataset(reader, study.id)
  const ofModels = async (data: DataShape, trainExamples: number) => await (await import('../engine/model-facts.ts')).modelFactsFor(study.config, { ...data, trainExamples })
  if (logged !== null) return { ...logged, ...(logged.data === null ? {} : await ofModels(logged.data, logged.trainExamples)) }
  try {
    const { loadDataset } = await import('../training/datasets/index.ts')
    const dataset = await loadDataset(study.config.run.dataset)
    return { trainExamples: dataset.train.count, validationExamples: dataset.validation.count, classes: dataset.classes, ...(await ofModels(dataset, dataset.train.count)) }
  } catch (error) {
    throw new LoupeError('not-found', `The log does not say how many examples study ${study.id} trains on, and its data cannot be read: ${error instanceof Error ? error.message : String(error)}`, { studyId: study.id })
  }
}

/** The last so many of them, all for null; in their order. */
function lastOf<T>(items: readonly T[], count: number | null): T[] {
  return count === null ? [...items] : items.slice(-count)
}
