import { existsSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { LoupeError } from '../contract/errors.ts'
import type { RunRecord } from '../contract/records.ts'
import type { ReportDocument } from '../contract/report-document.ts'
import { dataHashOf, readyDocument } from '../engine/reports/ready-document.ts'
import { eventsOf } from '../export/logged-tables.ts'
import { writeWhole } from '../export/write-export.ts'
import type { LogReader } from '../log/log.ts'
import { composedDocument } from '../report/composed/composed-document.ts'
import { documentPage } from '../report/document-page.ts'
import { latexDocument } from '../report/latex-document.ts'
import { moment } from '../report/numbers.ts'
import { runDocument } from '../report/run-document.ts'
import { exitCodes } from './exit-code.ts'
import { printPdf } from '../serve/print-pdf.ts'
import type { Invocation } from './program.ts'
import { findReportable, queryClient, withReader } from './reader.ts'
import type { Reportable } from './reader.ts'

const CHART_POINTS = 400
const ENDINGS = ['.html', '.pdf', '.tex'] as const
type Ending = (typeof ENDINGS)[number]

export interface ReportFileOptions {
  readonly id: string
  readonly out: string | undefined
  readonly force: boolean
  /** Whether the report says when it was written; without, the same study gives the same bytes. */
  readonly dated: boolean
}

/** `loupe report ID --out FILE`: the ready report of a study or a run, or a composed report, as one HTML page, a PDF or LaTeX. */
export async function reportFile({ output, workspace }: Invocation, { id, out, force, dated }: ReportFileOptions): Promise<number> {
  const { file, ending } = target(out, force)
  await withReader(workspace, async (reader) => {
    const found = findReportable(reader, id)
    const { document, problems } = await documentOf({ reader, workspace, found })
    for (const problem of problems) output.note(`Note: ${problem}`)
    const written = dated ? { ...document, subtitle: `${document.subtitle} · written ${moment(Date.now())}` } : document
    await write(file, await rendered(written, ending, found))
  })
  output.result({ json: { report: { id, file } }, text: file })
  return exitCodes.done
}

function target(out: string | undefined, force: boolean): { readonly file: string; readonly ending: Ending } {
  if (out === undefined) throw new LoupeError('invalid-input', 'Where is the report to go? Name a file that ends in .html, .pdf or .tex with --out. `loupe show` says the same in short on standard output.', {})
  const file = resolve(out)
  const ending = ENDINGS.find((known) => known === extname(file).toLowerCase())
  if (ending === undefined) throw new LoupeError('invalid-input', `A report is written as .html, .pdf or .tex, and ${out} ${extname(file) === '' ? 'has no ending' : `ends in ${extname(file)}`}. Name a file with one of these endings.`, { file })
  if (!force && existsSync(file)) throw new LoupeError('invalid-input', `${file} is already there. Name another file with --out, or replace it with --force.`, { file })
  return { file, ending }
}

async function rendered(document: ReportDocument, ending: Ending, { record }: Reportable): Promise<string | Uint8Array> {
  switch (ending) {
    case '.html':
      return documentPage(document)
    case '.tex':
      return latexDocument(document)
    case '.pdf':
      return await printPdf({ page: documentPage(document), at: 'updatedAt' in record ? record.updatedAt : (record.finishedAt ?? record.createdAt) })
  }
}

async function documentOf({ reader, workspace, found }: { readonly reader: LogReader; readonly workspace: string; readonly found: Reportable }): Promise<{ readonly document: ReportDocument; readonly problems: readonly string[] }> {
  if (found.kind === 'report') return composedDocument(found.record, new Map(reader.pins(found.record.id).map((pin) => [pin.id, pin])))
  if (found.kind === 'run') return { document: documentOfRun(reader, found.record), problems: [] }
  const readStudy = async (studyId: string) => await queryClient({ reader, workspace }).request('study.report', { studyId })
  return { document: await readyDocument({ reader, readStudy, studyId: found.record.id }), problems: [] }
}

function documentOfRun(reader: LogReader, run: RunRecord): ReportDocument {
  const keys = reader.metricKeys(run.id)
  if (keys.length === 0) throw new LoupeError('invalid-input', `Run ${run.id} is ${run.status} and has logged nothing, so there is nothing to report.`, { runId: run.id, status: run.status })
  return runDocument({
    run,
    courses: reader.series({ runIds: [run.id], keys, maxPoints: CHART_POINTS, from: null, to: null }),
    events: eventsOf({ reader, studyId: null, runs: [run] }),
    dataHash: run.studyId === null ? null : dataHashOf(reader, run.studyId),
  })
}

async function write(file: string, content: string | Uint8Array): Promise<void> {
  await writeWhole(file, (beside) => writeFile(beside, content)).catch((error: NodeJS.ErrnoException) => {
    const code = error.code ?? error.message
    throw new LoupeError(code === 'ENOSPC' ? 'disk-full' : 'invalid-input', `The report cannot be written to ${file} (${code}). Name a file in a folder that is there and that you may write to, with --out.`, { file, code })
  })
}
