import type { RunConfig } from '../contract/run-config.ts'
import { LoupeError, toWireError } from '../contract/errors.ts'
import type { RunRecord } from '../contract/records.ts'
import { chooseThreads } from '../training/choose-threads.ts'
import { checkExchange } from '../training/exchange/check-exchange.ts'
import { canonicalJson } from '../log/canonical-json.ts'
import { checkFurtherSets } from './check-further-sets.ts'
import { checkRunPolicy } from './run-policy.ts'
import { checkRun } from '../training/run-plan.ts'
import type { Trainer } from '../training/trainer.ts'
import type { Preparation, Prepared } from './preparation.ts'
import { refuseTrashed } from './annotation-handlers.ts'
import { driveRun, patchRun } from './run-driver.ts'
import type { DriveContext, HaltReason } from './run-driver.ts'
import { hasEnded } from './study-reading.ts'
import { holdsQueue } from './training-queue.ts'
import type { Taken, TrainingQueue, Turn } from './training-queue.ts'

/** What is asked of single runs, and how one is trained when its turn has come. */
export class SingleRuns {
  readonly #context: DriveContext
  readonly #preparation: Preparation
  readonly #queue: Pick<TrainingQueue, 'enqueued' | 'halt' | 'isOurs'>
  /** Lanes that no run uses, kept for the next run on the same data, device and threads. */
  readonly #idle = new Map<string, Trainer>()
  /** Training examples of the data of the runs that train. */
  readonly #trainExamples = new Map<string, number>()

  constructor(options: { readonly context: DriveContext; readonly preparation: Preparation; readonly queue: Pick<TrainingQueue, 'enqueued' | 'halt' | 'isOurs'> }) {
    this.#context = options.context
    this.#preparation = options.preparation
    this.#queue = options.queue
  }

