import { LoupeError, toWireError } from '../contract/errors.ts'
import type { EventKind } from '../contract/event-kinds.ts'
import { depthOf } from '../contract/model-depth.ts'
import type { StudyRecord } from '../contract/records.ts'
import type { StudyConfig } from '../contract/study-config.ts'
import type { Dataset } from '../training/datasets/dataset.ts'
import type { DatasetFacts, Study } from '../methods/study.ts'
import { refuseTrashed } from './annotation-handlers.ts'
import { checkSetsOfStudy } from './check-further-sets.ts'
import { modelFactsFor } from './model-facts.ts'
import { LanePool } from './lane-pool.ts'
import { threadsOfLane } from './lanes.ts'
import type { Prepared, Preparation } from './preparation.ts'
import { patchRun } from './run-driver.ts'
import type { DriveContext, HaltReason } from './run-driver.ts'
import { loggedDataset, loggedLatencies, stoppedPoints, StudyReading } from './study-reading.ts'
import { StudyRunner } from './study-runner.ts'
import { holdsQueue } from './training-queue.ts'
import type { Taken, TrainingQueue, Turn } from './training-queue.ts'
import { extendedConfig, largestBatchSize, studySettings } from './study-settings.ts'

export interface StudiesOptions {
  readonly context: DriveContext
  readonly preparation: Preparation
  readonly studyOf: (config: StudyConfig) => Study<StudyConfig, unknown>
  readonly queue: Pick<TrainingQueue, 'enqueued' | 'halt' | 'isOurs' | 'isActive' | 'ended'>
}

/** What is asked of studies, and how one is trained when its turn has come. */
export class Studies {
  readonly #options: StudiesOptions
  /** Of the studies that train. */
  readonly #runners = new Map<string, StudyRunner>()

  constructor(options: StudiesOptions) {
    this.#options = options
  }

  /** @throws LoupeError where the study could not even begin: it is not logged then. */
  async start(config: StudyConfig): Promise<StudyRecord> {
    const { context, preparation, studyOf } = this.#options
    const { dataset, cost } = await preparation.prepare(config.run, sizeOf(config))
    studyOf(config).check(config, { ...(await factsOf(dataset, config)), parameters: cost.parameters })
    await checkSetsOfStudy(config, dataset)
    const study = await context.gate.write(() => context.writer.createStudy(config))
    await this.#recordDataset(study.id, dataset)
    this.#options.queue.enqueued(study.id)
    return study
  }

  async pause(studyId: string): Promise<void> {
    const study = this.#study(studyId)
    if (study.status !== 'running' && study.status !== 'queued') throw wrongStatus(study, 'paused')
    await this.#halt(study.id, 'pause')
  }

  async stop(studyId: string): Promise<void> {
    const study = this.#study(studyId)
    if (study.status === 'finished' || study.status === 'stopped') throw wrongStatus(study, 'stopped')
    await this.#halt(study.id, 'stop')
  }

  /** Finished runs stay; the others wait again, and go on from their last checkpoints. */
  async resume(studyId: string): Promise<void> {
    await this.#requeue(this.#study(studyId))
  }

