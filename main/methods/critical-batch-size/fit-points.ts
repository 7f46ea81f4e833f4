import { LoupeError } from '../../contract/errors.ts'
import { statisticsOf } from './batches.ts'
import { criticalBatchSizeConfig } from './config.ts'
import { readPoints } from './reading.ts'
import type { CriticalBatchSizeReport, SweepPoint } from './report.ts'

/**
 * The report for points measured elsewhere: `batch,seed,steps`, one a line.
 *
 * A first line that is no numbers is taken as the header; then columns may come in any order and others are left out. Lines that
 * are empty or begin with # are skipped. Columns are parted by commas, semicolons or tabs.
 *
 * @throws LoupeError `data-malformed`, with the line's number, for a row that does not read: not a number, K ≤ 0, a batch size
 *   or seed that is not whole.
 */
export function fitPoints({ csv, confidence }: { readonly csv: string; readonly confidence: number }): CriticalBatchSizeReport {
  const points = parsePoints(csv)
  const sizes = [...new Set(points.map((point) => point.batchSize))].sort((one, other) => one - other)
  const { sweep: defaults } = criticalBatchSizeConfig.parse({ method: 'critical-batch-size' })
  const batches = sizes.map((batchSize) => ({ ...statisticsOf(batchSize, points.filter((point) => point.batchSize === batchSize)), settled: true, inFit: true }))
  const { preferred, ...reading } = readPoints({ ...defaults, confidence, points, batches, isComplete: true })
  return {
    method: 'critical-batch-size',
    studyId: null,
    target: null,
    points,
    batches,
    ...reading,
    timeOptimalBatchSize: null,
    noiseScale: null,
    saving: null,
    gate: { stage: 'small', status: 'not-started', reasons: ['These points were measured elsewhere.'], details: [{ code: 'measured-elsewhere', facts: {} }] },
    spent: { examples: 0, hours: 0, money: 0 },
    warnings: [
      ...(preferred?.misfit === true ? [{ code: 'misfit', message: 'The points lie further from the law than their seeds scatter: the law is only a rough description here, and the interval is widened for it.', facts: {} } as const] : []),
      ...(preferred !== null && !preferred.isDecided ? [{ code: 'undecided', message: 'The two laws describe the points about equally well (AICc within 2).', facts: {} } as const] : []),
    ],
  }
}

/** Reads the rows. */
export function parsePoints(csv: string): SweepPoint[] {
  const lines = csv.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/).map((text, index) => ({ text: text.trim(), number: index + 1 })).filter(({ text }) => text !== '' && !text.startsWith('#'))
  const first = lines[0]
  if (first === undefined) throw new LoupeError('data-malformed', 'The file has no rows. Write one row batch,seed,steps for each run.', { line: 1 })
  const header = cells(first.text).map((cell) => cell.toLowerCase().replace(/[\s_-]/g, ''))
  const hasHeader = header.every((cell) => !Number.isFinite(Number(cell)))
  const columns = hasHeader ? columnsOf(header, first.number) : { batch: 0, seed: 1, steps: 2 }
  const rows = hasHeader ? lines.slice(1) : lines
  if (rows.length === 0) throw new LoupeError('data-malformed', `Line ${first.number} is a header, and no row follows. Write one row batch,seed,steps for each run.`, { line: first.number })
  return rows.map(({ text, number }) => {
    const row = cells(text)
    const batchSize = numberAt({ row, column: columns.batch, name: 'batch', line: number, isWhole: true, atLeast: 1 })
    const seed = numberAt({ row, column: columns.seed, name: 'seed', line: number, isWhole: true, atLeast: 0 })
    const steps = numberAt({ row, column: columns.steps, name: 'steps', line: number, isWhole: false, atLeast: Number.MIN_VALUE })
    return importedPoint(batchSize, seed, steps)
  })
}

const names = { batch: ['batch', 'batchsize', 'b'], seed: ['seed', 's'], steps: ['steps', 'k'] } as const

function columnsOf(header: readonly string[], line: number): Record<keyof typeof names, number> {
  const find = (name: keyof typeof names) => {
    const column = header.findIndex((cell) => names[name].some((known) => known === cell))
    if (column < 0) throw new LoupeError('data-malformed', `Line ${line}: the header ${header.join(',')} has no column "${name}". Name the columns batch,seed,steps.`, { line, column: name })
    return column
  }
  return { batch: find('batch'), seed: find('seed'), steps: find('steps') }
}

function cells(line: string): string[] {
  return line.split(/[,;\t]/).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
}

function numberAt(options: { readonly row: readonly string[]; readonly column: number; readonly name: string; readonly line: number; readonly isWhole: boolean; readonly atLeast: number }): number {
  const { name, line, isWhole } = options
  const cell = options.row[options.column] ?? ''
  const value = Number(cell)
  if (cell === '' || !Number.isFinite(value) || value < options.atLeast || (isWhole && !Number.isInteger(value))) {
    const wanted = isWhole ? `a whole number of at least ${options.atLeast}` : 'a number above 0'
    throw new LoupeError('data-malformed', `Line ${line}: ${name} is ${cell === '' ? 'missing' : `"${cell}"`}; it must be ${wanted}. Correct the row or take it out.`, { line, column: name, value: cell })
  }
  return value
}

function importedPoint(batchSize: number, seed: number, steps: number): SweepPoint {
  return { runId: null, batchSize, seed, steps, examples: steps * batchSize, functionEvaluations: null, wallMs: null, censored: false, censoredAtSteps: null, learningRate: null, role: 'sweep', status: 'done' }
}
