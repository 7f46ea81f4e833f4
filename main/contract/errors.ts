import { z } from './zod.ts'

/** Every way in which Loupe refuses or fails. Adding one is a decision: the renderer and the command line translate them. */
export const errorCodes = [
  'invalid-input', // a command, query or configuration that its schema refuses
  'not-found', // an id or a name that does not exist
  'conflict', // the workspace is in use, or the state does not allow this
  'data-malformed', // a data file that does not read
  'shape-mismatch', // tensors or data that do not fit the model
  'not-finite', // a loss or a gradient that became NaN or infinite
  'replicas-differ', // workers that should hold the same model to the bit, and do not
  'diverged', // training diverged, and there is nothing to go back to
  'out-of-memory', // the device or the machine has no room
  'disk-full', // the workspace's disk has no room
  'log-too-new', // the log was written by a newer Loupe
  'log-corrupt', // the log does not read
  'library-missing', // libtensorflow is not where it should be
  'library-version', // libtensorflow is of another version
  'tensorflow', // TensorFlow returned an error status
  'worker-lost', // a worker of the cluster is gone, or does not answer
  'device-unavailable', // the device asked for is not there
  'port-taken', // the address to serve on is in use
  'unauthorized', // a client without the server's token
  'interrupted', // stopped by the user or by a signal, after saving
  'engine-stopped', // the training process is gone
  'unsupported', // understood, but not possible here
  'internal', // a fault of ours
] as const

export type ErrorCode = (typeof errorCodes)[number]

/** Facts that go with an error: plain values for the log, for translation and for tests. */
export type ErrorFacts = Readonly<Record<string, unknown>>

/**
 * The one error that Loupe throws on purpose.
 *
 * The message says what happened, what was expected and what to do, with the value received; the code and the facts
 * survive the trip between processes.
 *
 * @example
 *     throw new LoupeError('shape-mismatch', 'The batch has 70000 examples, the data set 60000. Use at most 60000.', { batchSize: 70000 })
 */
export class LoupeError extends Error {
  override readonly name = 'LoupeError'
  readonly code: ErrorCode
  readonly facts: ErrorFacts

  constructor(code: ErrorCode, message: string, facts: ErrorFacts = {}, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.facts = facts
  }
}

/** An error as it crosses a process border. */
export const wireError = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  facts: z.record(z.string(), z.unknown()),
})
export type WireError = z.output<typeof wireError>

/** Turns anything thrown into what may cross a border. What is not a {@link LoupeError} is a fault of ours: `internal`. */
export function toWireError(error: unknown): WireError {
  if (error instanceof LoupeError) return { code: error.code, message: error.message, facts: { ...error.facts } }
  if (error instanceof z.ZodError) return { code: 'invalid-input', message: describeIssues(error), facts: { issues: error.issues.map(plainIssue) } }
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'internal', message, facts: error instanceof Error && error.stack ? { stack: error.stack } : {} }
}

/** Turns what crossed a border back into an error to throw. */
export function fromWireError(error: WireError): LoupeError {
  return new LoupeError(error.code, error.message, error.facts)
}

/** One line an issue: where, what was expected. */
export function describeIssues(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.length > 0 ? issue.path.join('.') : 'input'}: ${issue.message}`).join('\n')
}

function plainIssue(issue: z.core.$ZodIssue): { path: string; message: string } {
  return { path: issue.path.join('.'), message: issue.message }
}
