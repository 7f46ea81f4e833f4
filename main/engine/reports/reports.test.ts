import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { composedReport, pin as pinSchema, pinSource } from '../../contract/composed-report.ts'
import type { PinSource } from '../../contract/composed-report.ts'
import { answerQueries, createClient } from '../../contract/rpc.ts'
import type { Client, QueryHandlers } from '../../contract/rpc.ts'
import { runConfig } from '../../contract/run-config.ts'
import { logMadeStudy } from '../../cli/test/made-workspace.ts'
import { madeImport } from '../../log/made-import.ts'
import type { LogWriter } from '../../log/log.ts'
import { openLogWriter } from '../../log/open.ts'
import { madeEnvironment } from '../../report/test/made-study.ts'
import { createQueryHandlers } from '../../serve/query-handlers.ts'
import { readStudy } from '../../serve/read-study.ts'
import { LogGate } from '../log-gate.ts'
import { reportHandlers } from './report-handlers.ts'

let workspace: string
let writer: LogWriter
let now = 0
let gate: LogGate
let commands: ReturnType<typeof reportHandlers>
let client: Client
let queries: QueryHandlers
const told: unknown[] = []

beforeEach(() => {
  workspace = mkdtempSync(join(tmpdir(), 'loupe-reports-'))
  now = Date.UTC(2026, 0, 12, 7)
  open()
})
afterEach(() => {
  gate.close()
  writer.close()
  rmSync(workspace, { recursive: true, force: true })
})

function open(): void {
  writer = openLogWriter({ workspace, now: () => now })
  gate = new LogGate({ writer, emit: (event) => void told.push(event) })
  queries = createQueryHandlers({ reader: writer, workspace, printPdf: async ({ page, at }) => Buffer.from(`${at}:${page.length}`) })
  commands = reportHandlers({ writer, gate, emit: (event) => void told.push(event), readStudy: readStudy({ reader: writer, workspace }) })
  client = createClient({ request: answerQueries(queries), onEvent: () => () => {} })
}

/** Runs of two optimizers and two seeds, whose loss is 1/step times a factor of the optimizer. */
function logRuns(steps = 3): readonly string[] {
  return (['sgd', 'adam'] as const).flatMap((kind, factor) =>
    [1, 2].map((seed) => {
      const { id } = writer.createRun({ studyId: null, key: '', config: runConfig.parse({ name: `${kind} ${seed}`, seed, batchSize: 10, optimizer: { kind }, dataset: { trainExamples: 100 } }) })
      logSteps(id, 1, steps, factor + 1)
      writer.updateRun(id, { status: 'finished', environment: madeEnvironment, steps, examples: steps * 10, wallMs: steps * 500, startedAt: now, finishedAt: now })
      return id
    }),
  )
}
function logSteps(id: string, from: number, to: number, factor: number): void {
  const steps = Array.from({ length: to - from + 1 }, (_, index) => from + index)
  writer.appendMetrics(id, steps.flatMap((step) => [{ key: 'validation/loss' as const, step, examples: step * 10, wallMs: step * 500, value: factor / step }]))
}
const save = async (blocks: Parameters<typeof commands['report.save']>[0]['blocks'] = []) => composedReport.parse(await commands['report.save']({ reportId: null, version: 0, title: 'Mine', blocks }))
const pinned = async (source: unknown, reportId: string) => (await commands['report.pin']({ reportId, source: pinSource.parse(source) })).pin
const block = (source: PinSource, pinId: string) => ({ id: 'a', kind: 'data' as const, source, caption: '', pinId })

