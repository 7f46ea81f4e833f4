import type { MetricPoints } from './block-codec.ts'
import type { CheckpointMetric, CheckpointProblem, CheckpointRow, KeepChange, NearestValue } from '../contract/checkpoint-browser.ts'
import type { PrunedCheckpoints } from './checkpoint-changes.ts'
import type { PruneOptions } from './checkpoint-protection.ts'
import type { CheckpointSearch, FoundCheckpoints, PrunableCheckpoint } from './checkpoint-search.ts'
import type { Annotation, AnnotationChange, FieldValue, RunsView, SavedView, Trashed } from '../contract/annotations.ts'
import type { RunPlace } from './compared-runs.ts'
import type { RecordOfKind, RunRecordKind } from './run-records.ts'
import type { Annotated } from './annotations.ts'
import type { FoundRuns, RunSearch } from './run-search.ts'
import type { ImportOutcome, KnownImport, NewImportedRun } from './imported-runs.ts'
import type { RunsAndStudies } from './trash.ts'
import type { SystemSpan } from './system-samples.ts'
import type { ComposedReport, Pin, ReportDraft } from '../contract/composed-report.ts'
import type { NewPin } from './reports.ts'
import type { DatasetConfig } from '../contract/dataset-config.ts'
import type { KnownDataset } from '../contract/dataset-inspection.ts'
import type { EndedItem, QueueSettings } from '../contract/queue.ts'
import type { QueueChange, QueueEntry } from './queue.ts'
import type { ErrorFacts, WireError } from '../contract/errors.ts'
import type { EventKind } from '../contract/event-kinds.ts'
import type { GradientCourse, GradientRecord, LoggedGradients } from '../contract/gradient-records.ts'
import type { MetricBlock } from '../contract/metric-block.ts'
import type { MetricRow } from '../contract/metrics.ts'
import type { ImportedRun, ImportTool, RunSource } from '../contract/run-import.ts'
import type { CheckpointRecord, Environment, LogEvent, MetricSeries, RunRecord, Status, StudyRecord } from '../contract/records.ts'
import type { SystemSample } from '../contract/system-samples.ts'
import type { RunConfig } from '../contract/run-config.ts'
import type { StudyConfig } from '../contract/study-config.ts'

export interface Page {
  readonly limit: number
  readonly offset: number
}

/** Values of one evaluation, by metric key. */
export interface LoggedEvaluation {
  readonly step: number
  readonly examples: number
  readonly wallMs: number
  readonly values: Readonly<Record<string, number>>
}

/** All logged values of a metric of a run together; NaN is in none of them. */
export interface StepTotal {
  readonly count: number
  readonly sum: number
  /** Values that are exactly 0. */
  readonly zeros: number
}

/** Which part of a curve to read, and into how many points at most. Bounds on the step are included; null for none. */
export interface SeriesQuery {
  readonly maxPoints: number
  readonly from: number | null
  readonly to: number | null
}

/** Which histograms of a step to read; null for those of all workers, or units. */
export interface GradientQuery {
  readonly step: number
  readonly workers: readonly number[] | null
  readonly units: readonly string[] | null
}

