import { availableParallelism } from 'node:os'
import { LoupeError } from '../contract/errors.ts'
import { answerCommands } from '../contract/rpc.ts'
import type { CommandHandlers, Transport } from '../contract/rpc.ts'
import type { StudyConfig } from '../contract/study-config.ts'
import type { LogWriter } from '../log/log.ts'
import type { Study } from '../methods/study.ts'
import { gitCommit } from './environment.ts'
import { annotationHandlers } from './annotation-handlers.ts'
import { datasetHandlers } from './dataset-handlers.ts'
import { checkpointHandlers } from './checkpoint-handlers.ts'
import { estimateStudy } from './estimate.ts'
import { EventHub } from './event-hub.ts'
import { gpuProblem } from './gpu-problem.ts'
import { importHandlers } from './import-handlers.ts'
import { LogGate } from './log-gate.ts'
import type { EngineParts } from './parts.ts'
import { Preparation } from './preparation.ts'
import type { DriveContext } from './run-driver.ts'
import { reportHandlers } from './reports/report-handlers.ts'
import { startSystemMonitor } from './system-monitor.ts'
import { queueHandlers } from './queue-handlers.ts'
import { QueueProgressWatch } from './queue-progress.ts'
import { SingleRuns } from './single-runs.ts'
import { sizeOf, Studies } from './studies.ts'
import { TrainingQueue } from './training-queue.ts'
import { makeWorkspace } from './workspace-folder.ts'

export interface WorkbenchOptions {
  /** Folder with the log, checkpoints and reports; made where it is missing. */
  readonly workspace: string
  /** Who holds the log, for the message to a second process. */
  readonly owner?: string
  /** Replaces the parts that load TensorFlow, the log or the methods: for tests. */
  readonly parts?: EngineParts
  readonly writer?: LogWriter
  readonly studyOf?: (config: StudyConfig) => Study<StudyConfig, unknown>
  /**
   * `whole`, where left out: trains what waits in the log, too. `own`: trains what it is asked for alone and at once, whatever is paused, as a
   * command line does; the rest of the queue waits on for the window.
   */
  readonly queue?: 'whole' | 'own'
  /** Between two tries of what holds the queue, in ms: for tests. */
  readonly retryMs?: number
}

/** The engine as its callers see it: requests in, events out. */
export interface Workbench extends Transport {
  readonly writer: LogWriter
  /** Saves what runs, marks it `interrupted`, gives up the log and TensorFlow. */
  close(): Promise<void>
}

/**
 * Puts the engine together over a workspace.
 *
 * Opening takes milliseconds: TensorFlow is loaded with the first command that needs it.
 *
 * @throws LoupeError `conflict` where another process writes this workspace's log, `log-too-new`, `log-corrupt`.
 */