describe('a composed report', () => {
  it('takes runs of other tools beside Loupe’s own, and says where they come from', async () => {
    const [own] = logRuns()
    const { runId: imported } = writer.importRun(madeImport(), [])
    const report = await save()
    const choice = { runIds: [own, imported], filter: '' }
    const list = await pinned({ kind: 'runs', choice, sort: [], columns: ['status'] }, report.id)
    expect(list.runs.find(({ id }) => id === imported)).toMatchObject({ key: 'baseline', seed: null, configHash: null, madeWith: 'imported from mlflow: /data/mlflow.db' })
    const curves = await pinned({ kind: 'chart', choice, metrics: ['validation/loss'], x: 'step', groupBy: null }, report.id)
    expect(curves.runs).toHaveLength(2)
    const shown = await queries['report.preview']({ reportId: report.id, title: 'Mine', blocks: [block(list.source, list.id)] })
    expect(shown.blocks[0]?.html).toContain('baseline')
    expect(shown.provenance).toContain('imported from mlflow')
  })

  it('is saved with a version that counts up, and refuses the change of an older one', async () => {
    const first = await save()
    expect(first).toMatchObject({ id: 'report-0001', version: 1, title: 'Mine', updatedAt: now, trashedAt: null })
    now += 1000
    const second = await commands['report.save']({ reportId: first.id, version: 1, title: 'Mine, changed', blocks: [] })
    expect(second).toMatchObject({ version: 2, updatedAt: now })
    await expect(commands['report.save']({ reportId: first.id, version: 1, title: 'Yours', blocks: [] })).rejects.toMatchObject({ code: 'conflict', facts: { reportId: first.id, version: 1, newest: 2, updatedAt: now } })
    expect(writer.report(first.id).title).toBe('Mine, changed')
    expect(told.at(-1)).toEqual({ name: 'reports.changed', payload: { reportId: first.id, version: 2 } })
  })

  it('goes to the trash and back, and is deleted for good only from there', async () => {
    const { id } = await save()
    await expect(commands['report.purge']({ reportId: id })).rejects.toThrow('not in the trash')
    await commands['report.delete']({ reportId: id })
    expect([writer.reports(false), writer.reports(true).map((report) => report.id)]).toEqual([[], [id]])
    await expect(commands['report.save']({ reportId: id, version: 1, title: '', blocks: [] })).rejects.toThrow('in the trash')
    await commands['report.restore']({ reportId: id })
    expect(writer.reports(false)).toHaveLength(1)
    await commands['report.delete']({ reportId: id })
    await commands['report.purge']({ reportId: id })
    expect(() => writer.report(id)).toThrow('There is no report "report-0001"')
    expect((await save()).id).toBe('report-0002')
  })
})

