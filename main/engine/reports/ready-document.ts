import { LoupeError } from '../../contract/errors.ts'
import type { QueryOutput } from '../../contract/queries.ts'
import type { Block, ReportDocument } from '../../contract/report-document.ts'
import type { LogReader } from '../../log/log.ts'
import { studyDocument } from '../../report/study-document.ts'

/** Reads what a study says now; see the query `study.report`. */
export type ReadStudy = (studyId: string) => Promise<QueryOutput<'study.report'>>

/** The ready report of a study as it is now. */
export async function readyDocument({ reader, readStudy, studyId }: { readonly reader: LogReader; readonly readStudy: ReadStudy; readonly studyId: string }): Promise<ReportDocument> {
  const study = reader.study(studyId)
  const report = await readStudy(study.id)
  return studyDocument({ study, runs: reader.runsOf(study.id), report, dataHash: dataHashOf(reader, study.id) })
}

/** Of the data as they were read last. */
export function dataHashOf(reader: LogReader, studyId: string): string | null {
  const hash = reader.studyEvents(studyId, 'dataset.read').at(-1)?.facts['hash']
  return typeof hash === 'string' ? hash : null
}

export interface ReadyPart {
  readonly part: 'chart' | 'table'
  readonly name: string
  readonly block: Block
}

/** Charts and tables of a ready report, by name: a chart's title, a table's first sentence. */
export function readyParts({ blocks }: ReportDocument): readonly ReadyPart[] {
  return blocks.flatMap((block): ReadyPart[] => {
    if (block.kind === 'chart') return [{ part: 'chart', name: block.chart.title, block }]
    return block.kind === 'table' ? [{ part: 'table', name: /^[^.]*/.exec(block.caption)?.[0] ?? block.caption, block }] : []
  })
}

/** What stands between two headings of a ready report. */
export function sectionOf({ blocks }: ReportDocument, name: string): readonly Block[] {
  const from = blocks.findIndex((block) => block.kind === 'heading' && block.text === name)
  if (from === -1) throw new LoupeError('internal', `The ready report has no section ${name}.`, { name })
  const length = blocks.slice(from + 1).findIndex(({ kind }) => kind === 'heading')
  return blocks.slice(from + 1, length === -1 ? undefined : from + 1 + length)
}
