import { LoupeError, toWireError } from '../contract/errors.ts'
import type { WireError } from '../contract/errors.ts'
import type { QueueSettings, WaitReason } from '../contract/queue.ts'
import type { Status } from '../contract/records.ts'
import type { QueueChange, QueueEntry } from '../log/queue.ts'
import type { DeviceInfo } from '../tensorflow/runtime.ts'
import { chooseDevices } from './device-choice.ts'
import type { DeviceWish } from './device-choice.ts'
import { patchRun } from './run-driver.ts'
import type { DriveContext, HaltReason } from './run-driver.ts'
import { throttle } from './throttle.ts'
import type { Throttle } from './throttle.ts'

/** What one run or study gets when its turn has come. */
export interface Turn {
  /** To train on, by TensorFlow's names. */
  readonly devices: readonly string[]
  /** Its reason is a {@link HaltReason}: save and end. */
  readonly signal: AbortSignal
  /** Asks for memory beside what trains on the same device. False: nothing is free, and it waits until another has ended. */
  reserve(bytes: number): boolean
}

/** `put-back`: nothing was trained, and it waits on. */
export type Taken = 'ended' | 'put-back'

export interface TrainingQueueOptions {
  readonly context: DriveContext
  readonly devices: () => Promise<readonly DeviceInfo[]>
  /** What an entry asks of the machine. @throws where its config does not read. */
  readonly wish: (entry: Pick<QueueEntry, 'kind' | 'id'>) => DeviceWish
  /** Prepares and trains it, to its end or a halt. What it throws belongs to the machine, not to the entry: the queue waits and tries again. */
  readonly take: (entry: Pick<QueueEntry, 'kind' | 'id'>, turn: Turn) => Promise<Taken>
  /** All that waits in the log, or what this process was asked for alone, whatever is paused or held. */
  readonly reach: 'whole' | 'own'
  /** Between two tries of what the machine could not do, in ms. */
  readonly retryMs?: number
}

interface Active {
  readonly entry: QueueEntry
  readonly devices: readonly string[]
  readonly abort: AbortController
  /** Of memory; null while it is prepared and has not asked for any. */
  bytes: number | null
  /** Queued anew while its turn ends. */
  isWantedAgain: boolean
  done: Promise<void>
}

const RETRY_MS = 15_000
const ANNOUNCE_MS = 250

/**
 * Starts what waits in the log's queue, in its order, as devices become free.
 *
 * The log has places, priorities and holds, so that a process that ends leaves the queue as it was. What fails fails alone. What the machine
 * cannot do for now, such as writing to a full disk, holds the whole queue and is tried again.
 */
export class TrainingQueue {
  readonly #options: TrainingQueueOptions
  readonly #active = new Map<string, Active>()
  /** What this process was asked for, where it reaches no further. */
  readonly #own = new Set<string>()
  /** What is asked to end, or could not even say that it failed: not started again until it is queued anew. */
  readonly #setAside = new Set<string>()
  /** What found no memory beside what trains. */
  readonly #withoutRoom = new Set<string>()
  readonly #announce: Throttle<undefined>
  #trouble: WireError | null = null
  #retry: NodeJS.Timeout | null = null
  #devices: readonly DeviceInfo[] | null = null
  #look: Promise<void> | null = null
  #looksAgain = false
  #isClosing = false
  #awaitsLog = false

  constructor(options: TrainingQueueOptions) {
    this.#options = options
    this.#announce = throttle<undefined>(ANNOUNCE_MS, () => this.#tell())
  }

