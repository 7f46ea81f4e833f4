import { LoupeError, toWireError } from '../contract/errors.ts'
import type { EventKind } from '../contract/event-kinds.ts'
import type { RunRecord, Status } from '../contract/records.ts'
import type { LogWriter, RunPatch } from '../log/log.ts'
import type { RecordOfKind, RunRecordKind } from '../log/run-records.ts'
import { ControlRequests } from '../training/control/control-requests.ts'
import { ExchangeRequests } from '../training/exchange/exchange-requests.ts'
import { RunRequests } from '../training/run-requests.ts'
import type { Checkpoint, Trainer, TrainingObserver, TrainingResult } from '../training/trainer.ts'
import { loupeVersion, platformName } from './environment.ts'
import type { Emit } from './event-hub.ts'
import { observeExchange } from './exchange-observer.ts'
import { createRunPolicy } from './run-policy.ts'
import type { LogGate } from './log-gate.ts'
import { asOutOfMemory } from './memory.ts'
import type { EngineParts } from './parts.ts'
import { resumePoint } from './resume-point.ts'
import { throttle } from './throttle.ts'
import { weightsReader } from './trained-weights.ts'
import { WorkerLoss } from './worker-loss.ts'

/** Why a run is asked to end early. Each becomes another status. */
export type HaltReason = 'pause' | 'stop' | 'close'

const STATUS_AFTER: Readonly<Record<HaltReason, Status>> = { pause: 'paused', stop: 'stopped', close: 'interrupted' }
/** Checkpoints kept of a run: the newest, and one more should that not read. */
const KEEP = 2
const PROGRESS_MS = 250
const RECORD_MS = 1000
/** As often as the log commits by itself, so that there is one commit for both. */
const METRICS_MS = 250

export interface DriveContext {
  readonly workspace: string
  readonly writer: LogWriter
  readonly gate: LogGate
  readonly emit: Emit
  readonly parts: Pick<EngineParts, 'encodeCheckpoint' | 'decodeCheckpoint' | 'loadCompressors' | 'gatherWorkers'>
  /** Commit of the folder that the engine was started in. */
  readonly git: string | null
  /** Where users ask something of runs that train now, by run. */
  readonly requests: Map<string, ControlRequests>
  /** What may be asked of any run that trains now. */
  readonly runRequests: Map<string, RunRequests>
  /** The same for runs whose workers exchange gradients. */
  readonly exchangeRequests: Map<string, ExchangeRequests>
}

/**
 * Trains one run on a trainer and logs all of it: status, environment, metrics, checkpoints, end or error.
 *
 * A run that has a checkpoint goes on from it, after dropping what was logged later, so its curves are those of a run
 * that was never interrupted. A log that cannot write holds the run until it can.
 *
 * @param signal  Its reason is a {@link HaltReason}: the run saves a checkpoint and ends.
 * @returns The record at the end. Never rejects for a run that fails: its record says why.
 */
export async function driveRun(options: { readonly context: DriveContext; readonly runId: string; readonly trainer: Trainer; readonly signal: AbortSignal }): Promise<RunRecord> {
  const { context, runId, trainer, signal } = options
  const { gate, writer } = context
  const loss = new WorkerLoss({
    run: writer.run(runId),
    step: () => writer.run(runId).steps,
    checkpoint: () => writer.checkpoints(runId).reduce((last, { step, examples }) => (step > last.step ? { step, examples } : last), { step: 0, examples: 0 }),
    note: (event) => note(context, { runId, ...event }),
  })
  try {
    for (;;) {
      const result = await attempt({ ...options, loss }).catch((error: unknown) => answered(loss, error))
      if (result === 'again' && !signal.aborted) continue
      if (result === 'again') return await patchRun(context, runId, { status: STATUS_AFTER[haltReason(signal)], finishedAt: Date.now() })
      if (!('ended' in result)) return await patchRun(context, runId, result)
      if (result.ended !== 'aborted') return await finish({ context, runId, trainer, result })
      if (signal.aborted) return await patchRun(context, runId, { ...countsOf(result), status: STATUS_AFTER[haltReason(signal)], finishedAt: Date.now() })
      // The log could not write, so the run saved itself and stood still: go on once there is room again.
      await gate.recovered()
    }
  } catch (error) {
    if (signal.aborted && gate.trouble !== null) return writer.run(runId) // nothing can be written any more; the next start marks it interrupted
    return await fail(context, runId, error)
  }
}

function answered(loss: WorkerLoss, error: unknown): 'again' | RunPatch {
  const answer = loss.answer(error)
  if (answer === null) throw error
  return answer
}

