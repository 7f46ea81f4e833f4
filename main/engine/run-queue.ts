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

/**
 * Trains single runs one at a time, in the order in which they were asked for, on a lane of their own.
 *
 * A study beside it keeps its lanes: the two share the processor, so each is slower but neither waits for the other.
 * The queue is the log's runs with status `queued` that this process accepted; one that is paused lets the next start.
 */
export class RunQueue {
  readonly #context: DriveContext
  readonly #preparation: Preparation
  readonly #waiting: string[] = []
  #active: { readonly runId: string; readonly abort: AbortController; readonly done: Promise<void> } | null = null
  #closing = false
  /** The last lane, kept for the next run on the same data, device and threads. */
  #lane: { readonly key: string; readonly trainer: Trainer } | null = null

  constructor(options: { readonly context: DriveContext; readonly preparation: Preparation }) {
    this.#context = options.context
    this.#preparation = options.preparation
  }

  /** @throws LoupeError where the run could not even begin: it is not logged then. */
  async start(config: RunConfig): Promise<RunRecord> {
    await checkStartable(config, await this.#preparation.prepare(config, alone(config)))
    const run = await this.#context.gate.write(() => this.#context.writer.createRun({ studyId: null, key: '', config }))
    this.#context.emit({ name: 'run.changed', payload: { run } })
    this.#enqueue(run.id)
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
    this.#enqueue(run.id)
    return run
  }

  async pause(runId: string): Promise<void> {
    const run = this.#own(runId)
    if (run.status !== 'running' && run.status !== 'queued') throw wrongStatus(run, 'paused')
    await this.#halt(run.id, 'pause')
  }

  async resume(runId: string): Promise<void> {
    const run = this.#own(runId)
    refuseUnlessResumable(run)
    refuseTrashed(this.#context.writer.annotation('run', run.id))
    await this.#preparation.prepare(run.config, alone(run.config))
    // Once more: it may have been resumed by somebody else meanwhile.
    refuseUnlessResumable(this.#own(run.id))
    await patchRun(this.#context, run.id, { status: 'queued', finishedAt: null, error: null })
    this.#enqueue(run.id)
  }

  async stop(runId: string): Promise<void> {
    const run = this.#own(runId)
    if (hasEnded(run.status)) throw wrongStatus(run, 'stopped')
    await this.#halt(run.id, 'stop')
  }

  /** Saves the run in progress and starts no other. */
  async close(): Promise<void> {
    this.#closing = true
    for (const runId of this.#waiting.splice(0)) await patchRun(this.#context, runId, { status: 'interrupted' })
    this.#active?.abort.abort('close')
    await this.#active?.done
    await this.#closeLane()
  }

  #own(runId: string): RunRecord {
    const run = this.#context.writer.run(runId)
    if (run.studyId === null) return run
    throw new LoupeError('conflict', `Run ${runId} belongs to the study ${run.studyId}, which decides when it trains. Use the study's own commands.`, { runId, studyId: run.studyId })
  }

  async #halt(runId: string, reason: HaltReason): Promise<void> {
    if (this.#active?.runId === runId) {
      this.#active.abort.abort(reason)
      await this.#active.done
      return
    }
    const place = this.#waiting.indexOf(runId)
    if (place >= 0) this.#waiting.splice(place, 1)
    await patchRun(this.#context, runId, reason === 'pause' ? { status: 'paused' } : { status: 'stopped', finishedAt: Date.now() })
  }

  #enqueue(runId: string): void {
    this.#waiting.push(runId)
    this.#next()
  }

  #next(): void {
    if (this.#active !== null || this.#closing) return
    const runId = this.#waiting.shift()
    if (runId === undefined) return
    const abort = new AbortController()
    const done = this.#train(runId, abort.signal)
      .catch((error: unknown) => process.emitWarning(error instanceof Error ? error : String(error)))
      .finally(() => {
        this.#active = null
        this.#next()
      })
    this.#active = { runId, abort, done }
  }

  async #train(runId: string, signal: AbortSignal): Promise<void> {
    try {
      const trainer = await this.#laneFor(this.#context.writer.run(runId).config)
      const ended = await driveRun({ context: this.#context, runId, trainer, signal })
      if (ended.status === 'failed' || this.#waiting.length === 0) await this.#closeLane()
    } catch (error) {
      await this.#fail(runId, error)
    }
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

  async #laneFor(config: RunConfig): Promise<Trainer> {
    const { makeTrainer, cost, dataset } = await this.#preparation.prepare(config, alone(config))
    const plan = chooseThreads({ kind: config.model.kind, cost, batchSize: config.batchSize })
    const key = JSON.stringify([config.dataset, dataset.hash, config.compute.device, plan])
    if (this.#lane?.key === key) return this.#lane.trainer
    await this.#closeLane()
    const trainer = await makeTrainer({ index: 0, ...plan })
    this.#lane = { key, trainer }
    return trainer
  }

  async #closeLane(): Promise<void> {
    const lane = this.#lane
    this.#lane = null
    await lane?.trainer.close()
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

function refuseUnlessResumable(run: RunRecord): void {
  if (run.status === 'finished' || run.status === 'running' || run.status === 'queued') throw wrongStatus(run, 'resumed')
}

function wrongStatus(run: RunRecord, wanted: string): LoupeError {
  return new LoupeError('conflict', `Run ${run.id} is ${run.status}, so it cannot be ${wanted}.`, { runId: run.id, status: run.status })
}
