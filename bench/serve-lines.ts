import { createInterface } from 'node:readline'

/**
 * Answers each line of JSON on standard input with one on standard output; an error becomes `{ error }`. Ends with the input.
 *
 * Nothing else may print on standard output.
 */
export async function serveLines(answer: (request: unknown) => Promise<object>): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    const reply = await answer(JSON.parse(line)).catch((error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }))
    process.stdout.write(`${JSON.stringify(reply)}\n`)
  }
}