  /** What this process has opened: what waits goes on, unless the settings keep it. */
  async open(): Promise<void> {
    const { writer, gate } = this.#options.context
    if (this.#options.reach === 'own') return
    const waits = this.waiting().length > 0
    const { startsOnOpening, isPaused } = writer.queueSettings()
    if (waits && !startsOnOpening && !isPaused) await gate.write(() => writer.configureQueue({ isPaused: true }))
    if (waits) this.next()
  }

  /** Something was queued in the log by this process. */
  enqueued(id: string): void {
    this.#own.add(id)
    const active = this.#active.get(id)
    if (active !== undefined) active.isWantedAgain = true
    this.#setAside.delete(id)
    this.#withoutRoom.delete(id)
    this.#tryAgain() // whoever queued it has just prepared it
    this.next()
  }

  /** Whether it has its turn now: it is prepared or trains. */
  isActive(id: string): boolean {
    return this.#active.has(id)
  }

  /** Whether this process has it in its care; what waits in the log for the window alone is not. */
  isOurs(id: string): boolean {
    return this.#options.reach === 'whole' || this.#own.has(id) || this.isActive(id)
  }

  /** Resolves when its turn is over. */
  async ended(id: string): Promise<void> {
    await this.#active.get(id)?.done
  }

  /** Ends its turn, saved. @returns False where it had none, or ended before it had trained: its status is the caller's to change. */
  async halt(id: string, reason: HaltReason): Promise<boolean> {
    const active = this.#active.get(id)
    if (active === undefined) return false
    this.#setAside.add(id)
    active.abort.abort(reason)
    await active.done
    return this.#statusOf(id) !== 'queued'
  }

  /** What waits, in the order in which it starts. */
  waiting(): readonly QueueEntry[] {
    return this.#options.context.writer.queue().filter((entry) => entry.status === 'queued' && !this.#active.has(entry.id))
  }

  /** Devices of what has its turn now. */
  devicesOf(id: string): readonly string[] {
    return this.#active.get(id)?.devices ?? []
  }

  /** What keeps everything from starting. */
  get trouble(): WireError | null {
    return this.#options.context.gate.trouble ?? this.#trouble
  }

  /** Why each of what waits does so; nothing for one that is about to start. */
  reasons(): ReadonlyMap<string, WaitReason> {
    const settings = this.#options.context.writer.queueSettings()
    const { trouble } = this
    const blocked = new Set<DeviceInfo['kind']>()
    return new Map(
      this.waiting().flatMap((entry): [string, WaitReason][] => {
        if (entry.isHeld) return [[entry.id, 'held']]
        if (settings.isPaused) return [[entry.id, 'queue-paused']]
        if (trouble !== null) return [[entry.id, trouble.code === 'disk-full' ? 'disk' : 'engine']]
        const step = this.#step(entry, { settings, blocked })
        return step === null || step.kind === 'start' ? [] : [[entry.id, step.reason]]
      }),
    )
  }

  async change(changes: readonly QueueChange[]): Promise<void> {
    const { writer, gate } = this.#options.context
    await gate.write(() => writer.changeQueue(changes))
    this.next()
  }

  async configure(settings: Partial<QueueSettings>): Promise<void> {
    const { writer, gate } = this.#options.context
    await gate.write(() => writer.configureQueue(settings))
    if (settings.isPaused === false) this.#tryAgain()
    this.next()
  }

  /** Saves what trains and starts nothing more. What waits stays queued; of a process that reaches no further than its own, it is interrupted. */
  async close(): Promise<void> {
    this.#isClosing = true
    if (this.#retry !== null) clearTimeout(this.#retry)
    for (const { abort } of this.#active.values()) abort.abort('close')
    await Promise.all([this.#look, ...[...this.#active.values()].map(({ done }) => done)])
    if (this.#options.reach === 'own') await this.#interruptOwn()
    this.#announce.cancel()
  }

  /** Starts what may start, now or once the devices are known; one look at a time. */
  next(): void {
    this.#announce.call(undefined)
    if (this.#isClosing) return
    if (this.#look !== null) {
      this.#looksAgain = true
      return
    }
    this.#look = this.#startAll()
      .catch((error: unknown) => process.emitWarning(error instanceof Error ? error : String(error)))
      .finally(() => {
        this.#look = null
        if (!this.#looksAgain) return
        this.#looksAgain = false
        this.next()
      })
  }

  async #startAll(): Promise<void> {
    const { gate, writer } = this.#options.context
    if (!this.#candidates(writer.queueSettings()).some(() => true)) return
    if (gate.trouble !== null) return this.#awaitLog()
    if (this.#retry !== null) return
    if ((await this.#known()) === null || this.#isClosing) return
    const settings = writer.queueSettings()
    const blocked = new Set<DeviceInfo['kind']>()
    for (const entry of this.#candidates(settings)) {
      const step = this.#step(entry, { settings, blocked })
      if (step?.kind !== 'start') continue
      this.#start(entry, step.devices)
      if (this.#trouble !== null) return // one alone shows whether it is over
    }
  }

  async #interruptOwn(): Promise<void> {
    const { context } = this.#options
    for (const { id, kind } of this.waiting().filter((entry) => this.#own.has(entry.id))) {
      try {
        if (kind === 'run') await patchRun(context, id, { status: 'interrupted' })
        else await context.gate.write(() => context.writer.updateStudy(id, { status: 'interrupted' }))
      } catch (error) {
        process.emitWarning(error instanceof Error ? error : String(error)) // it stays queued in a log that takes nothing now
      }
    }
  }

  #statusOf(id: string): Status | undefined {
    return this.#options.context.writer.queue().find((entry) => entry.id === id)?.status
  }

  #awaitLog(): void {
    if (this.#awaitsLog) return
    this.#awaitsLog = true
    void this.#options.context.gate.recovered().then(() => {
      this.#awaitsLog = false
      this.next()
    })
  }

  #candidates(settings: QueueSettings): readonly QueueEntry[] {
    const waiting = this.waiting().filter(({ id }) => !this.#setAside.has(id))
    if (this.#options.reach === 'own') return waiting.filter(({ id }) => this.#own.has(id))
    return settings.isPaused ? [] : waiting.filter(({ isHeld }) => !isHeld)
  }

  /** Whether one may start beside what trains; null where the devices are not known yet. Notes the devices that it waits for: nothing behind it gets them first. */
  #step(entry: QueueEntry, { settings, blocked }: { readonly settings: QueueSettings; readonly blocked: Set<DeviceInfo['kind']> }): { readonly kind: 'start'; readonly devices: readonly string[] } | { readonly kind: 'wait'; readonly reason: WaitReason } | null {
    const devices = this.#devices
    if (devices === null) return null
    let wish: DeviceWish
    try {
      wish = this.#options.wish(entry)
    } catch {
      return { kind: 'wait', reason: 'unreadable' }
    }
    const choice = chooseDevices({ wish, devices, taken: [...this.#active.values()].flatMap((active) => active.devices), sideBySide: settings.sideBySide })
    const of = choice.kind === 'taken' ? choice.of : devices.find(({ name }) => name === choice.devices[0])?.kind
    if (of !== undefined && blocked.has(of)) return { kind: 'wait', reason: 'device' }
    // On a device that several share, one after the other: what is being prepared may yet have to wait for memory, and is not overtaken.
    if (of === 'CPU' && choice.kind === 'free' && this.#isPreparing(choice.devices)) return { kind: 'wait', reason: 'device' }
    if (choice.kind === 'free' && !this.#withoutRoom.has(entry.id)) return { kind: 'start', devices: choice.devices }
    if (of !== undefined) blocked.add(of)
    return { kind: 'wait', reason: choice.kind === 'taken' ? 'device' : 'memory' }
  }

  #isPreparing(devices: readonly string[]): boolean {
    return [...this.#active.values()].some((active) => active.bytes === null && active.devices.some((name) => devices.includes(name)))
  }

  async #known(): Promise<readonly DeviceInfo[] | null> {
    try {
      this.#devices = await this.#options.devices()
      return this.#devices
    } catch (error) {
      this.#wait(toWireError(error))
      return null
    }
  }

  #start(entry: QueueEntry, devices: readonly string[]): void {
    const active: Active = { entry, devices, abort: new AbortController(), bytes: null, isWantedAgain: false, done: Promise.resolve() }
    this.#active.set(entry.id, active)
    active.done = this.#turn(active)
      .catch((error: unknown) => process.emitWarning(error instanceof Error ? error : String(error)))
      .finally(() => {
        this.#active.delete(entry.id)
        this.next()
      })
  }

  async #turn(active: Active): Promise<void> {
    const { entry, devices, abort } = active
    const turn: Turn = { devices, signal: abort.signal, reserve: (bytes) => this.#reserve(active, bytes) }
    try {
      const taken = await this.#options.take(entry, turn)
      if (taken === 'put-back') return
      this.#withoutRoom.clear() // its memory is free
      if (!active.isWantedAgain && this.#statusOf(entry.id) === 'queued') this.#setAside.add(entry.id) // not even its failure could be written
    } catch (error) {
      if (!abort.signal.aborted) this.#wait(toWireError(error))
    }
  }

  #reserve(active: Active, bytes: number): boolean {
    this.#trouble = null // its preparation went well
    this.next() // what waited for that goes on
    const others = [...this.#active.values()].filter((other) => other !== active && other.bytes !== null && other.devices.some((name) => active.devices.includes(name)))
    const room = this.#devices?.find(({ name }) => name === active.devices[0])?.memoryBytes ?? 0
    const isFree = others.length === 0 || room <= 0 || others.reduce((sum, other) => sum + (other.bytes ?? 0), bytes) <= room
    if (isFree) active.bytes = bytes
    else this.#withoutRoom.add(active.entry.id)
    return isFree
  }

  /** Holds the whole queue for what the machine cannot do now, and tries again later. */
  #wait(error: WireError): void {
    if (this.#isClosing) return
    const isNew = this.#trouble?.code !== error.code
    this.#trouble = error
    if (isNew) this.#note(error)
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#retry = setTimeout(() => {
      this.#retry = null
      this.next()
    }, this.#options.retryMs ?? RETRY_MS)
    this.#retry.unref()
    this.#announce.call(undefined)
  }

  #tryAgain(): void {
    if (this.#retry !== null) clearTimeout(this.#retry)
    this.#retry = null
  }

  #note({ code, message, facts }: WireError): void {
    const { writer, emit } = this.#options.context
    try {
      emit({ name: 'log.event', payload: { event: writer.appendEvent({ studyId: null, runId: null, level: 'warning', kind: 'queue.held', message: `Nothing new starts: ${message} What waits goes on by itself once this is over.`, facts: { ...facts, code, reason: message } }) } })
    } catch (error) {
      process.emitWarning(error instanceof Error ? error : String(error)) // a log without room drops the note; `trouble` says it
    }
  }

  #tell(): void {
    const { writer, emit } = this.#options.context
    if (this.#options.reach === 'own') return // whoever trains one thing alone follows that, and ends with its result
    const entries = writer.queue()
    const waiting = entries.filter(({ id, status }) => status === 'queued' && !this.#active.has(id)).length
    const resumable = entries.filter(({ status }) => status === 'paused' || status === 'interrupted').length
    emit({ name: 'queue.changed', payload: { training: entries.length - waiting - resumable, waiting, resumable } })
  }
}

/** True for what is the machine's fault and passes: no room on the disk, no TensorFlow. Any other fault is the entry's own. */
export function holdsQueue(error: unknown): boolean {
  return error instanceof LoupeError && (error.code === 'disk-full' || error.code === 'library-missing' || error.code === 'library-version')
}