  /** @throws LoupeError where the run could not even begin: it is not logged then. */
  async start(config: RunConfig): Promise<RunRecord> {
    await checkStartable(config, await this.#preparation.prepare(config, alone(config)))
    const run = await this.#context.gate.write(() => this.#context.writer.createRun({ studyId: null, key: '', config }))
    this.#context.emit({ name: 'run.changed', payload: { run } })
    this.#queue.enqueued(run.id)
    return run
  }

  /**
   * Starts a run from a checkpoint of another.
   *
   * @throws LoupeError `not-found` where there is no such checkpoint, `invalid-input` where data or model are not those of the checkpoint.
   */
  async branch({ runId, step, config }: { readonly runId: string; readonly step: number | null; readonly config: RunConfig }): Promise<RunRecord> {
    const { writer, gate, emit, parts } = this.#context
    const parent = writer.run(runId)
    const found = step === null ? writer.checkpoints(parent.id).at(-1) : writer.checkpoints(parent.id).find((checkpoint) => checkpoint.step === step)
    if (found === undefined) {
      const there = writer.checkpoints(parent.id).map((checkpoint) => checkpoint.step)
      throw new LoupeError('not-found', `Run ${parent.id} has no checkpoint ${step === null ? 'yet' : `of step ${step}`}. ${there.length > 0 ? `It has those of steps ${there.join(', ')}.` : 'Let it train for an epoch first.'}`, { runId: parent.id, step, there })
    }
    for (const part of ['dataset', 'model'] as const) {
      if (canonicalJson(config[part]) !== canonicalJson(parent.config[part])) throw new LoupeError('invalid-input', `A branch goes on with the ${part} of its checkpoint, and this config has another. Leave ${part} as run ${parent.id} has it.`, { part })
    }
    await checkStartable(config, await this.#preparation.prepare(config, alone(config)))
    // Those before it, too: a batch policy may go back to them.
    const copied = writer.checkpoints(parent.id).filter((checkpoint) => checkpoint.step <= found.step).map((checkpoint) => ({ ...checkpoint, bytes: writer.checkpointBytes(checkpoint.id) }))
    for (const { bytes } of copied) parts.decodeCheckpoint(bytes)
    const run = await gate.write(() => {
      const made = writer.createRun({ studyId: null, key: '', config })
      for (const { step: at, examples, bytes } of copied) writer.saveCheckpoint(made.id, { step: at, examples, bytes, keep: copied.length })
      writer.appendEvent({ studyId: null, runId: made.id, level: 'info', kind: 'run.branched', message: `Branches off run ${parent.id} at step ${found.step}.`, facts: { fromRun: parent.id, step: found.step, sha256: found.sha256 } })
      return made
    })
    emit({ name: 'run.changed', payload: { run } })
    this.#queue.enqueued(run.id)
    return run
  }

  async pause(runId: string): Promise<void> {
    const run = this.#own(runId)
    if (run.status !== 'running' && run.status !== 'queued') throw wrongStatus(run, 'paused')
    await this.#halt(run.id, 'pause')
  }

  async resume(runId: string): Promise<void> {
    const run = this.#own(runId)
    this.#refuseUnlessResumable(run)
    refuseTrashed(this.#context.writer.annotation('run', run.id))
    await this.#preparation.prepare(run.config, alone(run.config))
    // Once more: it may have been resumed by somebody else meanwhile.
    this.#refuseUnlessResumable(this.#own(run.id))
    await patchRun(this.#context, run.id, { status: 'queued', finishedAt: null, error: null })
    this.#queue.enqueued(run.id)
  }

  async stop(runId: string): Promise<void> {
    const run = this.#own(runId)
    if (hasEnded(run.status)) throw wrongStatus(run, 'stopped')
    await this.#halt(run.id, 'stop')
  }

  /**
   * Trains a run to its end or a halt. A run that fails, also in its preparation, says so in its record.
   *
   * @throws What holds the whole queue, see {@link holdsQueue}; the run waits on.
   */
  async take(runId: string, turn: Turn): Promise<Taken> {
    let lane: { readonly key: string; readonly trainer: Trainer } | null = null
    try {
      lane = await this.#laneFor(this.#context.writer.run(runId), turn)
    } catch (error) {
      if (holdsQueue(error)) throw error
      await this.#fail(runId, error)
    }
    if (lane === null) return this.#context.writer.run(runId).status === 'queued' ? 'put-back' : 'ended'
    try {
      const ended = await driveRun({ context: this.#context, runId, trainer: lane.trainer, signal: turn.signal }).finally(() => this.#trainExamples.delete(runId))
      if (ended.status === 'failed' || this.#idle.has(lane.key)) await lane.trainer.close()
      else this.#idle.set(lane.key, lane.trainer)
    } catch (error) {
      await lane.trainer.close()
      await this.#fail(runId, error)
    }
    return 'ended'
  }

  /** Of the data of a run that trains; null for any other. */
  trainExamples(runId: string): number | null {
    return this.#trainExamples.get(runId) ?? null
  }

  /** Gives up the lanes that no run uses. */
  async closeIdle(): Promise<void> {
    const idle = [...this.#idle.values()]
    this.#idle.clear()
    await Promise.all(idle.map((trainer) => trainer.close()))
  }

  #own(runId: string): RunRecord {
    const run = this.#context.writer.run(runId)
    if (run.studyId === null) return run
    throw new LoupeError('conflict', `Run ${runId} belongs to the study ${run.studyId}, which decides when it trains. Use the study's own commands.`, { runId, studyId: run.studyId })
  }

  async #halt(runId: string, reason: HaltReason): Promise<void> {
    if (await this.#queue.halt(runId, reason)) return
    await patchRun(this.#context, runId, reason === 'pause' ? { status: 'paused' } : { status: 'stopped', finishedAt: Date.now() })
  }

  async #fail(runId: string, error: unknown): Promise<void> {
    const { writer, emit } = this.#context
    try {
      await patchRun(this.#context, runId, { status: 'failed', finishedAt: Date.now(), error: toWireError(error) })
    } catch (unwritable) {
      // The log is another process's now, and what it says of the run stands. Whoever waits for the end must still hear of it.
      process.emitWarning(unwritable instanceof Error ? unwritable : String(unwritable))
      emit({ name: 'run.changed', payload: { run: writer.run(runId) } })
    }
  }

  /** Null where the run has to wait on: it was halted before it could train, or there is no memory for it. */
  async #laneFor({ id, config }: RunRecord, { devices, signal, reserve }: Turn): Promise<{ readonly key: string; readonly trainer: Trainer } | null> {
    const { makeTrainer, cost, dataset, laneBytes } = await this.#preparation.prepare(config, { ...alone(config), on: devices })
    if (signal.aborted || !reserve(laneBytes)) return null
    this.#trainExamples.set(id, dataset.train.count)
    const plan = chooseThreads({ kind: config.model.kind, cost, batchSize: config.batchSize })
    const key = JSON.stringify([config.dataset, dataset.hash, devices, plan])
    const kept = this.#idle.get(key)
    this.#idle.delete(key)
    if (kept !== undefined) return { key, trainer: kept }
    await this.closeIdle()
    return { key, trainer: await makeTrainer({ index: 0, ...plan }) }
  }

  #refuseUnlessResumable(run: RunRecord): void {
    const waits = run.status === 'queued' && this.#queue.isOurs(run.id)
    if (run.status === 'finished' || run.status === 'running' || waits) throw wrongStatus(run, 'resumed')
  }
}

async function checkStartable(config: RunConfig, { dataset, cost }: Prepared): Promise<void> {
  checkRun(config, dataset)
  checkExchange(config, cost.parameters)
  checkRunPolicy(config, { trainExamples: dataset.train.count, validationExamples: dataset.validation.count, classes: dataset.classes })
  await checkFurtherSets(config, dataset)
}

/** A run by itself, on one lane. */
function alone({ batchSize }: RunConfig): { readonly batchSize: number; readonly parallelRuns: number } {
  return { batchSize, parallelRuns: 1 }
}

function wrongStatus(run: RunRecord, wanted: string): LoupeError {
  return new LoupeError('conflict', `Run ${run.id} is ${run.status}, so it cannot be ${wanted}.`, { runId: run.id, status: run.status })
}
