import type { RunRow } from '../../contract/annotations.ts'
import type { PinSource } from '../../contract/composed-report.ts'
import { LoupeError } from '../../contract/errors.ts'
import type { Block } from '../../contract/report-document.ts'
import type { LogReader } from '../../log/log.ts'
import type { NewPin } from '../../log/reports.ts'
import { paragraph } from '../../report/blocks.ts'
import { pinnedCharts } from '../../report/composed/pinned-chart.ts'
import { pinnedList, pinnedTable } from '../../report/composed/pinned-table.ts'
import { valueInWords } from '../../report/composed/words.ts'
import { loupeVersion } from '../environment.ts'
import { chosenRows, dataFacts, pinnedRun, refuseCount, reportedRun } from './chosen-runs.ts'
import { fingerprintOf } from './fingerprint.ts'
import { readyDocument, readyParts, sectionOf } from './ready-document.ts'
import type { ReadStudy } from './ready-document.ts'

const MOST_CURVES = 200
const MOST_ROWS = 1000
/** Of all curves of a chart together, and of one. */
const MOST_POINTS = 40_000
const CURVE_POINTS = { least: 40, most: 400 } as const

export interface SourceReading {
  readonly reader: LogReader
  readonly readStudy: ReadStudy
  readonly source: PinSource
}

/**
 * Reads what a source shows now, with what made it: enough to be kept and never asked for again.
 *
 * @throws LoupeError `invalid-input` where nothing fits, too much does, or a filter does not read; `not-found`.
 */
export async function readSource(reading: SourceReading): Promise<NewPin> {
  const { reader, source } = reading
  // Taken before anything is read: what comes in between shows as newer.
  const fingerprint = fingerprintOf(reader, source)
  if (fingerprint === null) throw new LoupeError('not-found', `What was asked for is not in the log any more: ${source.kind} ${'studyId' in source ? source.studyId : ''}.`, { kind: source.kind })
  if (source.kind === 'study' || source.kind === 'study-part') {
    const runs = reader.runsOf(source.studyId)
    return { loupe: loupeVersion, source, blocks: [...(await studyBlocks(reading))], runs: runs.map((run) => pinnedRun(reader, run)), fingerprint }
  }
  const { blocks, rows } = runBlocks(reader, source)
  return { loupe: loupeVersion, source, blocks: [...blocks], runs: rows.map((row) => reportedRun(reader, row)), fingerprint }
}

async function studyBlocks({ reader, readStudy, source }: SourceReading): Promise<readonly Block[]> {
  if (source.kind !== 'study' && source.kind !== 'study-part') return []
  const document = await readyDocument({ reader, readStudy, studyId: source.studyId })
  if (source.kind === 'study') return [paragraph([{ kind: 'strong', text: document.title }, { kind: 'text', text: ` · ${document.subtitle}` }], 'quiet'), ...sectionOf(document, 'Answer')]
  const parts = readyParts(document)
  const found = parts.find(({ part, name }) => part === source.part && name === source.name)
  if (found === undefined) throw new LoupeError('not-found', `The ready report of ${source.studyId} has no ${source.part} “${source.name}”. It has: ${parts.map(({ name }) => name).join(', ') || 'none'}.`, { studyId: source.studyId, part: source.part, name: source.name })
  return [found.block]
}

type RunsSource = Extract<PinSource, { kind: 'chart' | 'table' | 'runs' }>

function runBlocks(reader: LogReader, source: RunsSource): { readonly blocks: readonly Block[]; readonly rows: readonly RunRow[] } {
  const { choice } = source
  if (source.kind === 'chart') {
    const rows = chosenRows({ reader, choice, columns: source.groupBy === null ? [] : [source.groupBy] })
    refuseCount(rows, MOST_CURVES)
    return { rows, blocks: charts(reader, source, rows) }
  }
  const { sort, columns } = source
  const groupBy = source.kind === 'table' ? source.groupBy : null
  const rows = chosenRows({ reader, choice, sort: groupBy === null ? sort : [{ field: groupBy, isDescending: false }, ...sort], columns: groupBy === null ? columns : [...columns, groupBy] })
  refuseCount(rows, MOST_ROWS)
  if (source.kind === 'table') return { rows, blocks: [pinnedTable(source, rows)] }
  return { rows, blocks: [pinnedList(source, rows, new Map(rows.map((row) => [row.id, reportedRun(reader, row)])))] }
}

function charts(reader: LogReader, source: Extract<RunsSource, { kind: 'chart' }>, rows: readonly RunRow[]): readonly Block[] {
  const { metrics, groupBy, x } = source
  const maxPoints = Math.round(Math.min(CURVE_POINTS.most, Math.max(CURVE_POINTS.least, MOST_POINTS / (rows.length * metrics.length))))
  const curves = reader.series({ runIds: rows.map(({ id }) => id), keys: metrics, maxPoints, from: null, to: null })
  const runs = rows.map((row) => {
    const run = row.importedFrom === undefined ? reader.run(row.id) : reader.importedRun(row.id)
    const name = groupBy === null ? row.key || row.name || row.id : valueInWords(groupBy, row.values[0] ?? null)
    return { id: run.id, name, steps: run.steps, examples: 'config' in run ? run.examples : 0, wallMs: run.wallMs, epochExamples: x === 'epoch' && 'config' in run ? dataFacts(reader, run).trainExamples : null }
  })
  const blocks = pinnedCharts({ source, runs: groupBy === null ? withIds(runs) : runs, curves })
  if (blocks.length > 0) return blocks
  const why = x === 'epoch' && curves.some(({ step }) => step.length > 0) ? 'the log does not say how many examples an epoch has' : `none of them has logged ${metrics.join(' or ')}`
  throw new LoupeError('invalid-input', `There is nothing to draw of ${rows.length} ${rows.length === 1 ? 'run' : 'runs'}: ${why}.`, { runs: rows.length, metrics: [...metrics] })
}

/** Runs that are called alike are told apart by their ids: each is a colour of its own. */
function withIds<Run extends { readonly id: string; readonly name: string }>(runs: readonly Run[]): Run[] {
  const counts = new Map<string, number>()
  for (const { name } of runs) counts.set(name, (counts.get(name) ?? 0) + 1)
  return runs.map((run) => ((counts.get(run.name) ?? 0) > 1 && run.name !== run.id ? { ...run, name: `${run.name}, ${run.id}` } : run))
}
