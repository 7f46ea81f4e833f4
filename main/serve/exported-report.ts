import type { ComposedReport, Pin, ReportFormat } from '../contract/composed-report.ts'
import type { QueryOutput } from '../contract/queries.ts'
import { composedDocument } from '../report/composed/composed-document.ts'
import { documentPage } from '../report/document-page.ts'
import { latexDocument } from '../report/latex-document.ts'
import type { PrintPdf } from './print-pdf.ts'

const mimes = { html: 'text/html', tex: 'application/x-tex', pdf: 'application/pdf' } as const satisfies Record<ReportFormat, string>

/** A composed report as a file of a format. The same report gives the same bytes, a PDF with the same browser. */
export async function exportedReport(options: { readonly report: ComposedReport; readonly pins: ReadonlyMap<string, Pin>; readonly format: ReportFormat; readonly printPdf: PrintPdf }): Promise<QueryOutput<'report.export'>> {
  const { report, pins, format, printPdf } = options
  const { document, problems } = composedDocument(report, pins)
  const named = { name: `${fileNameOf(document.title)}.${format}`, mime: mimes[format], problems: [...problems] }
  if (format === 'tex') return { ...named, content: latexDocument(document), isBase64: false }
  const page = documentPage(document)
  if (format === 'html') return { ...named, content: page, isBase64: false }
  const printed = await printPdf({ page, at: report.updatedAt })
  return { ...named, content: Buffer.from(printed).toString('base64'), isBase64: true }
}

/** Letters and digits of any script, as a file may be called on every system. */
function fileNameOf(title: string): string {
  return title.replaceAll(/[^\p{L}\p{N}]+/gu, '-').replaceAll(/^-|-$/g, '').slice(0, 80) || 'report'
}
