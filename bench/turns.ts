import type { Runtime, Session } from '../main/tensorflow/runtime.ts'

/** What one turn took. */
export interface Turn {
  readonly steps: number
  readonly ms: number
  /** CPU time of the thread that drives training: the machine's other load hardly shows in it. */
  readonly cpuMs: number
}

/**
 * A gate that a trainer's training calls pass one by one, so that several runs of one process take turns of about a tenth of a second:
 * what disturbs a machine for a second then disturbs all sides alike.
 *
 * A turn begins where the run's first call is let through, and ends where the call after its last asks to be: all that the run does
 * between its calls is in it. The runs that wait do nothing meanwhile.
 */
export class TurnGate {
  readonly #onLastCall: () => void
  #isHeld = false
  #stepsLeft = 0
  #waiting: { readonly steps: number; readonly go: () => void } | null = null
  #arrived: { readonly promise: Promise<void>; readonly resolve: () => void } = Promise.withResolvers<void>()
  #end = { ms: 0, cpu: process.threadCpuUsage() }

  /** @param onLastCall  What the turn has still to do, such as writing its rows; done while its last call computes, as a run does it while any call does. */
  constructor(onLastCall: () => void) {
    this.#onLastCall = onLastCall
  }

  /** A runtime for the trainer whose calls shall pass here. */
  runtime(runtime: Runtime): Runtime {
    return { ...runtime, openSession: async (options) => this.#session(await runtime.openSession(options)) }
  }

  /** From here on training calls wait for their turn. */
  hold(): void {
    this.#isHeld = true
  }

  /** Lets all calls through again. */
  open(): void {
    this.#isHeld = false
    this.#stepsLeft = 0
    this.#waiting?.go()
    this.#waiting = null
    this.#arrived = Promise.withResolvers<void>()
  }

  /** Resolves once a call waits. */
  get arrived(): Promise<void> {
    return this.#arrived.promise
  }

  /** Lets calls of at least so many steps through. */
  async turn(steps: number): Promise<Turn> {
    await this.arrived
    const waiting = this.#waiting
    if (waiting === null) throw new Error('A run ended before its turn.')
    this.#waiting = null
    this.#arrived = Promise.withResolvers<void>()
    this.#stepsLeft = steps - waiting.steps
    this.#lookAhead()
    const [started, cpu] = [performance.now(), process.threadCpuUsage()]
    waiting.go()
    await this.arrived
    const { user, system } = this.#end.cpu
    return { steps: steps - this.#stepsLeft, ms: this.#end.ms - started, cpuMs: (user + system - cpu.user - cpu.system) / 1000 }
  }

  #session(session: Session): Session {
    const compile: Session['compile'] = (definition) => {
      const step = session.compile(definition)
      const run: typeof step.run = async (inputs) => {
        const steps = stepsOf(inputs)
        if (steps > 0) await this.#pass(steps)
        return await step.run(inputs)
      }
      return { ...step, run }
    }
    const gated: Session = Object.create(session, { compile: { value: compile } }) as Session // all else is the session's
    return gated
  }

  /** What follows the call that is let through now, once it computes. */
  #lookAhead(): void {
    if (this.#stepsLeft <= 0) setImmediate(this.#onLastCall)
  }

  async #pass(steps: number): Promise<void> {
    if (!this.#isHeld) return
    if (this.#stepsLeft > 0) {
      this.#stepsLeft -= steps
      this.#lookAhead()
      return
    }
    this.#end = { ms: performance.now(), cpu: process.threadCpuUsage() }
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiting = { steps, go: resolve }
    this.#arrived.resolve()
    await promise
  }
}

/** Of a training call, which alone is given a learning rate for each; 0 for any other. */
function stepsOf(inputs: Readonly<Record<string, unknown>>): number {
  const rates = inputs['learningRates']
  return rates instanceof Float32Array ? rates.length : 0
}