describe('a pin', () => {
  it('has the curves of runs as they are, smoothed and averaged from all values', async () => {
    const ids = logRuns()
    const { id } = await save()
    const each = await pinned({ kind: 'chart', choice: { runIds: ids.slice(0, 1) }, metrics: ['validation/loss'], x: 'epoch' }, id)
    expect(pinSchema.parse(JSON.parse(JSON.stringify(each)))).toEqual(each)
    expect(each.blocks).toMatchObject([{ kind: 'chart', chart: { title: 'Validation loss', x: { label: 'Epoch' }, y: { label: 'Validation loss, nats' }, series: [{ name: 'sgd 1', x: [0.1, 0.2, 0.3], y: [1, 0.5, 1 / 3], low: null }] } }])
    expect(each.runs).toMatchObject([{ id: ids[0], seed: 1, steps: 3, madeWith: expect.stringContaining('TensorFlow 2.21.0'), configHash: writer.run(ids[0] ?? '').configHash }])

    const means = await pinned({ kind: 'chart', choice: {}, metrics: ['validation/loss'], x: 'step', groupBy: 'optimizer', show: 'mean', smoothing: 0.5 }, id)
    expect(means.blocks[0]).toMatchObject({ caption: 'Validation loss of 4 runs, by optimizer. Lines: means of each group. Bands: from its smallest to its largest. Smoothed by a debiased running mean of decay 0.5; the values themselves are faint behind it.' })
    // By hand: (¼·0 + … ) s₂ = (½·½·1 + ½·½) / ¾ = 2/3
    expect(means.blocks[0]).toMatchObject({ chart: { series: [{ name: 'adam', isFaint: true, y: [2, 1, 2 / 3] }, { name: 'adam', isListed: true, y: [2, expect.closeTo(4 / 3, 12), expect.anything()] }, { name: 'sgd' }, { name: 'sgd', y: [1, expect.closeTo(2 / 3, 12), expect.anything()] }] } })
  })

  it('has tables of runs, and of groups with mean and deviation', async () => {
    logRuns()
    const { id } = await save()
    const table = await pinned({ kind: 'table', choice: { filter: 'optimizer = sgd' }, sort: [{ field: 'seed', isDescending: true }], columns: ['name', 'loss'] }, id)
    expect(table.blocks).toEqual([{ kind: 'table', caption: '2 runs.', table: { columns: [{ title: 'Name', align: 'left' }, { title: 'Validation loss', align: 'right' }], rows: [['sgd 2', '0.33333'], ['sgd 1', '0.33333']] } }])
    const grouped = await pinned({ kind: 'table', choice: {}, sort: [], columns: ['seed', 'loss'], groupBy: 'optimizer' }, id)
    expect(grouped.blocks[0]).toMatchObject({ table: { rows: [['adam', '2', '1.5 ± 0.71', '0.6667'], ['sgd', '2', '1.5 ± 0.71', '0.3333']] } })
    const list = await pinned({ kind: 'runs', choice: { filter: 'seed = 1' }, sort: [], columns: ['loss'] }, id)
    expect(list.blocks[0]).toMatchObject({ table: { rows: [['run-000003', 'adam 1', 'finished', '1', '0.66667', writer.run('run-3').configHash.slice(0, 12)], ['run-000001', 'sgd 1', 'finished', '1', '0.33333', expect.any(String)]] } })
  })

  it('refuses what finds nothing, and a filter that does not read', async () => {
    logRuns()
    const { id } = await save()
    await expect(pinned({ kind: 'table', choice: { filter: 'seed = 9' }, sort: [], columns: ['name'] }, id)).rejects.toThrow('No run fits')
    await expect(pinned({ kind: 'table', choice: { filter: 'accurcy > 1' }, sort: [], columns: ['name'] }, id)).rejects.toMatchObject({ code: 'invalid-input' })
    await expect(pinned({ kind: 'chart', choice: {}, metrics: ['noise/scale'] }, id)).rejects.toThrow('none of them has logged noise/scale')
    await expect(pinned({ kind: 'study', studyId: 'study-0009' }, id)).rejects.toMatchObject({ code: 'not-found' })
  })

  it('stays what it is when its run goes on, and says that there are newer data', async () => {
    const [run = ''] = logRuns()
    const { id } = await save()
    const source = pinSource.parse({ kind: 'chart', choice: { runIds: [run] }, metrics: ['validation/loss'] })
    const { id: pinId } = await pinned(source, id)
    await commands['report.save']({ reportId: id, version: 1, title: 'Mine', blocks: [block(source, pinId)] })
    const before = await client.request('report.export', { reportId: id, format: 'html' })
    expect(await client.request('report.freshness', { reportId: id })).toEqual({ pins: [{ pinId, state: 'same' }] })

    logSteps(run, 4, 6, 1)
    writer.updateRun(run, { steps: 6, examples: 60 })
    expect(await client.request('report.freshness', { reportId: id })).toEqual({ pins: [{ pinId, state: 'newer' }] })
    expect(await client.request('report.export', { reportId: id, format: 'html' })).toEqual(before)
    now += 60_000
    const again = await pinned(source, id)
    expect(again.blocks).toMatchObject([{ chart: { series: [{ y: [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5, 1 / 6] }] } }])
  })

  it('stays when its run is purged, also in a log that is opened anew', async () => {
    const [run = ''] = logRuns()
    const { id } = await save()
    const source = pinSource.parse({ kind: 'table', choice: { runIds: [run] }, sort: [], columns: ['name', 'loss'] })
    const { id: pinId } = await pinned(source, id)
    await commands['report.save']({ reportId: id, version: 1, title: 'Mine', blocks: [block(source, pinId)] })
    const before = await client.request('report.export', { reportId: id, format: 'tex' })
    writer.putInTrash({ runIds: [run], studyIds: [] })
    writer.purge({ runIds: [run], studyIds: [] })
    gate.close()
    writer.close()
    open()
    expect(await client.request('report.export', { reportId: id, format: 'tex' })).toEqual(before)
    expect(before.content).toContain('sgd 1 & 0.33333')
    expect(await client.request('report.freshness', { reportId: id })).toEqual({ pins: [{ pinId, state: 'gone' }] })
  })

  it('comes along with a copy of its report, of the same moment', async () => {
    logRuns()
    const { id } = await save()
    const source = pinSource.parse({ kind: 'table', choice: {}, sort: [], columns: ['name'] })
    const first = await pinned(source, id)
    now += 5000
    const { reportId } = await commands['report.copy']({ reportId: id, title: 'Copy', blocks: [block(source, first.id), { id: 'b', kind: 'text', markdown: 'x' }] })
    const [copied] = writer.pins(reportId)
    expect(copied).toEqual({ ...first, id: 'pin-000002', reportId })
    expect(writer.report(reportId)).toMatchObject({ title: 'Copy', version: 1, blocks: [{ pinId: 'pin-000002' }, { markdown: 'x' }] })
    expect(writer.report(id).blocks).toEqual([])
  })

  it('is dropped a day after no block shows it any more', async () => {
    logRuns()
    const { id } = await save()
    const source = pinSource.parse({ kind: 'table', choice: {}, sort: [], columns: ['name'] })
    const [kept, left] = [await pinned(source, id), await pinned(source, id)]
    await commands['report.save']({ reportId: id, version: 1, title: '', blocks: [block(source, kept.id)] })
    expect(writer.pins(id)).toHaveLength(2)
    now += 86_400_001
    await commands['report.save']({ reportId: id, version: 2, title: '', blocks: [block(source, kept.id)] })
    expect(writer.pins(id).map((pin) => pin.id)).toEqual([kept.id])
    expect(left.id).toBe('pin-000002')
  })
})

