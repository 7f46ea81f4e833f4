import type { WireError } from '../contract/errors.ts'
import { toWireError } from '../contract/errors.ts'
import type { EventKind } from '../contract/event-kinds.ts'
import type { RunRecord, Status, StudyRecord } from '../contract/records.ts'
import type { StudyConfig } from '../contract/study-config.ts'
import type { StudyPatch } from '../log/log.ts'
import type { DatasetFacts, PlannedRun, StudiedRun, Study } from '../methods/study.ts'
import type { LanePool } from './lane-pool.ts'
import { driveRun, patchRun } from './run-driver.ts'
import type { DriveContext, HaltReason } from './run-driver.ts'
import { budgetsUsed, hasEnded, stoppedPoints, StudyReading } from './study-reading.ts'
import { studySettings } from './study-settings.ts'
import { throttle } from './throttle.ts'
import type { Throttle } from './throttle.ts'

const PROGRESS_MS = 500
const HOUR_MS = 3_600_000

export interface StudyRunnerOptions {
  readonly context: DriveContext
  readonly studyId: string
  readonly study: Study<StudyConfig, unknown>
  readonly facts: DatasetFacts
  readonly lanes: LanePool
}

/**
 * Takes one study from where the log says it is to its end, or to a halt.
 *
 * It asks the method for a plan, creates the runs that are not in the log, trains them on the lanes, and asks again
 * whenever one ends, until the plan holds nothing that has not ended. All that it decides comes from the log, so a study
 * that was halted or whose process died goes on by making a new runner. A run that fails fails alone.
 */
export class StudyRunner {
  readonly #options: StudyRunnerOptions
  readonly #reading: StudyReading
  readonly #active = new Map<string, { readonly batchSize: number; readonly abort: AbortController; readonly done: Promise<void> }>()
  #halting: HaltReason | null = null
  #wake = Promise.withResolvers<void>()
  #lanesFailed: WireError | null = null
  #isOver = false
  readonly #announce: Throttle<undefined>

  constructor(options: StudyRunnerOptions) {
    this.#options = options
    this.#reading = new StudyReading(options.context.writer)
    this.#announce = throttle<undefined>(PROGRESS_MS, () => this.#emitProgress())
  }