/** The questions that the log answers. Any process may hold a reader, as many as it likes. */
export interface LogReader {
  /** Newest first, those in the trash left out. */
  studies(page: Page): { readonly studies: readonly StudyRecord[]; readonly total: number }
  /** @throws LoupeError `not-found` */
  study(id: string): StudyRecord
  /** Newest first; of all studies, those in the trash left out. */
  runs(filter: Page & { readonly studyId: string | null }): { readonly runs: readonly RunRecord[]; readonly total: number }
  /** All runs of a study, by creation. */
  runsOf(studyId: string): readonly RunRecord[]
  /** @throws LoupeError `not-found`, or `unsupported` for an imported run, which is no record of one */
  run(id: string): RunRecord
  /** @throws LoupeError `not-found` for a run that was not imported */
  importedRun(id: string): ImportedRun
  /** Newest first, those in the trash left out. */
  importedRuns(limit: number): readonly ImportedRun[]
  /** Names of parameters and of metrics that are not Loupe's own, the most used first. */
  importedNames(): { readonly params: string[]; readonly metrics: string[] }
  /** Null for a run that Loupe trained. @throws LoupeError `not-found` */
  runSource(id: string): RunSource | null
  /** What was imported of a run of another tool; null for nothing. */
  knownImport(tool: ImportTool, sourceId: string): KnownImport | null
  /** Runs that fit a filter, sorted and grouped, a page of them with values of chosen fields. @throws LoupeError `invalid-input` */
  search(search: RunSearch): FoundRuns
  /** Values of fields, a column a field, in the order of the runs; null for a run that is not there. @throws LoupeError `invalid-input` for no field. */
  values(runIds: readonly string[], fields: readonly string[]): FieldValue[][]
  /** Metrics whose last, least and greatest values are kept, by name, and how many of the runs have them. */
  extremesOf(runIds: readonly string[]): readonly { readonly key: string; readonly runs: number }[]
  /** What users say of a run or study. @throws LoupeError `not-found` */
  annotation(kind: Annotated, id: string): Annotation
  /** Tags in use, by name. */
  tags(): readonly { readonly tag: string; readonly count: number }[]
  /** Saved ways to look at the list of runs, by name. */
  views(): readonly SavedView[]
  /** The user's own data sets: kept, or trained on; those used or kept last first. */
  datasets(): readonly KnownDataset[]
  /** What is in the trash, newest first. */
  trash(): readonly Trashed[]
  /** Composed reports, newest change first: those in the trash, or the others. */
  reports(isTrashed: boolean): readonly ComposedReport[]
  /** @throws LoupeError `not-found` */
  report(id: string): ComposedReport
  /** All data that were pinned for a report, in the order in which they were. */
  pins(reportId: string): readonly Pin[]
  /** Single runs and studies that wait, train or may be resumed, in the order in which they start. */
  queue(): readonly QueueEntry[]
  queueSettings(): QueueSettings
  /** Single runs and studies that finished or failed, the latest first. */
  ended(limit: number): readonly EndedItem[]
  /** Metric keys that the run has logged. */
  metricKeys(runId: string): readonly string[]
  /** One curve for each run and key, also where it is empty; see `metricSeries` for the buckets. */
  series(query: SeriesQuery & { readonly runIds: readonly string[]; readonly keys: readonly string[] }): readonly MetricSeries[]
  /** What `per: 'evaluation'` and `per: 'run'` metrics say, one object a step, in order. Values may be NaN or infinite. */
  evaluations(runId: string): readonly LoggedEvaluation[]
  /** Where a run stands, without its configuration. @throws LoupeError `not-found` */
  place(runId: string): RunPlace
  /** Training examples of a run's data set: one epoch; null where the log does not say. */
  trainExamples(runId: string): number | null
  /** Metrics that some of the runs have logged, by name, with how many have. */
  metricsOf(runIds: readonly string[]): readonly { readonly key: string; readonly runs: number }[]
  /** Which runs differ in seed and name alone: for each the number of its group, from 0. */
  alike(runIds: readonly string[]): readonly number[]
  /** Sum of a per-step metric up to and including a step, such as the line search's tries. */
  sum(runId: string, key: string, toStep: number): number
  /** Of a per-step metric, such as the bytes sent. */
  stepTotal(runId: string, key: string): StepTotal
  /** Every value of a metric as it was logged, by step, also NaN and the infinities: for those who take the numbers elsewhere. */
  logged(runId: string, key: string): MetricPoints
  /** At which steps, of which workers and units there are histograms of gradients. */
  gradientSteps(runId: string): LoggedGradients
  /** By worker, then in the order in which the units lie in the gradient. Empty for a step at which none were logged. */
  gradientRecords(query: GradientQuery & { readonly runId: string }): readonly GradientRecord[]
  /** How each unit of a worker was compressed, over all logged steps. */
  gradientCourse(runId: string, worker: number): GradientCourse
  /** What a run told beside numbers, of one kind, by step. @throws LoupeError `log-corrupt` for a record that does not read. */
  records<K extends RunRecordKind>(runId: string, kind: K): readonly RecordOfKind<K>[]
  /** Newest first. Those of a study include those of its runs that name it; `runId` narrows further. */
  events(filter: Page & { readonly studyId: string | null; readonly runId: string | null }): readonly LogEvent[]
  /** All events of one kind of a study, its runs' included, oldest first. */
  studyEvents(studyId: string, kind: string): readonly LogEvent[]
  /** How busy the machine was, oldest first; see `thinned` for how many are put together. */
  systemSamples(span: SystemSpan): readonly SystemSample[]
  /** By step. */
  checkpoints(runId: string): readonly CheckpointRecord[]
  /** @throws LoupeError `log-corrupt` where the file does not match its SHA-256 */
  checkpointBytes(id: string): Uint8Array
  /** Checkpoints of runs that fit a filter, sorted, a page of them. @throws LoupeError `invalid-input` */
  searchCheckpoints(search: CheckpointSearch): FoundCheckpoints
  /** Those of some ids, in their order. Those that are gone are left out. */
  checkpointRows(ids: readonly string[]): readonly CheckpointRow[]
  /** All checkpoints of the runs that fit, with what decides whether they may go, by run, the newest first. */
  prunableCheckpoints(options: { readonly filter: string; readonly now: number }): readonly PrunableCheckpoint[]
  /** What a run evaluated nearest to a step. */
  nearestEvaluation(options: { readonly runId: string; readonly step: number; readonly metric: CheckpointMetric }): NearestValue
  /** What all checkpoints take, by the log. */
  checkpointTotals(): { readonly checkpoints: number; readonly bytes: number; readonly trashBytes: number }
  /** Where a checkpoint's file is. */
  checkpointPath(id: string): string
  /** Reads a checkpoint's file again. @returns What is wrong with it, or null. */
  verifyCheckpoint(id: string): Promise<CheckpointProblem | null>
  /** Of the database file and its write-ahead log. */
  bytes(): number
  close(): void
}