  async extend(studyId: string, wanted: { readonly batchSizes: readonly number[]; readonly maxSeeds: number | null }): Promise<void> {
    const { context, preparation, studyOf } = this.#options
    const { id, config: before } = this.#study(studyId)
    const config = extendedConfig(before, wanted)
    const dataset = await preparation.dataset(config.run.dataset)
    studyOf(config).check(config, await factsOf(dataset, config))
    await context.gate.write(() => context.writer.updateStudy(id, { config }))
    await this.#note(id, 'study.extended', `Extended by ${describeExtension(wanted)}.`, { batchSizes: [...wanted.batchSizes], maxSeeds: wanted.maxSeeds })
    if (this.#options.queue.isActive(id)) {
      if (this.#runners.get(id)?.replan() !== false) return
      await this.#options.queue.ended(id) // it had ended before it could look at its config again
    }
    if (this.#study(id).status !== 'queued') await this.#requeue(this.#study(id))
  }

  async stopPoint(studyId: string, batchSize: number): Promise<void> {
    const { context } = this.#options
    const { id, config } = this.#study(studyId)
    if (config.method !== 'critical-batch-size') {
      throw new LoupeError('unsupported', 'This study sweeps no batch sizes, so none of them can be ended. Stop the study, or one of its runs.', { studyId: id, method: config.method })
    }
    if (!config.sweep.batchSizes.includes(batchSize)) {
      throw new LoupeError('not-found', `The study has no batch size ${batchSize}. It has ${config.sweep.batchSizes.join(', ')}.`, { studyId: id, batchSize })
    }
    await this.#note(id, 'point.stopped', `Batch size ${batchSize} was ended by the user.`, { batchSize })
    if (this.#options.queue.isActive(id)) return void this.#runners.get(id)?.replan()
    for (const run of context.writer.runsOf(id)) {
      const waits = run.status === 'queued' || run.status === 'paused' || run.status === 'interrupted'
      if (waits && run.config.batchSize === batchSize) await patchRun(context, run.id, { status: 'stopped', finishedAt: Date.now() })
    }
  }

  /**
   * Trains a study to its end or a halt. A study that fails, also in its preparation, says so in its record.
   *
   * @throws What holds the whole queue, see {@link holdsQueue}; the study waits on.
   */
  async take(studyId: string, turn: Turn): Promise<Taken> {
    const { context, studyOf, preparation } = this.#options
    const { config } = this.#study(studyId)
    let lanes: LanePool | null = null
    const halt = () => this.#runners.get(studyId)?.halt(reasonOf(turn.signal))
    try {
      const prepared = await preparation.prepare(config.run, { ...sizeOf(config), on: turn.devices })
      if (turn.signal.aborted || !turn.reserve(prepared.laneBytes * prepared.lanes)) return 'put-back'
      await this.#recordLatencies(studyId, config, prepared)
      lanes = lanesOf(prepared)
      const runner = new StudyRunner({ context, studyId, study: studyOf(config), facts: await factsOf(prepared.dataset, config), lanes })
      this.#runners.set(studyId, runner)
      turn.signal.addEventListener('abort', halt)
      if (turn.signal.aborted) halt()
      await runner.run()
    } catch (error) {
      if (holdsQueue(error) && this.#study(studyId).status === 'queued') throw error
      await this.#fail(studyId, error)
    } finally {
      turn.signal.removeEventListener('abort', halt)
      await lanes?.close()
      this.#runners.delete(studyId)
    }
    return 'ended'
  }

  #study(studyId: string): StudyRecord {
    return this.#options.context.writer.study(studyId)
  }

  async #requeue(study: StudyRecord): Promise<void> {
    const { context, preparation } = this.#options
    this.#refuseUnlessResumable(study)
    refuseTrashed(context.writer.annotation('study', study.id))
    const { dataset } = await preparation.prepare(study.config.run, sizeOf(study.config))
    // Once more: it may have been resumed by somebody else meanwhile.
    this.#refuseUnlessResumable(this.#study(study.id))
    this.#checkSameData(study.id, dataset)
    await this.#setStatus(study.id, 'queued')
    const stopped = stoppedPoints(context.writer, study.id)
    for (const run of context.writer.runsOf(study.id)) {
      if (run.status === 'finished' || run.status === 'queued') continue
      if (run.status === 'stopped' && stopped.has(run.config.batchSize)) continue
      await patchRun(context, run.id, { status: 'queued', finishedAt: null, error: null })
    }
    this.#options.queue.enqueued(study.id)
  }

  async #setStatus(studyId: string, status: StudyRecord['status']): Promise<void> {
    const { context } = this.#options
    await this.#announce(await context.gate.write(() => context.writer.updateStudy(studyId, { status, error: null, finishedAt: null })))
  }

  async #announce({ id, status, config }: StudyRecord): Promise<void> {
    const { context, studyOf } = this.#options
    const logged = loggedDataset(context.writer, id)
    if (logged === null) return
    const facts = { ...logged, ...(logged.data === null ? {} : await modelFactsFor(config, { ...logged.data, trainExamples: logged.trainExamples })) }
    const progress = studyOf(config).progress(config, new StudyReading(context.writer).runs(id), facts)
    context.emit({ name: 'study.changed', payload: { studyId: id, status, progress } })
  }

  async #halt(studyId: string, reason: HaltReason): Promise<void> {
    if (await this.#options.queue.halt(studyId, reason)) return
    if (reason === 'stop') {
      const { context } = this.#options
      for (const run of context.writer.runsOf(studyId)) {
        if (run.status === 'queued' || run.status === 'paused' || run.status === 'interrupted') await patchRun(context, run.id, { status: 'stopped', finishedAt: Date.now() })
      }
    }
    await this.#setStatus(studyId, reason === 'pause' ? 'paused' : 'stopped')
  }