  /** Resolves with the study's status once nothing of it runs any more. */
  async run(): Promise<Status> {
    await this.#patch({ status: 'running', startedAt: this.#study().startedAt ?? Date.now(), finishedAt: null, error: null })
    const clock = setInterval(() => this.#tick(), PROGRESS_MS)
    try {
      while (this.#halting === null && this.#lanesFailed === null) {
        this.#wake = Promise.withResolvers()
        const waiting = await this.#planned()
        if (this.#halting !== null) break // planning may have waited for room on the disk
        for (const run of waiting.slice(0, Math.max(0, this.#options.lanes.limit - this.#active.size))) this.#start(run)
        if (this.#active.size === 0) break
        await Promise.race([this.#wake.promise, ...[...this.#active.values()].map((active) => active.done)])
      }
      this.#isOver = this.#halting === null
      await this.#drain()
      return await this.#settle()
    } catch (error) {
      // Not a run's failure: the method's own code, or the log. Save the runs, then say so on the study.
      await this.#abortAll('close')
      return await this.#end('failed', toWireError(error))
    } finally {
      clearInterval(clock)
      this.#announce.cancel()
    }
  }

  /** Ends the runs in progress, saved. `run()` resolves afterwards. */
  halt(reason: HaltReason): void {
    this.#halting ??= reason
    for (const active of this.#active.values()) active.abort.abort(reason)
    this.#wake.resolve()
  }

  /**
   * Looks at the log again: the config was extended, or a batch size was ended.
   *
   * @returns False where the study has come to its end already and does not look again.
   */
  replan(): boolean {
    const stopped = stoppedPoints(this.#options.context.writer, this.#options.studyId)
    for (const active of this.#active.values()) if (stopped.has(active.batchSize)) active.abort.abort('stop')
    this.#wake.resolve()
    return !this.#isOver
  }

  #study(): StudyRecord {
    return this.#options.context.writer.study(this.#options.studyId)
  }

  /** Brings the log in line with the plan; returns the runs that wait, in the order in which they should train. */
  async #planned(): Promise<readonly RunRecord[]> {
    const { context, study, facts, studyId } = this.#options
    const { writer, gate, emit } = context
    const stopped = stoppedPoints(writer, studyId)
    const plan = [...study.plan(this.#study().config, this.#reading.runs(studyId), { ...facts, endedBatchSizes: stopped })].filter((planned) => !stopped.has(planned.config.batchSize)).sort((a, b) => a.order - b.order)
    const byKey = new Map(writer.runsOf(studyId).map((run) => [run.key, run]))
    for (const { key, config } of plan) {
      if (byKey.has(key)) continue
      const run = await gate.write(() => writer.createRun({ studyId, key, config }))
      byKey.set(key, run)
      emit({ name: 'run.changed', payload: { run } })
    }
    await this.#stopUnplanned(plan, byKey)
    return plan.map(({ key }) => byKey.get(key)).filter((run) => run !== undefined && !hasEnded(run.status) && !this.#active.has(run.id)) as RunRecord[] // the filter leaves no undefined
  }

  /** A run that waits and that the plan no longer names is not wanted any more. */
  async #stopUnplanned(plan: readonly PlannedRun[], byKey: ReadonlyMap<string, RunRecord>): Promise<void> {
    const wanted = new Set(plan.map((planned) => planned.key))
    for (const run of byKey.values()) {
      if (wanted.has(run.key) || hasEnded(run.status) || this.#active.has(run.id)) continue
      await patchRun(this.#options.context, run.id, { status: 'stopped', finishedAt: Date.now() })
    }
  }

  #start(run: RunRecord): void {
    const abort = new AbortController()
    const done = this.#train(run, abort.signal).finally(() => {
      this.#active.delete(run.id)
      this.#announce.call(undefined)
    })
    this.#active.set(run.id, { batchSize: run.config.batchSize, abort, done })
  }

  async #train(run: RunRecord, signal: AbortSignal): Promise<void> {
    const { context, lanes } = this.#options
    const trainer = await lanes.acquire().catch((error: unknown) => {
      // Nothing was trained, so the run waits on. Without any lane the study cannot go on at all.
      if (this.#active.size <= 1) this.#lanesFailed = toWireError(error)
      else this.#noteLane(toWireError(error))
      return null
    })
    if (trainer === null) return
    const ended = await driveRun({ context, runId: run.id, trainer, signal })
    if (ended.status === 'failed') await lanes.discard(trainer)
    else lanes.release(trainer)
  }

  #noteLane({ code, message }: WireError): void {
    this.#note({ level: 'warning', kind: 'lane.failed', message: `One lane less: ${message}`, facts: { lanes: this.#options.lanes.limit, code, reason: message } })
  }

  async #drain(): Promise<void> {
    await Promise.all([...this.#active.values()].map((active) => active.done))
  }

  async #abortAll(reason: HaltReason): Promise<void> {
    this.halt(reason)
    await Promise.allSettled([...this.#active.values()].map((active) => active.done))
  }

  async #settle(): Promise<Status> {
    if (this.#lanesFailed !== null) return await this.#end('failed', this.#lanesFailed)
    if (this.#halting === 'pause') return await this.#end('paused', null)
    if (this.#halting === 'close') return await this.#end('interrupted', null)
    if (this.#halting === 'stop') return await this.#end('stopped', null)
    const runs = this.#options.context.writer.runsOf(this.#options.studyId)
    const failed = runs.filter((run) => run.status === 'failed')
    const nothingWorked = failed.length > 0 && failed.length === runs.length
    return await this.#end(nothingWorked ? 'failed' : 'finished', nothingWorked ? (failed[0]?.error ?? null) : null)
  }

  async #end(status: 'paused' | 'finished' | 'failed' | 'stopped' | 'interrupted', error: WireError | null): Promise<Status> {
    const { context, studyId } = this.#options
    if (status === 'stopped' || status === 'failed') {
      for (const run of context.writer.runsOf(studyId)) if (!hasEnded(run.status)) await patchRun(context, run.id, { status: 'stopped', finishedAt: Date.now() })
    }
    await this.#patch({ status, finishedAt: status === 'paused' ? null : Date.now(), error })
    this.#note({ level: error === null ? 'info' : 'error', kind: `study.${status}`, message: error?.message ?? `The study is ${status}.`, facts: error === null ? {} : { ...error.facts, code: error.code } })
    return status
  }

  async #patch(patch: StudyPatch): Promise<void> {
    const { context, studyId } = this.#options
    await context.gate.write(() => context.writer.updateStudy(studyId, patch))
    this.#announce.cancel()
    this.#emitProgress()
  }

  #tick(): void {
    if (this.#active.size === 0) return
    this.#announce.call(undefined)
    this.#checkBudget()
  }

  /** Pauses the study when it has trained for as long as its config allows. Each time the user resumes it, it gets as much again. */
  #checkBudget(): void {
    const { context, studyId } = this.#options
    const { budgetHours } = studySettings(this.#study().config)
    if (budgetHours === null || this.#halting !== null) return
    const hours = context.writer.runsOf(studyId).reduce((sum, run) => sum + run.wallMs, 0) / HOUR_MS
    const allowedHours = budgetHours * (1 + budgetsUsed(context.writer, studyId))
    if (hours < allowedHours) return
    this.#note({
      level: 'warning',
      kind: 'budget.reached',
      message: `The study has trained for ${hours.toPrecision(3)} h of its ${allowedHours.toPrecision(3)} h and pauses. Resuming it allows another ${budgetHours} h.`,
      facts: { hours, allowedHours, budgetHours },
    })
    this.halt('pause')
  }

  #emitProgress(): void {
    const { context, study, studyId } = this.#options
    const { status, config } = this.#study()
    const facts = { ...this.#options.facts, endedBatchSizes: stoppedPoints(context.writer, studyId) }
    const runs: readonly StudiedRun[] = this.#reading.runs(studyId)
    context.emit({ name: 'study.changed', payload: { studyId, status, progress: study.progress(config, runs, facts) } })
  }

  #note(event: { readonly level: 'info' | 'warning' | 'error'; readonly kind: EventKind; readonly message: string; readonly facts: Readonly<Record<string, unknown>> }): void {
    const { context, studyId } = this.#options
    try {
      context.emit({ name: 'log.event', payload: { event: context.writer.appendEvent({ studyId, runId: null, ...event }) } })
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error)) // a log without room drops the note, never the study
    }
  }
}