describe('the report of a study', () => {
  it('has its answer, charts and tables, pinned, and gives the same bytes each time', async () => {
    gate.close()
    writer.close()
    const studyId = logMadeStudy(workspace)
    open()
    const { reportId } = await commands['report.fromStudy']({ studyId })
    const { parts } = await client.request('report.parts', { studyId })
    const { report, pins } = await client.request('report.get', { reportId })
    expect(parts.map(({ name }) => name)).toEqual(expect.arrayContaining(['Means and deviations over the seeds', 'Laws fitted to K(b)']))
    expect(report.blocks).toHaveLength(parts.length + 3)
    expect(pins).toHaveLength(parts.length + 1)
    const page = await client.request('report.export', { reportId, format: 'html' })
    expect(page).toEqual(await client.request('report.export', { reportId, format: 'html' }))
    expect(page.content).toMatch(/b\* = (19\d|20\d) examples a batch/)
    expect(page.content).toContain('&lt;script&gt;week&lt;/script&gt;')
    expect(page.content).not.toMatch(/<script|\son\w+=|src=/)
    expect(page.content).toContain('<h2>How these numbers came about</h2>')
    expect(page.content).toContain('TensorFlow 2.21.0')
    const pdf = await client.request('report.export', { reportId, format: 'pdf' })
    expect([pdf.name, Buffer.from(pdf.content, 'base64').toString()]).toEqual(['script-week-script.pdf', `${report.updatedAt}:${page.content.length}`])
  })
})
