import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const entry = resolve(import.meta.dirname, '..', 'loupe.ts')

export interface Finished {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
  /** Standard output with --json: one object a line. Throws where a line is something else. */
  readonly lines: readonly Record<string, unknown>[]
}

export interface SpawnOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
  readonly cwd?: string
  /** Called with each line of standard output as it comes. `hangUp` reads no further, as `head` does. */
  readonly onLine?: (line: string, kill: (signal: NodeJS.Signals) => void, hangUp: () => void) => void
}

/** Runs the real command line as a process of its own. */
export function spawnLoupe(args: readonly string[], options: SpawnOptions = {}): Promise<Finished> {
  return new Promise((done, reject) => {
    const child = spawn(process.execPath, [entry, ...args], { env: { ...process.env, ...options.env }, ...(options.cwd === undefined ? {} : { cwd: options.cwd }) })
    let [stdout, stderr, rest] = ['', '', '']
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) options.onLine?.(line, (signal) => child.kill(signal), () => child.stdout.destroy())
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
    child.once('error', reject)
    child.once('close', (code) => done({ code, stdout, stderr, get lines() { return parseLines(stdout) } }))
    child.stdin.end(options.input ?? '')
  })
}

function parseLines(text: string): readonly Record<string, unknown>[] {
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>) // every line of --json is an object
}

/** A folder for one test, with files in it. */
export async function makeFolder(files: Readonly<Record<string, string>> = {}): Promise<{ readonly path: string; file(name: string): string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'loupe-cli-'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text)
  return { path, file: (name) => join(path, name), remove: () => rm(path, { recursive: true, force: true }) }
}
