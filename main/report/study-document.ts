import { LoupeError } from '../contract/errors.ts'
import type { QueryOutput } from '../contract/queries.ts'
import type { RunRecord, StudyRecord } from '../contract/records.ts'
import type { Block, ReportDocument } from '../contract/report-document.ts'
import { facts, heading, list, paragraph, tableBlock } from './blocks.ts'
import { detailComparison } from './detail-comparison.ts'
import { detailDecorrelation } from './detail-decorrelation.ts'
import { detailDistillation } from './detail-distillation.ts'
import { detailQuantization } from './detail-quantization.ts'
import { detailSweep } from './detail-sweep.ts'
import type { Detail } from './detail.ts'
import { hours, moment, money } from './numbers.ts'
import { provenance } from './provenance.ts'
import { methodTitleOf, setupOf, titleOf } from './reported-study.ts'
import { tellingOf } from './telling.ts'

/** A study with what it says, as its report is made from. */
export interface StudyToReport {
  readonly study: StudyRecord
  readonly runs: readonly RunRecord[]
  readonly report: QueryOutput<'study.report'>
  /** SHA-256 of the data, where the log has it. */
  readonly dataHash: string | null
}

/**
 * The ready report of a study of any method: question, answer with its numbers and intervals, what to know about them, charts and tables,
 * settings, and how each number came about. The same study gives the same report: it holds no moment but those of the study.
 *
 * @throws LoupeError `invalid-input` where no run has finished: there is nothing to report.
 */
export function studyDocument({ study, runs, report, dataHash }: StudyToReport): ReportDocument {
  refuseUnfinished(study, runs)
  const told = tellingOf({ study, runs, lastActiveAt: 0, reading: { report } })
  if (told === null) throw new LoupeError('internal', `Study ${study.id} has a report that nothing tells of.`, { studyId: study.id })
  const detail = detailOf({ study, report })
  const warnings = report.warnings.map(({ message }) => message)
  const [answer = '', ...further] = told.lines.filter((line) => !warnings.includes(line))
  const failed = runs.filter(({ status }) => status === 'failed')
  return {
    title: titleOf(study),
    subtitle: [methodTitleOf(study), study.id, study.status, ...(study.startedAt === null ? [] : [`begun ${moment(study.startedAt)}`]), ...(study.finishedAt === null ? [] : [`finished ${moment(study.finishedAt)}`])].join(' · '),
    blocks: [
      heading('Question'),
      ...detail.question,
      heading('Answer'),
      ...answered(answer),
      ...further.map((line) => paragraph(line)),
      paragraph(`Next: ${told.nextStep}`, 'next'),
      ...(warnings.length === 0 ? [] : [paragraph('To know about these numbers:', 'quiet'), ...list(warnings)]),
      ...failed.map((run) => paragraph(`${run.id} (${run.key}) failed: ${run.error?.message ?? 'no reason logged'}`, 'problem')),
      ...(study.error === null ? [] : [paragraph(`The study failed: ${study.error.message}`, 'problem')]),
      heading('Results'),
      tableBlock('Means and deviations over the seeds.', told.table),
      ...detail.results,
      heading('Settings'),
      facts([...setupOf(study), ...told.setup, ['Runs', told.runs], ['Spent', spentInWords(report)]]),
      ...provenance({ id: study.id, configHash: study.configHash, config: study.config, runs, splitSeed: study.config.run.dataset.splitSeed, dataHash }),
    ] satisfies Block[],
  }
}

/** A verdict's first sentence is the answer; what follows says what it rests on. */
function answered(verdict: string): Block[] {
  const end = /[.!?](?= \p{Lu})/u.exec(verdict)?.index ?? verdict.length
  const rest = verdict.slice(end + 2)
  return [paragraph(verdict.slice(0, end + 1), 'answer'), ...(rest === '' ? [] : [paragraph(rest)])]
}

function refuseUnfinished(study: StudyRecord, runs: readonly RunRecord[]): void {
  if (runs.some(({ status }) => status === 'finished')) return
  const state = runs.length === 0 ? 'no run yet' : `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}, none of them finished`
  throw new LoupeError('invalid-input', `Study ${study.id} is ${study.status} with ${state}, so there is nothing to report. Wait for its runs, or go on with \`loupe resume ${study.id}\`.`, { studyId: study.id, status: study.status, runs: runs.length })
}

function detailOf({ study: { id, config }, report }: Pick<StudyToReport, 'study' | 'report'>): Detail {
  if (config.method === 'critical-batch-size' && report.method === 'critical-batch-size') return detailSweep(report, config.sweep.confidence)
  if (config.method === 'loss-gap-batch' && report.method === 'loss-gap-batch') return detailComparison(report, config)
  if (config.method === 'gradient-quantization' && report.method === 'gradient-quantization') return detailQuantization(report, config)
  if (config.method === 'feature-distillation' && report.method === 'feature-distillation') return detailDistillation(report, config)
  if (config.method === 'channel-decorrelation' && report.method === 'channel-decorrelation') return detailDecorrelation(report, config)
  throw new LoupeError('internal', `Study ${id} is of method ${config.method}, and its report of ${report.method}.`, { studyId: id })
}

function spentInWords({ spent }: QueryOutput<'study.report'>): string {
  return `${hours(spent.hours)} of training, ${spent.examples} examples${spent.money === 0 ? '' : `, ${money(spent.money)}`}`
}
