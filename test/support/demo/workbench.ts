import type { CommandHandlers } from '../../../main/contract/rpc.ts'
import type { QueryHandlers, Transport } from '../../../main/contract/rpc.ts'
import { LoupeError } from '../../../main/contract/errors.ts'
import type { AnyEvent } from '../../../main/contract/events.ts'
import { answerCommands, answerQueries, isQuery } from '../../../main/contract/rpc.ts'
import type { StudyRecord } from '../../../main/contract/records.ts'
import type { StudyConfig } from '../../../main/contract/study-config.ts'
import { criticalBatchSizeConfig } from '../../../main/methods/critical-batch-size/config.ts'
import type { CriticalBatchSizeConfig } from '../../../main/methods/critical-batch-size/config.ts'
import { demoDecorrelation } from './decorrelation.ts'
import { demoDistillation } from './distillation.ts'
import { demoRunsLog } from './runs-log.ts'
import { demoCourse, demoExchangeKeys, demoExchangeRuns, demoRecords, exchangeRunRecord, exchangeSeries, loggedSteps } from './exchange.ts'
import { demoFewLabels } from './few-labels.ts'
import { demoQuantization } from './quantization.ts'
import { demoQueue } from './queue.ts'
import { demoReport } from './report.ts'
import { demoKeys, demoRuns, progressOf, runRecordOf, seriesOf, stepMs } from './sweep.ts'
import type { DemoStudy } from './sweep.ts'

function sweepOnly(config: StudyConfig): CriticalBatchSizeConfig {
  if (config.method === 'critical-batch-size') return config
  throw new LoupeError('unsupported', 'The demonstration shows sweeps over batch sizes only.')
}

