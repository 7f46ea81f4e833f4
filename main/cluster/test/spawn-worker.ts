import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'

const entry = resolve(import.meta.dirname, '../../cli/loupe.ts')

/** A `loupe worker` of a test, as a process of its own. */
export interface SpawnedWorker {
  /** host:port */
  readonly address: string
  readonly pid: number
  /** Processes that it has started and that still are. */
  children(): readonly number[]
  signal(signal: NodeJS.Signals): void
  /** Resolves with its exit code, null after a signal that it did not catch. */
  readonly exited: Promise<number | null>
}

/** Starts one and waits until it is ready. */
export async function spawnWorker(args: readonly string[] = [], { port = 0 }: { readonly port?: number } = {}): Promise<SpawnedWorker> {
  const child = spawn(process.execPath, [entry, 'worker', '--listen', `127.0.0.1:${port}`, '--json', ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
  const exited = once(child, 'exit').then(([code]) => code as number | null) // as Node documents it
  const line = await Promise.race([once(child.stdout.setEncoding('utf8'), 'data'), exited.then((code) => Promise.reject(new Error(`The worker ended with ${code}.`)))])
  const { worker } = JSON.parse(String(line[0])) as { worker: { address: string; pid: number } } // what `loupe worker --json` prints
  return { address: worker.address, pid: worker.pid, children: () => childrenOf(worker.pid), signal: (signal) => void process.kill(worker.pid, signal), exited }
}

/** Processes that a process has started; on Linux. Those that ended and were not waited for yet are left out. */
export function childrenOf(pid: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => parentOf(candidate) === pid)
}

export function isAlive(pid: number): boolean {
  return parentOf(pid) !== null
}

function parentOf(pid: number): number | null {
  try {
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')
    return state === 'Z' ? null : Number(parent)
  } catch {
    return null // it is gone
  }
}

/** Waits until something holds. */
export async function until(holds: () => boolean, withinMs = 10_000): Promise<void> {
  for (const endMs = performance.now() + withinMs; !holds(); ) {
    if (performance.now() > endMs) throw new Error(`It does not hold after ${withinMs} ms.`)
    await new Promise((wait) => setTimeout(wait, 20))
  }
}
