import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { z } from '../main/contract/zod.ts'
import { LoupeError } from '../main/contract/errors.ts'

export interface LineProcessOptions {
  /** For messages. */
  readonly name: string
  readonly command: string
  readonly arguments: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

const MAX_STDERR = 4000

/** A process that answers each line of JSON with one: started once, so that start-up is in no measurement. */
export class LineProcess {
  readonly name: string
  readonly #child: ChildProcess
  readonly #answers: AsyncIterator<string>
  #stderr = ''

  constructor({ name, command, arguments: args, environment }: LineProcessOptions) {
    this.name = name
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...environment } })
    this.#child.on('error', (error) => (this.#stderr += error.message))
    this.#child.stdin?.on('error', () => undefined) // a process that is gone is told by the end of its answers
    this.#child.stderr?.on('data', (data: Buffer) => (this.#stderr = (this.#stderr + data.toString()).slice(-MAX_STDERR)))
    this.#answers = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]() // piped above
  }

  /**
   * Sends one request and waits for its answer.
   *
   * @throws LoupeError `internal` with the end of the process's standard error, where it answers with an error or not at all.
   */
  async ask<T>(request: object, schema: z.ZodType<T>): Promise<T> {
    this.#child.stdin?.write(`${JSON.stringify(request)}\n`)
    const { done, value } = await this.#answers.next()
    if (done === true) throw new LoupeError('internal', `${this.name} ended without an answer. ${this.#stderr.trim()}`, { name: this.name })
    const answer: unknown = JSON.parse(value)
    if (typeof answer === 'object' && answer !== null && 'error' in answer) {
      throw new LoupeError('internal', `${this.name}: ${String(answer.error)}`, { name: this.name })
    }
    return schema.parse(answer)
  }

  async close(): Promise<void> {
    const ended = this.#child.exitCode !== null || this.#child.pid === undefined ? Promise.resolve() : new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.stdin?.end()
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), 5000)
    await ended
    clearTimeout(kill)
  }
}