/** A workbench that answers every request with a made-up sweep, for looking at the window. Trains nothing. */
export function createDemoWorkbench(): Transport & { close(): void } {
  const listeners = new Set<(event: AnyEvent) => void>()
  const studies: DemoStudy[] = []
  const tell = (event: AnyEvent) => {
    for (const listener of listeners) listener(event)
  }

  const runsLog = demoRunsLog(tell)

  function add(id: string, config: CriticalBatchSizeConfig, createdAt: number, isOver: boolean): DemoStudy {
    let passed = isOver ? 1e6 : 0
    let at = Date.now()
    const study: DemoStudy = {
      id,
      config,
      createdAt,
      status: isOver ? 'finished' : 'running',
      elapsed() {
        const now = Date.now()
        if (study.status === 'running') passed += (now - at) / 1000
        at = now
        if (study.status === 'running' && demoRuns(study).every((run) => passed >= run.startsAt + run.seconds)) study.status = 'finished'
        return passed
      },
    }
    studies.unshift(study)
    return study
  }
  const find = (id: string): DemoStudy => {
    const study = studies.find((one) => one.id === id)
    if (!study) throw new LoupeError('not-found', `There is no study "${id}".`, { studyId: id })
    return study
  }
  const exchangeRun = (id: string) => demoExchangeRuns.find((run) => run.id === id)
  const loggedRun = (id: string) => {
    const run = exchangeRun(id)
    if (!run) throw new LoupeError('not-found', `Run "${id}" exchanges no gradients.`, { runId: id })
    return run
  }
  const findRun = (id: string) => {
    for (const study of studies) {
      const run = demoRuns(study).find((one) => one.id === id)
      if (run) return { study, run }
    }
    throw new LoupeError('not-found', `There is no run "${id}".`, { runId: id })
  }
  const recordOf = (study: DemoStudy): StudyRecord => {
    study.elapsed()
    return { id: study.id, name: study.config.name, status: study.status, config: study.config, configHash: 'd3m0', createdAt: study.createdAt, startedAt: study.createdAt, finishedAt: null, error: null }
  }
  const progress = (study: DemoStudy) => {
    const runs = demoRuns(study)
    const shares = runs.map((run) => progressOf(study, run))
    const planned = runs.reduce((sum, run) => sum + run.steps * run.batchSize, 0)
    const done = runs.reduce((sum, run, index) => sum + run.steps * run.batchSize * (shares[index] ?? 0), 0)
    return { runsDone: shares.filter((share) => share >= 1).length, runsPlanned: runs.length, examplesDone: done, examplesPlanned: planned, secondsLeft: study.status === 'running' ? Math.max(0, (runs.length / 2) * 3 - study.elapsed()) : null }
  }
  const setStatus = (id: string, status: DemoStudy['status']) => {
    const study = find(id)
    study.elapsed()
    study.status = status
    tell({ name: 'study.changed', payload: { studyId: id, status, progress: progress(study) } })
    return {}
  }

  const queries: QueryHandlers = {
    'study.list': () => ({ studies: [demoFewLabels.study(), ...demoDistillation.studies(), demoQuantization.study(), ...studies.map(recordOf)], total: studies.length + 4 }),
    'study.get': ({ studyId }) => {
      if (studyId === demoFewLabels.id) return { study: demoFewLabels.study(), runs: demoFewLabels.runs(), progress: demoFewLabels.progress }
      if (studyId === demoQuantization.id) return { study: demoQuantization.study(), runs: demoQuantization.runs(), progress: demoQuantization.progress }
      const distilled = demoDistillation.studies().find(({ id }) => id === studyId)
      if (distilled) return { study: distilled, runs: studyId === demoDistillation.id ? demoDistillation.runs() : [], progress: demoDistillation.progress(studyId) }
      const study = find(studyId)
      return { study: recordOf(study), runs: demoRuns(study).map((run) => runRecordOf(study, run)), progress: progress(study) }
    },
    'study.report': ({ studyId, ...lens }) => (studyId === demoFewLabels.id ? demoFewLabels.report() : studyId === demoQuantization.id ? demoQuantization.report() : demoDistillation.studies().some(({ id }) => id === studyId) ? demoDistillation.report(studyId) : demoReport(find(studyId), lens)),
    'study.lossMap': () => ({ rateKind: 'learning-rate', cells: [], examplesChoices: [], alikeStudies: [] }),
    'study.fitPoints': () => {
      throw new LoupeError('unsupported', 'The demonstration fits no points.')
    },
    ...runsLog.queries,
    'run.list': ({ studyId }) => {
      const runs = studies.filter((study) => studyId === null || study.id === studyId).flatMap((study) => demoRuns(study).map((run) => runRecordOf(study, run)))
      const all = studyId === null ? [...demoDecorrelation.runs(), ...demoExchangeRuns.map(exchangeRunRecord), ...runs] : runs
      return { runs: all, total: all.length }
    },
    'run.get': ({ runId }) => {
      if (demoDecorrelation.has(runId)) return demoDecorrelation.detail(runId)
      if (/^run-0/.test(runId)) return runsLog.all['run.get']({ runId })
      const exchanging = exchangeRun(runId)
      if (exchanging) return { run: exchangeRunRecord(exchanging), keys: exchanging.steps > 0 ? demoExchangeKeys : [], checkpoints: [], events: [...exchanging.events] }
      const distilling = demoDistillation.run(runId)
      if (distilling) return { run: distilling, keys: demoDistillation.keys(runId), checkpoints: [], events: [] }
      const { study, run } = findRun(runId)
      const record = runRecordOf(study, run)
      return {
        run: record,
        keys: record.startedAt === null ? [] : demoKeys,
        checkpoints: record.steps > 200 ? [{ id: `${runId}-c1`, runId, step: 200, examples: 200 * run.batchSize, bytes: 814_208, sha256: 'd3m0', createdAt: study.createdAt + 2000, isKept: false }] : [],
        events: [{ id: 1, studyId: study.id, runId, at: study.createdAt, level: 'info', kind: 'run.started', message: `Training began at batch size ${run.batchSize}.`, facts: {} }],
      }
    },
    'metric.series': ({ runIds, keys, maxPoints }) => ({
      series: runIds.flatMap((id) => {
        if (id.startsWith('labels-')) return keys.flatMap((key) => demoFewLabels.series(id, key) ?? [])
        if (/^run-0/.test(id)) return []
        if (id.startsWith('quantized-')) return keys.flatMap((key) => demoQuantization.series(id, key) ?? [])
        if (demoDecorrelation.has(id)) return keys.flatMap((key) => demoDecorrelation.series(id, key, maxPoints) ?? [])
        if (demoDistillation.run(id)) return keys.flatMap((key) => demoDistillation.series(id, key) ?? [])
        const exchanging = exchangeRun(id)
        if (exchanging) return keys.flatMap((key) => exchangeSeries(exchanging, key, maxPoints) ?? [])
        const { study, run } = findRun(id)
        return keys.flatMap((key) => seriesOf(study, run, key, maxPoints) ?? [])
      }),
    }),
    'gradient.steps': ({ runId }) => {
      const run = loggedRun(runId)
      return { steps: [...loggedSteps(run)], workers: Array.from({ length: run.exchange.workers }, (_, worker) => worker), units: [...run.units] }
    },
    'gradient.records': ({ runId, step, workers }) => ({ records: (workers ?? [0]).flatMap((worker) => demoRecords(loggedRun(runId), step, worker)) }),
    'distillation.records': ({ runId }) => ({ records: demoDistillation.records(runId) }),
    'decorrelation.records': ({ runId, last }) => ({ records: demoDecorrelation.records(runId, last) }),
    'run.predictions': ({ runId }) => ({ predictions: demoDistillation.predictions(runId) }),
    'gradient.course': ({ runId, worker }) => demoCourse(loggedRun(runId), worker),
    'system.samples': () => ({ samples: [] }),
    'event.list': ({ studyId }) => ({
      events: studies
        .filter((study) => studyId === null || study.id === studyId)
        .flatMap((study) => [
          { id: 1, studyId: study.id, runId: null, at: study.createdAt, level: 'info' as const, kind: 'study.started', message: 'The study began.', facts: {} },
          { id: 2, studyId: study.id, runId: null, at: study.createdAt + 9000, level: 'warning' as const, kind: 'run.censored', message: 'b=8 seed=1 gave up before the target.', facts: {} },
        ]),
    }),
    'dataset.examples': (input) => demoDistillation.examples(input),
    'model.cuts': ({ model }) => ({ cuts: model.kind === 'cnn' ? demoDecorrelation.cuts(model.channels) : demoDistillation.cuts(model.kind === 'vit' ? (model.depth ?? 4) : 4) }),
    'dataset.list': () => ({ datasets: demoDecorrelation.datasets() }),
    'queue.ended': () => ({ items: [] }),
    'workspace.describe': () => ({ path: '/home/me/loupe', logBytes: 12_400_000, freeBytes: 84_000_000_000, loupe: '0.1.0', node: '24.21.0', platform: 'linux x64' }),
  }
  const commands: CommandHandlers = {
    'study.start': ({ config }) => {
      const study = add(`study-${String(studies.length + 1).padStart(6, '0')}`, sweepOnly(config), Date.now(), false)
      return { studyId: study.id }
    },
    'study.pause': ({ studyId }) => setStatus(studyId, 'paused'),
    'study.resume': ({ studyId }) => setStatus(studyId, 'running'),
    'study.stop': ({ studyId }) => setStatus(studyId, 'stopped'),
    'study.extend': ({ studyId }) => setStatus(studyId, 'running'),
    'study.stopPoint': () => ({}),
    'run.start': ({ config }) => {
      if (config.decorrelation === null) throw new LoupeError('unsupported', 'The demonstration starts no single runs but those that decorrelate channels.')
      return { runId: demoDecorrelation.start(config) }
    },
    ...runsLog.commands,
    ...demoQueue,
    'run.pause': () => ({}),
    'run.resume': () => ({}),
    'run.stop': () => ({}),
    'run.end': ({ runId }) => {
      demoDecorrelation.end(runId)
      tell({ name: 'run.changed', payload: { run: demoDecorrelation.detail(runId).run } })
      return {}
    },
    'run.saveNetwork': ({ runId }) => {
      const { step, sha256, bytes } = demoDecorrelation.save(runId)
      tell({ name: 'run.changed', payload: { run: demoDecorrelation.detail(runId).run } })
      return { step, sha256, bytes }
    },
    'run.steer': () => ({}),
    'run.snapshotGradients': ({ runId }) => {
      if (runId === 'exchange-new') throw new LoupeError('conflict', `Run ${runId} has not made its first step yet. Ask again when it trains.`, { runId })
      return {}
    },
    'run.branch': (input) => {
      if (!demoDecorrelation.has(input.runId)) throw new LoupeError('unsupported', 'The demonstration branches no runs but those that decorrelate channels.')
      return { runId: demoDecorrelation.branch(input) }
    },
    'run.exportModel': () => {
      throw new LoupeError('unsupported', 'The demonstration has no trained weights.')
    },
    'model.compare': ({ runs, examples }) => demoDistillation.compare(runs, examples),
    'model.measure': () => {
      throw new LoupeError('unsupported', 'The demonstration measures nothing.')
    },
    'study.estimate': async ({ config }) => {
      await new Promise((resolve) => setTimeout(resolve, 400))
      const { batchSizes, maxSeeds, hourlyRate } = sweepOnly(config).sweep
      return {
        seconds: 412,
        examples: 23_400_000,
        runs: batchSizes.length * maxSeeds,
        money: (412 / 3600) * hourlyRate,
        stepMs: batchSizes.map((batchSize) => ({ batchSize, ms: stepMs(batchSize) })),
        parameters: 203_530,
        macsPerExample: 203_264,
        memoryBytes: 318_000_000,
        warnings: [],
      }
    },
    'engine.describe': () => ({ tensorflow: '2.21.0', library: 'demo', devices: [{ name: '/device:CPU:0', kind: 'CPU', memoryBytes: 16e9, description: '2 cores' }], threads: 2, gpuProblem: null }),
  }

  const defaults = (name: string, change: object = {}) => criticalBatchSizeConfig.parse({ method: 'critical-batch-size', name, ...change })
  add('study-000001', defaults('Digits, Adam', { run: { dataset: { name: 'digits' }, optimizer: { kind: 'adam' } } }), Date.now() - 86_400_000 * 3, true)
  add('study-000002', defaults('Fashion-MNIST baseline', { sweep: { hourlyRate: 2.4 } }), Date.now() - 7_200_000, true)
  add('study-000003', defaults('', { run: { model: { kind: 'cnn' } } }), Date.now(), false)

  const timer = setInterval(() => {
    for (const { run, step } of demoDecorrelation.training()) {
      tell({ name: 'run.progressed', payload: { runId: run.id, studyId: null, steps: run.steps, examples: run.examples, batchLoss: null, examplesPerSecond: demoDecorrelation.examplesPerSecond } })
      tell({ name: 'metrics.appended', payload: { runIds: [run.id] } })
      tell({ name: 'records.appended', payload: { runId: run.id, kind: 'decorrelation', step } })
    }
    for (const study of studies) {
      if (study.status !== 'running') continue
      const now = study.elapsed()
      tell({ name: 'study.changed', payload: { studyId: study.id, status: study.status, progress: progress(study) } })
      const active = demoRuns(study).filter((run) => now >= run.startsAt && now < run.startsAt + run.seconds + 1)
      tell({ name: 'metrics.appended', payload: { runIds: active.map((run) => run.id) } })
    }
  }, 500)
  const answers = { query: answerQueries(queries), command: answerCommands(commands) }
  return {
    request: (name, input) => (isQuery(name) ? answers.query(name, input) : answers.command(name, input)),
    onEvent(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    close() {
      clearInterval(timer)
      runsLog.close()
    },
  }
}
