import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import type { AnyEvent } from '../contract/events.ts'
import { createClient } from '../contract/rpc.ts'
import { openLogReader } from '../log/open.ts'
import { forkEngine, startEngineHost } from './host.ts'
import type { EngineProcess } from './host.ts'
import type { ToEngine } from './port.ts'

/** A process that does what the test says. */
function fakeProcesses() {
  const started: { readonly received: ToEngine[]; say(message: unknown): void; die(exitCode: number | null, signal?: string): void }[] = []
  const start = (): EngineProcess => {
    const received: ToEngine[] = []
    let onMessage: (message: unknown) => void = () => {}
    let onExit: (exit: { readonly exitCode: number | null; readonly signal: string | null }) => void = () => {}
    const say = (message: unknown) => onMessage(message)
    const die = (exitCode: number | null, signal: string | null = null) => onExit({ exitCode, signal })
    started.push({ received, say, die })
    return {
      post(message) {
        received.push(message)
        if (message.kind === 'close') queueMicrotask(() => die(0))
      },
      onMessage: (listener) => (onMessage = listener),
      onExit: (listener) => (onExit = listener),
      kill: () => die(null, 'SIGKILL'),
    }
  }
  return { start, started }
}

function hostOf(clock?: () => number) {
  const processes = fakeProcesses()
  const host = startEngineHost({ start: processes.start, ...(clock === undefined ? {} : { clock }) })
  const events: AnyEvent[] = []
  host.onEvent((event) => events.push(event))
  return { ...processes, host, events }
}

describe('the engine’s host', () => {
  it('passes requests in, and responses and events out', async () => {
    const { host, started, events } = hostOf()
    started[0]?.say({ kind: 'ready' })
    await host.ready
    const answered = host.request('study.pause', { studyId: 's' })
    expect(started[0]?.received).toEqual([{ kind: 'request', id: 1, name: 'study.pause', input: { studyId: 's' } }])
    started[0]?.say({ kind: 'event', event: { name: 'metrics.appended', payload: { runIds: ['r'] } } })
    started[0]?.say({ kind: 'nonsense' })
    started[0]?.say({ kind: 'response', id: 1, response: { ok: true, value: {} } })
    expect(await answered).toEqual({ ok: true, value: {} })
    expect(events).toEqual([{ name: 'engine.started', payload: {} }, { name: 'metrics.appended', payload: { runIds: ['r'] } }])
  })

  it('rejects what is in flight when the engine dies, and starts a new one', async () => {
    const { host, started, events } = hostOf()
    started[0]?.say({ kind: 'ready' })
    const answered = host.request('engine.describe', {})
    started[0]?.die(null, 'SIGSEGV')
    expect(await answered).toMatchObject({ ok: false, error: { code: 'engine-stopped', facts: { signal: 'SIGSEGV', willRestart: true } } })
    expect(events.at(-1)).toEqual({ name: 'engine.stopped', payload: { exitCode: null, signal: 'SIGSEGV', willRestart: true } })
    expect(started).toHaveLength(2)
    started[1]?.say({ kind: 'ready' })
    expect(events.at(-1)).toEqual({ name: 'engine.started', payload: {} })
  })

  it('gives up after 3 crashes within 5 minutes, and says so', async () => {
    let now = 0
    const { host, started, events } = hostOf(() => now)
    for (const at of [0, 60_000, 120_000]) {
      now = at
      started.at(-1)?.die(1)
    }
    expect(started).toHaveLength(3)
    expect(events.at(-1)).toMatchObject({ name: 'engine.stopped', payload: { willRestart: false } })
    expect(await host.request('engine.describe', {})).toMatchObject({ ok: false, error: { code: 'engine-stopped' } })
  })

  it('forgets crashes that are more than 5 minutes old', () => {
    let now = 0
    const { started } = hostOf(() => now)
    for (const at of [0, 200_000, 400_000, 600_000]) {
      now = at
      started.at(-1)?.die(1)
    }
    expect(started).toHaveLength(5)
  })

  it('does not restart an engine that refused to start, and passes its reason on', async () => {
    const { host, started } = hostOf()
    const asked = host.request('engine.describe', {})
    started[0]?.say({ kind: 'refused', error: { code: 'conflict', message: 'In use.', facts: {} } })
    started[0]?.die(3)
    await expect(host.ready).rejects.toMatchObject({ code: 'conflict' })
    expect(await asked).toMatchObject({ ok: false, error: { code: 'conflict' } })
    expect(started).toHaveLength(1)
  })

  it('lets the engine save when it closes, and does not count that as a crash', async () => {
    const { host, started, events } = hostOf()
    started[0]?.say({ kind: 'ready' })
    await host.close()
    expect(started).toHaveLength(1)
    expect(started[0]?.received).toEqual([{ kind: 'close' }])
    expect(events.at(-1)).toMatchObject({ payload: { willRestart: false } })
  })
})

describe('the engine as a process', () => {
  it('trains, dies, comes back and goes on; a second one is refused; it ends when asked', { timeout: 120_000 }, async () => {
    const workspace = await mkdtemp(join(tmpdir(), 'loupe-host-'))
    const pids: number[] = []
    const host = startEngineHost({ start: forkEngine({ workspace, onFork: (pid) => pids.push(pid) }) })
    try {
      await host.ready
      const client = createClient(host)
      const config = { dataset: { name: 'digits' as const }, model: { kind: 'mlp' as const, hidden: [16] }, batchSize: 8, maxExamples: 5_000_000, evaluation: { everyExamples: 2000 }, checkpointEveryExamples: 2000, compute: { jit: 'off' as const } }
      const { runId } = await client.request('run.start', { config })
      const reader = openLogReader({ workspace })
      await vi.waitFor(() => expect(reader.checkpoints(runId).length).toBeGreaterThan(0), { timeout: 60_000, interval: 50 })

      const second = startEngineHost({ start: forkEngine({ workspace }) })
      await expect(second.ready).rejects.toMatchObject({ code: 'conflict' })

      const back = new Promise<void>((resolve) => host.onEvent((event) => event.name === 'engine.started' && resolve()))
      process.kill(pids[0] ?? 0, 'SIGKILL')
      await back
      expect(reader.run(runId).status).toBe('interrupted')
      const newest = Math.max(...reader.checkpoints(runId).map((checkpoint) => checkpoint.step))
      await client.request('run.resume', { runId })
      await vi.waitFor(() => expect(reader.run(runId).steps).toBeGreaterThan(newest), { timeout: 60_000, interval: 50 })
      await host.close()
      expect(reader.run(runId).status).toBe('interrupted')
      reader.close()
    } finally {
      await host.close()
      await rm(workspace, { recursive: true, force: true })
    }
  })
})
