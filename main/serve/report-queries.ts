import type { Pin } from '../contract/composed-report.ts'
import type { QueryHandlers } from '../contract/rpc.ts'
import { freshnessOf } from '../engine/reports/fingerprint.ts'
import { readyDocument, readyParts } from '../engine/reports/ready-document.ts'
import type { ReadStudy } from '../engine/reports/ready-document.ts'
import type { LogReader } from '../log/log.ts'
import { shownPins } from '../report/composed/shown-pins.ts'
import type { PrintPdf } from './print-pdf.ts'

type Names = 'report.list' | 'report.get' | 'report.parts' | 'report.preview' | 'report.freshness' | 'report.export'

export interface ReportQueryContext {
  readonly reader: LogReader
  readonly readStudy: ReadStudy
  readonly printPdf: PrintPdf
}

/** Answers the questions about composed reports. What writes them is imported with the first question that needs it. */
export function reportQueryHandlers({ reader, readStudy, printPdf }: ReportQueryContext): Pick<QueryHandlers, Names> {
  const pinsOf = (reportId: string) => new Map(reader.pins(reportId).map((pin) => [pin.id, pin] as const))
  return {
    'report.list': ({ isTrashed }) => ({ reports: reader.reports(isTrashed).map(({ blocks, ...report }) => ({ ...report, blocks: blocks.length })) }),
    'report.get': ({ reportId }) => ({ report: reader.report(reportId), pins: [...pinsOf(reportId).values()].map(shortPin) }),
    'report.parts': async ({ studyId }) => ({ parts: readyParts(await readyDocument({ reader, readStudy, studyId })).map(({ part, name }) => ({ part, name })) }),
    'report.preview': async ({ reportId, blocks }) => {
      const { previewOf } = await import('../report/composed/preview.ts')
      return previewOf(blocks, pinsOf(reportId))
    },
    // Of the parts that are shown: each question to the log is a search of all runs.
    'report.freshness': ({ reportId }) => ({ pins: shownPins(reader.report(reportId).blocks, pinsOf(reportId)).map((pin) => ({ pinId: pin.id, state: freshnessOf(reader, pin) })) }),
    'report.export': async ({ reportId, format }) => {
      const { exportedReport } = await import('./exported-report.ts')
      return await exportedReport({ report: reader.report(reportId), pins: pinsOf(reportId), format, printPdf })
    },
  }
}

/** A pin without its data. */
function shortPin({ id, reportId, at, loupe, source, runs, fingerprint }: Pin) {
  return { id, reportId, at, loupe, source, runs: runs.length, fingerprint }
}