export interface StudyPatch {
  readonly status?: Status
  readonly startedAt?: number
  readonly finishedAt?: number | null
  readonly error?: WireError | null
  readonly config?: StudyConfig
}

export interface RunPatch {
  readonly status?: Status
  readonly environment?: Environment
  readonly startedAt?: number
  readonly finishedAt?: number | null
  readonly steps?: number
  readonly examples?: number
  readonly wallMs?: number
  readonly functionEvaluations?: number
  readonly censored?: boolean | null
  readonly error?: WireError | null
}

export interface NewEvent {
  readonly studyId: string | null
  readonly runId: string | null
  readonly level: LogEvent['level']
  /** What happened, `noun.past`. */
  readonly kind: EventKind
  readonly message: string
  readonly facts?: ErrorFacts
}

export interface NewCheckpoint {
  readonly step: number
  readonly examples: number
  readonly bytes: Uint8Array
  /** How many of the run's checkpoints stay, this one included, at least 1; or that this one stays whatever comes after it, and pushes none out. */
  readonly keep: number | 'this'
}

/**
 * The one that writes. Only the engine holds it: a lease in the log, kept alive by a heartbeat, refuses a second one with
 * LoupeError `conflict`. It reads, too.
 */
export interface LogWriter extends LogReader {
  /** It is queued, at the end of the queue. */
  createStudy(config: StudyConfig): StudyRecord
  updateStudy(id: string, patch: StudyPatch): StudyRecord
  /** It is queued; a single run at the end of the queue. @throws LoupeError `conflict` where the study has a run of that key */
  createRun(run: { readonly studyId: string | null; readonly key: string; readonly config: RunConfig }): RunRecord
  updateRun(id: string, patch: RunPatch): RunRecord
  /** How far a run has come that goes on: as `publish` does it, for a checkpoint says so, too. */
  updateCounts(id: string, counts: Required<Pick<RunPatch, 'steps' | 'examples' | 'wallMs'>>): void
  /**
   * Queues rows; they are committed in batches, at the latest after 250 ms. Costs microseconds. Never throws for a full disk:
   * see `health`. A step of a metric that was logged before takes the new value. Metrics `per: 'change'` come in the order of their steps, and
   * only values that differ from the one before are kept.
   */
  appendMetrics(runId: string, rows: readonly MetricRow[]): void
  /** The same for the steps of a call, as columns. */
  appendBlock(runId: string, block: MetricBlock): void
  /** The same for histograms of gradients, which wait in the same queue and are on the disk when the metrics beside them are. */
  appendGradients(runId: string, records: readonly GradientRecord[]): void
  /** Logs what a run tells beside numbers. It is on the disk when this returns. */
  appendRecord<K extends RunRecordKind>(runId: string, kind: K, record: RecordOfKind<K>): void
  /** Drops metrics, gradients and records that were logged after a step: a run that resumes from a checkpoint writes those rows anew. */
  dropMetricsAfter(runId: string, step: number): void
  appendEvent(event: NewEvent): LogEvent
  /** Of the same moment, the last one stays. On the disk a moment later; those of three months ago go. */
  appendSystemSample(sample: SystemSample): void
  /** Changes places, priorities and holds, all or none. @throws LoupeError `not-found` for what is not in the queue. */
  changeQueue(changes: readonly QueueChange[]): void
  configureQueue(settings: Partial<QueueSettings>): void
  /** Changes what users say of runs or studies, all or none. @returns What they were before, in the same order: given as changes, they undo it. */
  annotate(kind: Annotated, changes: readonly AnnotationChange[]): readonly Annotation[]
  /**
   * Puts a run of another tool into the log, with an event that says so: a new one, or in the place of what was imported of it before. What users said
   * of it stays; out of the trash it comes back.
   *
   * @param tags  Given to the run beside those that it has.
   */
  importRun(run: NewImportedRun, tags: readonly string[]): { readonly runId: string; readonly outcome: ImportOutcome }
  /** Saves a way to look at the list, in the place of one of the same name. */
  saveView(name: string, view: RunsView): void
  deleteView(name: string): void
  /** Keeps a data set in the list, in the place of one that is read alike. */
  keepDataset(config: DatasetConfig): void
  /** @throws LoupeError `not-found` */
  forgetDataset(config: DatasetConfig): void
  /** Moves runs and studies to the trash: they stay in the log and are in no list. @throws LoupeError `conflict` for what trains, waits to, or is a run of a study. */
  putInTrash(what: RunsAndStudies): void
  restoreFromTrash(what: RunsAndStudies): void
  /** Deletes what is in the trash for good: rows and checkpoint files. @returns How many runs are gone, and the bytes of their checkpoints. */
  purge(what: RunsAndStudies): { readonly runs: number; readonly checkpointBytes: number }
  /** Saves a composed report, a new one where it has no id. @throws LoupeError `conflict` where another version than the one that was changed is the newest. */
  saveReport(draft: ReportDraft & { readonly reportId: string | null; readonly version: number }): ComposedReport
  /** Keeps data for a report as they are now. */
  keepPin(reportId: string, pin: NewPin): Pin
  /** Saves a draft of a report as another one, with the same data of the same moments. @returns Its id. */
  copyReport(draft: ReportDraft & { readonly reportId: string }): string
  putReportInTrash(reportId: string): void
  restoreReport(reportId: string): void
  /** Deletes a report and its pins for good. @throws LoupeError `conflict` for one that is not in the trash. */
  purgeReport(reportId: string): void
  /** Writes the file (temporary, fsync, rename), logs its SHA-256, prunes to the `keep` newest and those that were saved to stay. */
  saveCheckpoint(runId: string, checkpoint: NewCheckpoint): CheckpointRecord
  /** Keeps checkpoints, lets go of them, or labels them; all or none. @returns What they were, in the same order. */
  keepCheckpoints(changes: readonly KeepChange[]): readonly KeepChange[]
  /**
   * Deletes checkpoints that nothing protects, rows first: a crash between the two leaves files that the next start removes. Each run has an event
   * that says which steps are gone. @returns What went, what stayed and why, and files that the disk did not let go of.
   */
  pruneCheckpoints(ids: readonly string[], options: PruneOptions): PrunedCheckpoints & { readonly filesLeft: readonly string[] }
  /** Commits what is queued, so that every reader sees it and it stays should this process die; the disk takes it in the background, a moment later. @throws as `flush` */
  publish(): void
  /** Commits what is queued, and waits until the disk has taken it, with all that was published. @throws LoupeError `disk-full`; what was queued stays queued. */
  flush(): void
  /** The failure to commit that stands, null when all is well. A run pauses on it and goes on when it is gone. */
  readonly health: WireError | null
  /**
   * Marks what a dead process left behind as interrupted, each with an event, and returns the ids: what was running. What waits in the
   * queue waits on. Called by `openLogWriter`; once something runs here, it would be marked, too.
   */
  sweepOrphans(): readonly string[]
}
