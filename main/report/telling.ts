import { LoupeError } from '../contract/errors.ts'
import type { ReportTable } from '../contract/report-document.ts'
import type { Html } from './html.ts'
import type { ReportedStudy } from './reported-study.ts'
import { tellComparison } from './tell-comparison.ts'
import { tellDecorrelation } from './tell-decorrelation.ts'
import { tellDistillation } from './tell-distillation.ts'
import { tellQuantization } from './tell-quantization.ts'
import { tellSweep } from './tell-sweep.ts'

/** What the weekly report says of one study, by its method. */
export interface Telling {
  /** The answer in a few signs, for the table at the top. */
  readonly short: string
  /** How far it may be trusted, in a word or two. */
  readonly state: string
  /** The answer and what goes with it, a sentence each. */
  readonly lines: readonly string[]
  /** The same for the page. */
  readonly answer: Html
  readonly chart: Html
  readonly table: ReportTable
  /** What to do next, in one or two plain sentences. */
  readonly nextStep: string
  /** What the method adds to data, model and optimiser. */
  readonly setup: readonly (readonly [label: string, value: string])[]
  /** How the runs have ended. */
  readonly runs: string
  /** The answer as scripts read it. */
  readonly facts: Readonly<Record<string, unknown>>
}

/** Tells of a study whose data can be read; null for another. */
export function tellingOf({ study, runs, reading }: ReportedStudy): Telling | null {
  if ('problem' in reading) return null
  const { config } = study
  const { report } = reading
  if (config.method === 'critical-batch-size' && report.method === 'critical-batch-size') return tellSweep({ study, config, runs, report })
  if (config.method === 'loss-gap-batch' && report.method === 'loss-gap-batch') return tellComparison({ study, config, runs, report })
  if (config.method === 'gradient-quantization' && report.method === 'gradient-quantization') return tellQuantization({ study, config, runs, report })
  if (config.method === 'feature-distillation' && report.method === 'feature-distillation') return tellDistillation({ study, config, runs, report })
  if (config.method === 'channel-decorrelation' && report.method === 'channel-decorrelation') return tellDecorrelation({ study, config, runs, report })
  throw new LoupeError('internal', `Study ${study.id} is of method ${config.method}, and its report of ${report.method}.`, { studyId: study.id })
}

/** What to do next about a study, also where its data cannot be read. */
export function nextStepOf(reported: ReportedStudy): string {
  return tellingOf(reported)?.nextStep ?? 'Put the data back where the study expects them; its log is untouched.'
}