async function attempt(options: { readonly context: DriveContext; readonly runId: string; readonly trainer: Trainer; readonly signal: AbortSignal; readonly loss: WorkerLoss }): Promise<TrainingResult> {
  const { context, runId, trainer, signal, loss } = options
  loss.attempting()
  const { gate, writer } = context
  const checkpoint = await gate.write(() => {
    writer.flush()
    const found = resumePoint({ writer, runId, decode: context.parts.decodeCheckpoint })
    // A run that goes on from step 0 evaluates the initial weights again.
    writer.dropMetricsAfter(runId, found === null || found.step === 0 ? -1 : found.step)
    return found
  })
  const before = writer.run(runId)
  const jit = checkpoint === null ? null : (before.environment?.jit ?? null)
  await patchRun(context, runId, {
    status: 'running',
    startedAt: before.startedAt ?? Date.now(),
    finishedAt: null,
    error: null,
    censored: null,
    ...(checkpoint === null ? { steps: 0, examples: 0, wallMs: 0, functionEvaluations: 0 } : countsOfCheckpoint(checkpoint)),
  })
  if (checkpoint !== null) note(context, { runId, level: 'info', kind: 'run.resumed', message: `Goes on from the checkpoint of step ${checkpoint.step}.`, facts: { step: checkpoint.step } })

  if (checkpoint !== null) warnOfChange(context, before, trainer)

  const halt = new AbortController()
  const onAbort = () => halt.abort(signal.reason)
  if (signal.aborted) onAbort()
  signal.addEventListener('abort', onAbort, { once: true })
  const endHold = gate.onTrouble(() => halt.abort('hold'))
  const observer = observe({ context, run: before, trainer })
  const exchange = observeExchange({ context, run: before, note: (event) => note(context, { runId, ...event }) })
  const requests = new ControlRequests()
  context.requests.set(runId, requests)
  const runRequests = new RunRequests()
  context.runRequests.set(runId, runRequests)
  const exchangeRequests = new ExchangeRequests()
  if (before.config.exchange !== null) context.exchangeRequests.set(runId, exchangeRequests)
  try {
    return await trainer.train({
      config: before.config,
      observer: { ...observer, ...exchange.observer, onWorkers: (workers) => loss.began(workers) },
      signal: halt.signal,
      runRequests,
      keepsEnd: before.studyId === null,
      ...(checkpoint === null ? {} : { resumeFrom: checkpoint }),
      ...(jit === null ? {} : { jit }),
      ...(before.config.distillation === null ? {} : { readWeights: weightsReader({ writer, decode: context.parts.decodeCheckpoint }) }),
      ...(before.config.batchPolicy === null ? {} : { requests, createPolicy: createRunPolicy(before.config) }),
      ...(before.config.exchange === null ? {} : { exchangeRequests, createCompressor: await context.parts.loadCompressors(), gatherWorkers: context.parts.gatherWorkers }),
    })
  } finally {
    context.requests.delete(runId)
    context.runRequests.delete(runId)
    runRequests.close(runId)
    context.exchangeRequests.delete(runId)
    signal.removeEventListener('abort', onAbort)
    endHold()
    observer.end()
    await exchange.end()
  }
}

function observe(options: { readonly context: DriveContext; readonly run: RunRecord; readonly trainer: Trainer }): TrainingObserver & { end(): void } {
  const { context, run, trainer } = options
  const { writer, gate, emit, parts } = context
  let wallMs = run.wallMs
  const progressed = throttle(PROGRESS_MS, (progress: { readonly step: number; readonly examples: number; readonly batchLoss: number | null; readonly examplesPerSecond: number }) => {
    const { step, ...rest } = progress
    emit({ name: 'run.progressed', payload: { runId: run.id, studyId: run.studyId, steps: step, ...rest } })
  })
  const recorded = throttle(RECORD_MS, (counts: { readonly steps: number; readonly examples: number }) => {
    if (gate.trouble !== null) return // only a convenience for readers: no need to wait for room
    void gate.write(() => writer.updateCounts(run.id, { ...counts, wallMs })).catch(process.emitWarning)
  })
  const appended = throttle(METRICS_MS, () => {
    void gate
      .write(() => writer.publish())
      .then(() => emit({ name: 'metrics.appended', payload: { runIds: [run.id] } }))
      .catch(process.emitWarning)
  })
  const keep = <K extends RunRecordKind>(kind: K, record: RecordOfKind<K>) => {
    void gate
      .write(() => writer.appendRecord(run.id, kind, record))
      .then(() => emit({ name: 'records.appended', payload: { runId: run.id, kind, step: record.step } }))
      .catch(process.emitWarning)
  }
  return {
    onStart({ jit }) {
      void patchRun(context, run.id, { environment: environmentOf(context, trainer, jit) }).catch(process.emitWarning)
    },
    onMetrics(rows) {
      writer.appendMetrics(run.id, rows)
      wallMs = rows.at(-1)?.wallMs ?? wallMs
      appended.call(undefined)
    },
    onSteps(block) {
      writer.appendBlock(run.id, block)
      wallMs = block.wallMs.at(-1) ?? wallMs
      appended.call(undefined)
    },
    onDistillation(record) {
      keep('distillation', record)
    },
    onDecorrelation(record) {
      keep('decorrelation', record)
    },
    async onSaveNetwork(checkpoint) {
      // Past the gate: where there is no room, whoever asked is told, and training neither waits nor holds.
      const { step, examples, bytes, sha256 } = writer.saveCheckpoint(run.id, { step: checkpoint.step, examples: checkpoint.examples, bytes: parts.encodeCheckpoint(checkpoint), keep: 'this' })
      emit({ name: 'checkpoints.changed', payload: { runIds: [run.id] } })
      note(context, { runId: run.id, level: 'info', kind: 'network.saved', message: `Saved by the user after step ${step}.`, facts: { step, examples, sha256, bytes } })
      return { step, bytes, sha256 }
    },
    onPredictions(predictions) {
      keep('predictions', predictions)
    },
    onProgress(progress) {
      progressed.call(progress)
      recorded.call({ steps: progress.step, examples: progress.examples })
    },
    async onCheckpoint(checkpoint, kept = KEEP) {
      const bytes = parts.encodeCheckpoint(checkpoint)
      // Rows first: a checkpoint that outlived rows before it would leave a hole in the curves.
      await gate.write(() => writer.flush())
      await gate.write(() => writer.saveCheckpoint(run.id, { step: checkpoint.step, examples: checkpoint.examples, bytes, keep: kept }))
      await gate.write(() => writer.updateRun(run.id, countsOfCheckpoint(checkpoint)))
      emit({ name: 'checkpoints.changed', payload: { runIds: [run.id] } })
    },
    onWarning(code, message, facts) {
      note(context, { runId: run.id, level: 'warning', kind: code, message, facts })
    },
    onEvent(event) {
      note(context, { runId: run.id, ...event })
    },
    async readCheckpoint(step) {
      const record = writer.checkpoints(run.id).find((checkpoint) => checkpoint.step === step)
      if (record === undefined) throw new LoupeError('not-found', `The checkpoint of step ${step} is not in the log any more.`, { runId: run.id, step })
      return parts.decodeCheckpoint(writer.checkpointBytes(record.id))
    },
    end() {
      progressed.flush()
      recorded.cancel()
      appended.flush()
    },
  }
}