export async function openWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  await makeWorkspace(options.workspace)
  const [writer, parts, studyOf, git] = await Promise.all([
    options.writer ?? import('../log/open.ts').then((log) => log.openLogWriter({ workspace: options.workspace, owner: options.owner ?? `loupe, process ${process.pid}` })),
    options.parts ?? import('./real-parts.ts').then((module) => module.realParts),
    options.studyOf ?? import('./study-of.ts').then((module) => module.studyOf),
    gitCommit(process.cwd()),
  ])
  const hub = new EventHub()
  const gate = new LogGate({ writer, emit: hub.emit })
  const context: DriveContext = { workspace: options.workspace, writer, gate, emit: hub.emit, parts, git, requests: new Map(), runRequests: new Map(), exchangeRequests: new Map() }
  const preparation = new Preparation({ parts, workspace: options.workspace })
  const { stop: stopImport, ...imports } = importHandlers({ writer, gate, emit: hub.emit })
  const endMonitor = startSystemMonitor({
    writer,
    emit: hub.emit,
    workspace: options.workspace,
    isTraining: () => context.runRequests.size > 0,
    openSampler: async () => (await import('./system-sampler.ts')).createSystemSampler({ folder: options.workspace }),
  })
  const queue: TrainingQueue = new TrainingQueue({
    context,
    devices: async () => await (await preparation.runtime()).devices(),
    wish({ kind, id }) {
      if (kind === 'run') return { device: writer.run(id).config.compute.device, parallelRuns: 1 }
      const { config } = writer.study(id)
      return { device: config.run.compute.device, parallelRuns: sizeOf(config).parallelRuns }
    },
    async take({ kind, id }, turn) {
      if (kind === 'study') await runs.closeIdle()
      const taken = kind === 'run' ? await runs.take(id, turn) : await studies.take(id, turn)
      if (!queue.waiting().some((entry) => entry.kind === 'run')) await runs.closeIdle()
      return taken
    },
    reach: options.queue ?? 'whole',
    ...(options.retryMs === undefined ? {} : { retryMs: options.retryMs }),
  })
  const studies = new Studies({ context, preparation, studyOf, queue })
  const runs = new SingleRuns({ context, preparation, queue })
  const progress = new QueueProgressWatch({ reader: writer, trainExamples: (runId) => runs.trainExamples(runId) })
  hub.on(progress.listen)

  const trainingNow = (runId: string) => {
    const { id, status } = writer.run(runId)
    const requests = context.runRequests.get(id)
    if (requests === undefined) throw new LoupeError('conflict', `Run ${id} is ${status}: it does not train now, so nothing can be asked of it.`, { runId: id, status })
    return requests
  }

  const handlers = {
    'study.start': async ({ config }) => ({ studyId: (await studies.start(config)).id }),
    'study.pause': async ({ studyId }) => done(studies.pause(studyId)),
    'study.resume': async ({ studyId }) => done(studies.resume(studyId)),
    'study.stop': async ({ studyId }) => done(studies.stop(studyId)),
    'study.extend': async ({ studyId, ...wanted }) => done(studies.extend(studyId, wanted)),
    'study.stopPoint': async ({ studyId, batchSize }) => done(studies.stopPoint(studyId, batchSize)),
    'study.estimate': async ({ config }) => estimateStudy({ config, study: studyOf(config), preparation, parts }),
    'run.start': async ({ config }) => ({ runId: (await runs.start(config)).id }),
    'run.pause': async ({ runId }) => done(runs.pause(runId)),
    'run.resume': async ({ runId }) => done(runs.resume(runId)),
    'run.stop': async ({ runId }) => done(runs.stop(runId)),
    'run.end': async ({ runId }) => {
      trainingNow(runId).end()
      return {}
    },
    'run.saveNetwork': async ({ runId }) => {
      const { step, sha256, bytes } = await trainingNow(runId).save()
      return { step, sha256, bytes }
    },
    'run.steer': async ({ runId, request }) => {
      const requests = context.requests.get(writer.run(runId).id)
      if (requests === undefined || writer.run(runId).config.batchPolicy === null) {
        throw new LoupeError('conflict', `Run ${runId} does not train with a batch policy now, so nothing can be asked of it.`, { runId })
      }
      requests.ask(request)
      return {}
    },
    'run.snapshotGradients': async ({ runId }) => {
      const requests = context.exchangeRequests.get(writer.run(runId).id)
      if (requests === undefined) {
        throw new LoupeError('conflict', `Run ${runId} does not train with workers that exchange gradients now, so there are none to save.`, { runId })
      }
      requests.requestSnapshot()
      return {}
    },
    'run.branch': async (branch) => ({ runId: (await runs.branch(branch)).id }),
    'run.exportModel': async (wanted) => {
      const [{ exportModel }, { logExport }] = await Promise.all([import('./export-model.ts'), import('./log-export.ts')])
      const exported = await exportModel({ ...wanted, reader: writer, preparation, parts, to: { workspace: options.workspace } })
      await logExport(context, exported)
      return exported
    },
    'model.measure': async (wanted) => {
      const { measureModel } = await import('./measure-model.ts')
      return await measureModel({ wanted, training: () => [...context.requests.keys()], preparation })
    },
    'model.compare': async (wanted) => {
      const { compareModels } = await import('./compare-models.ts')
      return await compareModels({ ...wanted, reader: writer, preparation, parts })
    },
    ...annotationHandlers({ writer, gate, emit: hub.emit }),
    ...reportHandlers({ writer, gate, emit: hub.emit, readStudy: async (studyId) => await (await import('../serve/read-study.ts')).readStudy({ reader: writer, workspace: options.workspace })(studyId) }),
    ...datasetHandlers({ writer, gate, emit: hub.emit }),
    ...checkpointHandlers({ context, preparation, parts }),
    ...imports,
    ...queueHandlers({ reader: writer, queue, progress, resume: ({ kind, id }) => (kind === 'run' ? runs.resume(id) : studies.resume(id)) }),
    'engine.describe': async () => {
      const runtime = await preparation.runtime()
      const devices = await runtime.devices()
      return { tensorflow: runtime.version, library: runtime.library, devices: [...devices], threads: availableParallelism(), gpuProblem: await gpuProblem(devices) }
    },
  } satisfies CommandHandlers

  await queue.open()
  let closing: Promise<void> | null = null
  return {
    writer,
    request: answerCommands(handlers),
    onEvent: hub.on,
    close() {
      endMonitor()
      closing ??= (async () => {
        // Runs end at their next check, saved; a log without room lets go of them only after they have stood still.
        const saved = queue.close().then(() => runs.closeIdle())
        if (gate.trouble !== null) gate.close()
        await stopImport()
        await saved
        gate.close()
        writer.close()
      })()
      return closing
    },
  }
}

async function done(action: Promise<void>): Promise<Record<string, never>> {
  await action
  return {}
}
