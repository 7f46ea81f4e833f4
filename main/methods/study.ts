import type { CutCost } from '../contract/cut-cost.ts'
import type { DecorrelationRecord } from '../contract/decorrelation-records.ts'
import type { DistillationRecord, RunPredictions } from '../contract/distillation-records.ts'
import type { WireError } from '../contract/errors.ts'
import type { z } from '../contract/zod.ts'
import type { MetricKey } from '../contract/metrics.ts'
import type { ModelConfig } from '../contract/model-config.ts'
import type { RunConfig } from '../contract/run-config.ts'
import type { Status, StudyProgress } from '../contract/records.ts'

/** A run that a study wants. Two plans that name the same key mean the same run: it is made once. */
export interface PlannedRun {
  readonly key: string
  readonly config: RunConfig
  /** Lower first. */
  readonly order: number
  /** Training examples it is expected to take, for the forecast; an upper bound will do. */
  readonly forecastExamples: number
}

/** What an evaluation logged, one object an evaluation, values by metric key. */
export interface Evaluation {
  readonly step: number
  readonly examples: number
  readonly wallMs: number
  readonly values: Readonly<Record<string, number>>
}

/** How the batch size of a run moved while it trained. */
export interface BatchCourse {
  /** Growths and shrinks that were made, rollbacks not counted. */
  readonly changes: number
  readonly rollbacks: number
  /** In force at last. */
  readonly last: number
}

/** All logged values of a per-step metric of a run together. */
export interface StepTotal {
  readonly count: number
  readonly sum: number
  /** Values that are exactly 0. */
  readonly zeros: number
}

/** A run as a study reads it back from the log: planned, half way or done. */
export interface StudiedRun {
  readonly id: string
  readonly key: string
  readonly config: RunConfig
  readonly status: Status
  readonly steps: number
  readonly examples: number
  readonly wallMs: number
  readonly functionEvaluations: number
  readonly censored: boolean | null
  readonly evaluations: readonly Evaluation[]
  /** Why it failed; null or left out for a run that has not. */
  readonly error?: WireError | null
  /** Left out for a run whose batch size cannot change. */
  readonly batchCourse?: BatchCourse
  /** Reads the log when it is called, for it takes time that only a report need spend. Left out for a run without an exchange. */
  readonly stepTotal?: (key: MetricKey) => StepTotal
  /** Reads the log when it is called, and once. Left out for a run that does not distil. */
  readonly distillation?: () => readonly DistillationRecord[]
  /** The same; left out for a run that does not decorrelate. */
  readonly decorrelation?: () => readonly DecorrelationRecord[]
  /** The same; left out for a run that does not log what it predicts, null before its end. */
  readonly predictions?: () => RunPredictions | null
}

/** How long one example takes, in ms. */
export interface Latency {
  readonly medianMs: number
  readonly p95Ms: number
}

/** What a study needs to know beside its config and its runs: the size of the data, and what the user has ended. */
export interface DatasetFacts {
  readonly trainExamples: number
  readonly validationExamples: number
  /** Left out where nobody has looked. */
  readonly classes?: number
  /** Batch sizes that the user has ended: no more runs of them are wanted. None where left out. */
  readonly endedBatchSizes?: ReadonlySet<number>
  /** Of the model; left out where nobody has looked. */
  readonly parameters?: number
  /** Of a model after so many of its blocks; left out where the shape of the data is not known. @throws LoupeError where it cannot be cut there. */
  readonly cutCost?: (model: ModelConfig, depth: number) => CutCost
  /** Refuses a run that cannot distil as its config says; left out where the shape of the data is not known. @throws LoupeError */
  readonly checkDistillation?: (run: RunConfig) => void
  /** Refuses a run that cannot decorrelate as its config says; left out where the shape of the data is not known. @throws LoupeError */
  readonly checkDecorrelation?: (run: RunConfig) => void
  /** Of the study's model after so many of its blocks, by depth, as far as it was measured. */
  readonly latencies?: ReadonlyMap<number, Latency>
}

/**
 * A study plans runs and reads them. Both are pure functions of what is logged, so a study resumes after a crash by asking again.
 */
export interface Study<Config, Report> {
  readonly config: z.ZodType<Config>
  /** Refuses, with LoupeError `invalid-input`, what the schema cannot see: a batch size above the training examples, say. */
  check(config: Config, facts: DatasetFacts): void
  /**
   * The runs wanted now, given all that is logged: those done, those running and new ones. Called again whenever a run
   * ends; when every run of the answer has ended, the study has.
   */
  plan(config: Config, runs: readonly StudiedRun[], facts: DatasetFacts): readonly PlannedRun[]
  /** Where the study stands, for the progress bar. */
  progress(config: Config, runs: readonly StudiedRun[], facts: DatasetFacts): StudyProgress
  /** What the runs say so far. */
  report(config: Config, runs: readonly StudiedRun[], facts: DatasetFacts): Report
}
