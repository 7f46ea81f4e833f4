import type { ComposedBlock, PinSource } from '../../contract/composed-report.ts'
import type { CommandHandlers } from '../../contract/rpc.ts'
import type { LogWriter } from '../../log/log.ts'
import type { Emit } from '../event-hub.ts'
import type { LogGate } from '../log-gate.ts'
import { readSource } from './read-source.ts'
import { readyDocument, readyParts } from './ready-document.ts'
import type { ReadStudy } from './ready-document.ts'

type Names = 'report.save' | 'report.pin' | 'report.copy' | 'report.fromStudy' | 'report.delete' | 'report.restore' | 'report.purge'

/** Answers the commands about composed reports. Each tells every window which report to ask for again. */
export function reportHandlers({ writer, gate, emit, readStudy }: { readonly writer: LogWriter; readonly gate: LogGate; readonly emit: Emit; readonly readStudy: ReadStudy }): Pick<CommandHandlers, Names> {
  const tell = (reportId: string, version: number | null) => emit({ name: 'reports.changed', payload: { reportId, version } })
  const act = async (reportId: string, work: (reportId: string) => void): Promise<Record<string, never>> => {
    await gate.write(() => work(reportId))
    tell(reportId, null)
    return {}
  }
  const pinned = async (reportId: string, source: PinSource) => {
    writer.report(reportId)
    const read = await readSource({ reader: writer, readStudy, source })
    return await gate.write(() => writer.keepPin(reportId, read))
  }
  return {
    'report.save': async (draft) => {
      const saved = await gate.write(() => writer.saveReport(draft))
      tell(saved.id, saved.version)
      return saved
    },
    'report.pin': async ({ reportId, source }) => ({ pin: await pinned(reportId, source) }),
    'report.copy': async (draft) => {
      const reportId = await gate.write(() => writer.copyReport(draft))
      tell(reportId, 1)
      return { reportId }
    },
    'report.fromStudy': async ({ studyId }) => {
      // One reading for all parts: they are of the same moment, and the fit is computed once.
      const report = readStudy(studyId)
      const asRead = () => report
      const document = await readyDocument({ reader: writer, readStudy: asRead, studyId })
      const sources: PinSource[] = [{ kind: 'study', studyId }, ...readyParts(document).map(({ part, name }) => ({ kind: 'study-part' as const, studyId, part, name }))]
      const made = await gate.write(() => writer.saveReport({ reportId: null, version: 0, title: document.title, blocks: [] }))
      const blocks: ComposedBlock[] = []
      for (const [index, source] of sources.entries()) {
        const pin = await readSource({ reader: writer, readStudy: asRead, source }).then((read) => gate.write(() => writer.keepPin(made.id, read)))
        if (index === 1) blocks.push({ id: 'results', kind: 'text', markdown: '# Results' })
        blocks.push({ id: `part-${index}`, kind: 'data', source, caption: '', pinId: pin.id })
      }
      const saved = await gate.write(() => writer.saveReport({ reportId: made.id, version: made.version, title: document.title, blocks: [{ id: 'answer', kind: 'text', markdown: '# Answer' }, ...blocks] }))
      tell(saved.id, saved.version)
      return { reportId: saved.id }
    },
    'report.delete': async ({ reportId }) => await act(reportId, writer.putReportInTrash),
    'report.restore': async ({ reportId }) => await act(reportId, writer.restoreReport),
    'report.purge': async ({ reportId }) => await act(reportId, writer.purgeReport),
  }
}
