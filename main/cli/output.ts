import type { WireError } from '../contract/errors.ts'
import type { AnyEvent } from '../contract/events.ts'

/**
 * What a command says: for people, or with `--json` for programs.
 *
 * With `--json` standard output carries one JSON object a line, events first and the result last, and nothing else.
 * Progress and errors for people go to standard error.
 */
export interface Output {
  readonly isJson: boolean
  event(event: AnyEvent): void
  /** Text for people, on standard error. */
  note(text: string): void
  /** The last line of `--json`; for people the text. */
  result(result: { readonly json: Readonly<Record<string, unknown>>; readonly text: string }): void
  error(error: WireError): void
}

export function createOutput(options: { readonly isJson: boolean }): Output {
  const { isJson } = options
  process.stdout.on('error', whenReaderLeaves())
  const writeJson = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`)
  return {
    isJson,
    event: (event) => void (isJson && writeJson({ event })),
    note: (text) => void process.stderr.write(`${text}\n`),
    result: ({ json, text }) => void (isJson ? writeJson(json) : process.stdout.write(`${text}\n`)),
    error(error) {
      process.stderr.write(`${describeError(error)}\n`)
      if (isJson) writeJson({ error })
    },
  }
}

/** Whoever read from us is gone, as in `loupe list | head`: nothing is left to do but to save what trains, as at a SIGTERM. */
function whenReaderLeaves(): (error: NodeJS.ErrnoException) => void {
  let isLeaving = false
  return ({ code }) => {
    if (code !== 'EPIPE' || isLeaving) return
    isLeaving = true
    if (process.listenerCount('SIGTERM') === 0) process.exit(0)
    process.emit('SIGTERM')
  }
}

/** A person needs the message; what is our own fault also says so. */
function describeError(error: WireError): string {
  if (error.code === 'internal') return `loupe: this is a fault in Loupe: ${error.message}\n${typeof error.facts['stack'] === 'string' ? error.facts['stack'] : ''}`
  return `loupe: ${error.message}`
}

/** Resolves when everything written has left the process. */
export function drained(): Promise<void> {
  return new Promise((resolve) => process.stdout.write('', () => process.stderr.write('', () => resolve())))
}

/** A table for people: columns as wide as their widest cell, numbers to the right. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)))
  const isNumber = header.map((_, column) => rows.length > 0 && rows.every((row) => /^[-–\d.,e+ ]*$/.test(row[column] ?? '')))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => (isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd()
  return [line(header), ...rows.map(line)].join('\n')
}