async function finish(options: { readonly context: DriveContext; readonly runId: string; readonly trainer: Trainer; readonly result: TrainingResult }): Promise<RunRecord> {
  const { context, runId, trainer, result } = options
  await context.gate.write(() => context.writer.flush())
  return await patchRun(context, runId, {
    ...countsOf(result),
    environment: environmentOf(context, trainer, result.jit),
    status: 'finished',
    finishedAt: Date.now(),
    censored: result.censored,
  })
}

async function fail(context: DriveContext, runId: string, error: unknown): Promise<RunRecord> {
  const wire = toWireError(asOutOfMemory(error))
  const run = await patchRun(context, runId, { status: 'failed', finishedAt: Date.now(), error: wire })
  note(context, { runId, level: 'error', kind: 'run.failed', message: wire.message, facts: { ...wire.facts, code: wire.code } })
  return run
}

/** A run goes on bit for bit only where it began: with the same TensorFlow, device and threads. */
function warnOfChange(context: DriveContext, run: RunRecord, trainer: Trainer): void {
  const before = run.environment
  if (before === null) return
  const now = trainer.environment
  const changed = (['tensorflow', 'device', 'threads'] as const).filter((name) => before[name] !== now[name])
  if (changed.length === 0) return
  const what = changed.map((name) => `${name} ${before[name]} → ${now[name]}`).join(', ')
  note(context, { runId: run.id, level: 'warning', kind: 'environment.changed', message: `The run goes on under other conditions (${what}): from here on its numbers may differ in the last digits from those of a run that was not interrupted.`, facts: { before, now } })
}

/** What the record says about where the run trained. */
export function environmentOf(context: Pick<DriveContext, 'git'>, trainer: Trainer, jit: boolean): NonNullable<RunRecord['environment']> {
  return { loupe: loupeVersion, node: process.version, platform: platformName, git: context.git, jit, ...trainer.environment }
}

/** Changes a run's record and tells the listeners. */
export async function patchRun(context: Pick<DriveContext, 'gate' | 'writer' | 'emit'>, runId: string, patch: RunPatch): Promise<RunRecord> {
  const run = await context.gate.write(() => context.writer.updateRun(runId, patch))
  context.emit({ name: 'run.changed', payload: { run } })
  return run
}

/** Logs something that happened to a run and tells the listeners. A log without room drops it: the event is about the run, not part of it. */
function note(
  context: Pick<DriveContext, 'writer' | 'emit'>,
  event: { readonly runId: string; readonly level: 'info' | 'warning' | 'error'; readonly kind: EventKind; readonly message: string; readonly facts: Readonly<Record<string, unknown>> },
): void {
  try {
    context.emit({ name: 'log.event', payload: { event: context.writer.appendEvent({ studyId: context.writer.run(event.runId).studyId, ...event }) } })
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error))
  }
}

function countsOf(result: TrainingResult): RunPatch {
  return { steps: result.steps, examples: result.examples, wallMs: result.wallMs, functionEvaluations: result.functionEvaluations }
}

function countsOfCheckpoint(checkpoint: Checkpoint): RunPatch {
  return { steps: checkpoint.step, examples: checkpoint.examples, wallMs: checkpoint.wallMs, functionEvaluations: checkpoint.functionEvaluations }
}

function haltReason(signal: AbortSignal): HaltReason {
  return signal.reason === 'pause' || signal.reason === 'stop' ? signal.reason : 'close'
}
