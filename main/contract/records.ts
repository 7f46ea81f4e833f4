import { wireError } from './errors.ts'
import { runConfig } from './run-config.ts'
import { studyConfig } from './study-config.ts'
import { z } from './zod.ts'

export const status = z.enum([
  'queued', // waits for its turn, also over the end of a process
  'running',
  'paused', // by the user or by a budget; resumes on demand
  'finished', // reached its end
  'failed', // an error; see `error`
  'stopped', // by the user; what it has stays
  'interrupted', // its process died; resumes from its last checkpoint
])
export type Status = z.output<typeof status>

/** Milliseconds since 1970, UTC. */
const instant = z.int()

/** What the run ran on: enough to know whether two runs can be compared to the bit. */
export const environment = z.object({
  loupe: z.string(),
  tensorflow: z.string(),
  node: z.string(),
  platform: z.string(),
  device: z.string(),
  threads: z.int(),
  jit: z.boolean(),
  git: z.string().nullable(),
})
export type Environment = z.output<typeof environment>

export const runRecord = z.object({
  id: z.string(),
  studyId: z.string().nullable(),
  /** What the run is for within its study, unique there, such as `b=64 seed=1`. */
  key: z.string(),
  name: z.string(),
  status,
  config: runConfig,
  configHash: z.string(),
  environment: environment.nullable(),
  createdAt: instant,
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
  steps: z.int(),
  examples: z.int(),
  /** Training time, evaluations included, pauses excluded. */
  wallMs: z.number(),
  /** Forward evaluations apart from those of the gradients: the line search's tries. */
  functionEvaluations: z.int(),
  /** True when the run ended without reaching its target; null where it has none or has not ended. */
  censored: z.boolean().nullable(),
  error: wireError.nullable(),
})
export type RunRecord = z.output<typeof runRecord>

export const studyRecord = z.object({
  id: z.string(),
  name: z.string(),
  status,
  config: studyConfig,
  configHash: z.string(),
  createdAt: instant,
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
  error: wireError.nullable(),
})
export type StudyRecord = z.output<typeof studyRecord>

/** How far a study is. `secondsLeft` is null until there is something to go by. */
export const studyProgress = z.object({
  runsDone: z.int(),
  runsPlanned: z.int(),
  examplesDone: z.number(),
  examplesPlanned: z.number(),
  secondsLeft: z.number().nullable(),
})
export type StudyProgress = z.output<typeof studyProgress>

export const logEvent = z.object({
  id: z.int(),
  studyId: z.string().nullable(),
  runId: z.string().nullable(),
  at: instant,
  level: z.enum(['info', 'warning', 'error']),
  /** What happened, `noun.past`, such as `run.resumed`. */
  kind: z.string(),
  message: z.string(),
  facts: z.record(z.string(), z.unknown()),
})
export type LogEvent = z.output<typeof logEvent>

export const checkpointRecord = z.object({
  id: z.string(),
  runId: z.string(),
  step: z.int(),
  examples: z.int(),
  bytes: z.int(),
  sha256: z.string(),
  createdAt: instant,
  /** True for one that the user saved: newer ones do not push it out. */
  isKept: z.boolean(),
})
export type CheckpointRecord = z.output<typeof checkpointRecord>

/**
 * One metric of one run, ready to draw: at most `maxPoints` buckets, each computed from every logged value in it.
 * Where there are no more values than points, a bucket is one value (`min = max = mean = last`).
 * Buckets are made of finite values only: `total − Σ count` values were NaN or infinite.
 */
export const metricSeries = z.object({
  runId: z.string(),
  key: z.string(),
  /** All arrays are of the same length; `step`, `examples` and `wallMs` are those of the bucket's last value. */
  step: z.array(z.number()),
  examples: z.array(z.number()),
  wallMs: z.array(z.number()),
  min: z.array(z.number()),
  max: z.array(z.number()),
  mean: z.array(z.number()),
  last: z.array(z.number()),
  count: z.array(z.number()),
  /** Values logged in the range; more than `step.length` where they were bucketed. */
  total: z.int(),
})
export type MetricSeries = z.output<typeof metricSeries>