  async #fail(studyId: string, error: unknown): Promise<void> {
    const { context } = this.#options
    try {
      await this.#announce(await context.gate.write(() => context.writer.updateStudy(studyId, { status: 'failed', finishedAt: Date.now(), error: toWireError(error) })))
    } catch (unwritable) {
      // The log is another process's now, and what it says of the study stands. Whoever waits for the end must still hear of it.
      process.emitWarning(unwritable instanceof Error ? unwritable : String(unwritable))
      await this.#announce(this.#study(studyId))
    }
  }

  async #recordDataset(studyId: string, dataset: Dataset): Promise<void> {
    const { leftOut = 0 } = dataset
    const without = leftOut === 0 ? '' : ` ${leftOut} bad ${leftOut === 1 ? 'row was' : 'rows were'} left out.`
    await this.#note(studyId, 'dataset.read', `Read ${dataset.title}: ${dataset.train.count} training, ${dataset.validation.count} validation and ${dataset.test.count} test examples.${without}`, {
      name: dataset.name,
      title: dataset.title,
      hash: dataset.hash,
      trainExamples: dataset.train.count,
      validationExamples: dataset.validation.count,
      testExamples: dataset.test.count,
      shape: [...dataset.shape],
      classes: dataset.classes,
      leftOut,
    })
  }

  /** Before the first run, while nothing else trains: what is measured beside a training run says little. */
  async #recordLatencies(studyId: string, config: StudyConfig, prepared: Prepared): Promise<void> {
    if (config.method !== 'feature-distillation' || !config.students.measureLatency || loggedLatencies(this.#options.context.writer, studyId).size > 0) return
    const depths = [...new Set([...config.students.depths, depthOf(config.run.model)])].sort((one, other) => one - other)
    const latencies = await prepared.measureLatencies(depths)
    const [fastest, slowest] = [Math.min, Math.max].map((pick) => pick(...latencies.map(({ medianMs }) => medianMs)))
    await this.#note(studyId, 'latency.measured', `One example takes ${fastest?.toPrecision(2)} to ${slowest?.toPrecision(2)} ms, by depth.`, { latencies, fastest, slowest })
  }

  #refuseUnlessResumable(study: StudyRecord): void {
    const waits = study.status === 'queued' && this.#options.queue.isOurs(study.id)
    if (study.status === 'running' || waits) throw wrongStatus(study, 'resumed')
  }

  #checkSameData(studyId: string, dataset: Dataset): void {
    const logged = loggedDataset(this.#options.context.writer, studyId)
    if (logged === null || logged.hash === dataset.hash) return
    throw new LoupeError('conflict', `${dataset.title} has changed since the study began: its runs could not be compared. Put the old files back, or start a new study.`, {
      studyId,
      hash: dataset.hash,
      loggedHash: logged.hash,
    })
  }

  /** These events are part of the study: what it read, and what the user asked of it. So they wait for room, as records do. */
  async #note(studyId: string, kind: EventKind, message: string, facts: Readonly<Record<string, unknown>>): Promise<void> {
    const { writer, gate, emit } = this.#options.context
    const event = await gate.write(() => writer.appendEvent({ studyId, runId: null, level: 'info', kind, message, facts }))
    emit({ name: 'log.event', payload: { event } })
  }
}

/** What a method needs to know of the data. */
export async function factsOf(dataset: Dataset, config: StudyConfig): Promise<DatasetFacts> {
  return { trainExamples: dataset.train.count, validationExamples: dataset.validation.count, classes: dataset.classes, ...(await modelFactsFor(config, { shape: dataset.shape, classes: dataset.classes, trainExamples: dataset.train.count })) }
}

/** What decides how much memory a study needs, but its model and data: the largest batch, and how many run side by side. */
export function sizeOf(config: StudyConfig): { readonly batchSize: number; readonly parallelRuns: number } {
  return { batchSize: largestBatchSize(config), parallelRuns: studySettings(config).parallelRuns }
}

/** Lanes as many as were prepared, spread over the devices. */
export function lanesOf({ lanes, makeTrainer }: Prepared): LanePool {
  return new LanePool({ limit: lanes, make: (index) => makeTrainer({ index, threads: threadsOfLane(lanes) }) })
}

function reasonOf(signal: AbortSignal): HaltReason {
  return signal.reason === 'pause' || signal.reason === 'stop' ? signal.reason : 'close'
}

function wrongStatus(study: StudyRecord, wanted: string): LoupeError {
  return new LoupeError('conflict', `Study ${study.id} is ${study.status}, so it cannot be ${wanted}.`, { studyId: study.id, status: study.status })
}

function describeExtension(wanted: { readonly batchSizes: readonly number[]; readonly maxSeeds: number | null }): string {
  const parts = [
    ...(wanted.batchSizes.length > 0 ? [`batch sizes ${wanted.batchSizes.join(', ')}`] : []),
    ...(wanted.maxSeeds === null ? [] : [`up to ${wanted.maxSeeds} seeds`]),
  ]
  return parts.length > 0 ? parts.join(' and ') : 'nothing'
}
