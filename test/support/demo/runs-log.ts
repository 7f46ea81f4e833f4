import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AnyEvent } from '../../../main/contract/events.ts'
import type { QueryHandlers } from '../../../main/contract/rpc.ts'
import { runConfig } from '../../../main/contract/run-config.ts'
import { studyConfig } from '../../../main/contract/study-config.ts'
import { annotationHandlers } from '../../../main/engine/annotation-handlers.ts'
import { reportHandlers } from '../../../main/engine/reports/report-handlers.ts'
import { datasetHandlers } from '../../../main/engine/dataset-handlers.ts'
import { checkpointHandlers } from '../../../main/engine/checkpoint-handlers.ts'
import { importHandlers } from '../../../main/engine/import-handlers.ts'
import { LogGate } from '../../../main/engine/log-gate.ts'
import { Preparation } from '../../../main/engine/preparation.ts'
import { realParts } from '../../../main/engine/real-parts.ts'
import { openLogWriter } from '../../../main/log/open.ts'
import type { LogWriter } from '../../../main/log/log.ts'
import { readStudy } from '../../../main/serve/read-study.ts'
import { createQueryHandlers } from '../../../main/serve/query-handlers.ts'
import { writeMadeCheckpoints } from './made-checkpoints.ts'

const models = ['mlp', 'cnn', 'residual-mlp'] as const
const optimizers = ['sgd', 'adam', 'momentum'] as const

/** Writes made-up runs into a log: studies of 40 runs each, every tenth run single, all with an accuracy that follows from their settings. */
export function writeMadeRuns(log: LogWriter, runs: number): void {
  let study = ''
  for (let index = 0; index < runs; index++) {
    if (index % 40 === 0) study = log.createStudy(studyConfig.parse({ method: 'critical-batch-size', name: `Sweep ${index / 40 + 1}` })).id
    const isSingle = index % 10 === 9
    const [batchSize, seed] = [2 ** (3 + (index % 7)), 1 + (index % 5)]
    const kind = optimizers[index % optimizers.length]!
    const config = runConfig.parse({ name: isSingle ? `trial ${index}` : '', batchSize, seed, model: { kind: models[Math.floor(index / 3) % models.length] }, optimizer: { kind }, dataset: { name: index % 2 === 0 ? 'fashion-mnist' : 'digits' } })
    const run = log.createRun({ studyId: isSingle ? null : study, key: isSingle ? '' : `b=${batchSize} seed=${seed} #${index}`, config })
    const best = 0.7 + 0.25 * Math.abs(Math.sin(index))
    log.appendMetrics(
      run.id,
      [1, 2, 3].flatMap((step) => [
        { key: 'validation/accuracy' as const, step: step * 100, examples: step * 100 * batchSize, wallMs: step * 900, value: best - (3 - step) * 0.1 },
        { key: 'validation/loss' as const, step: step * 100, examples: step * 100 * batchSize, wallMs: step * 900, value: 2 - best - step * 0.1 },
      ]),
    )
    const status = index % 25 === 3 ? 'failed' : index % 30 === 7 ? 'stopped' : 'finished'
    log.updateRun(run.id, { status, steps: 300, examples: 300 * batchSize, wallMs: 2700 + 13 * index, startedAt: run.createdAt, finishedAt: run.createdAt + 2700, ...(status === 'failed' ? { error: { code: 'not-finite', message: 'The loss became NaN at step 3.', facts: {} } } : {}) })
    if (index % 40 === 39) log.updateStudy(study, { status: 'finished' })
  }
  if (runs > 12) log.annotate('run', [{ id: 'run-000003', tags: ['paper'], isStarred: true, note: 'The best of the first sweep.' }, { id: 'run-000010', tags: ['baseline', 'paper'] }])
}

/** What the demonstration answers from a real log. */
const answered = [
  'importedRun.get',
  'importedRun.names',
  'run.search',
  'annotation.get',
  'tag.list',
  'view.list',
  'trash.list',
  'compare.curves',
  'compare.metrics',
  'compare.alike',
  'compare.settings',
  'compare.values',
  'report.list',
  'report.get',
  'report.parts',
  'report.preview',
  'report.freshness',
  'report.export',
  'dataset.inspect',
  'dataset.preview',
  'dataset.checkPath',
  'dataset.known',
  'checkpoint.list',
  'checkpoint.inspect',
  'checkpoint.compare',
  'checkpoint.plan-prune',
  'checkpoint.verify',
] as const
type Answered = Pick<QueryHandlers, (typeof answered)[number]>
type Queries = Answered & Pick<QueryHandlers, 'run.source'>
type Commands = ReturnType<typeof annotationHandlers> & ReturnType<typeof reportHandlers> & ReturnType<typeof datasetHandlers> & ReturnType<typeof checkpointHandlers> & Omit<ReturnType<typeof importHandlers>, 'stop'>

/** The list of runs of the demonstration: a real log in a folder of its own, of made-up runs. */
export function demoRunsLog(tell: (event: AnyEvent) => void): { readonly queries: Queries; readonly commands: Commands; readonly all: QueryHandlers; close(): void } {
  const workspace = mkdtempSync(join(tmpdir(), 'loupe-demo-'))
  const writer = openLogWriter({ workspace })
  writeMadeRuns(writer, 200)
  writeMadeCheckpoints(writer, { runIds: ['run-000010', 'run-000020', 'run-000001', 'run-000002'], steps: [100, 200, 300] })
  const gate = new LogGate({ writer, emit: tell })
  const imports = importHandlers({ writer, gate, emit: tell })
  const all = createQueryHandlers({ reader: writer, workspace })
  return {
    all,
    queries: {
      ...(Object.fromEntries(answered.map((name) => [name, all[name]])) as Answered), // each name has its own handler
      'annotation.get': demoAnnotations(all),
      // Runs of the demonstration that are in no log were not imported, either.
      'run.source': (input) => (/^run-\d+$/.test(input.runId) ? all['run.source'](input) : { source: null }),
    },
    commands: {
      ...annotationHandlers({ writer, gate, emit: tell }),
      ...reportHandlers({ writer, gate, emit: tell, readStudy: readStudy({ reader: writer, workspace }) }),
      ...datasetHandlers({ writer, gate, emit: tell }),
      ...checkpointHandlers({ context: { workspace, writer, gate, emit: tell }, preparation: new Preparation({ parts: realParts, workspace }), parts: realParts }),
      'run.previewImport': imports['run.previewImport'],
      'run.import': imports['run.import'],
      'run.stopImport': imports['run.stopImport'],
    },
    close() {
      gate.close()
      writer.close()
      rmSync(workspace, { recursive: true, force: true })
    },
  }
}

/** Of studies that are not in the log nothing is said. */
function demoAnnotations(all: QueryHandlers): QueryHandlers['annotation.get'] {
  return async ({ runIds, studyIds }) => {
    const said = async (ask: Parameters<QueryHandlers['annotation.get']>[0]) => await all['annotation.get'](ask)
    const one = async (id: string) => (await said({ runIds: [], studyIds: [id] }).catch(() => null))?.studies[0] ?? { id, name: '', note: '', tags: [], isStarred: false, isArchived: false, trashedAt: null }
    return { runs: (await said({ runIds, studyIds: [] })).runs, studies: await Promise.all(studyIds.map(one)) }
  }
}
