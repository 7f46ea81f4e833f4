import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { AnyEvent } from '../main/contract/events.ts'
import { createClient } from '../main/contract/rpc.ts'
import { openLogWriter } from '../main/log/open.ts'
import { temporaryWorkspace } from '../main/log/temporary-log.ts'
import { startBackend } from '../main/serve/backend.ts'
import { utilityEngine } from './engine-host.ts'
import type { UtilityProcesses } from './engine-host.ts'

const entry = join(import.meta.dirname, '..', 'main', 'engine', 'entry.ts')

/** Node's `fork` in the shape of Electron's: the engine is the real one, in a process of its own. */
function nodeProcesses(): { utilityProcess: UtilityProcesses; children: ChildProcess[] } {
  const children: ChildProcess[] = []
  return {
    children,
    utilityProcess: {
      fork(path, parameters) {
        const child = fork(path, parameters, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'], serialization: 'advanced' })
        children.push(child)
        return {
          postMessage: (message) => void (child.connected && child.send(Object(message), () => {})),
          on: (event, listener) => child.on(event, listener),
          once: (event, listener) => child.once(event, (exitCode: number | null) => listener(exitCode ?? 1)),
          kill: () => child.kill('SIGKILL'),
        }
      },
    },
  }
}

describe('the backend of the window', () => {
  it('takes requests at once, answers questions from the log and passes commands to the engine', async () => {
    using workspace = temporaryWorkspace()
    const { utilityProcess } = nodeProcesses()
    const backend = startBackend({ workspace: workspace.folder, start: utilityEngine({ utilityProcess, entry, workspace: workspace.folder }) })
    const client = createClient(backend.transport)
    expect(await client.request('run.list', {})).toEqual({ runs: [], total: 0 })
    await expect(client.request('run.pause', { runId: 'run-1' })).rejects.toMatchObject({ code: 'not-found' })
    expect(await backend.started).toBeNull()
    await backend.close()
    // The engine let go of the log.
    openLogWriter({ workspace: workspace.folder }).close()
  })

  it('says that the engine stopped, starts it again and goes on', async () => {
    using workspace = temporaryWorkspace()
    const { utilityProcess, children } = nodeProcesses()
    const backend = startBackend({ workspace: workspace.folder, start: utilityEngine({ utilityProcess, entry, workspace: workspace.folder }) })
    const events: AnyEvent[] = []
    backend.transport.onEvent((event) => events.push(event))
    await backend.started
    children[0]?.kill('SIGKILL')
    await expect.poll(() => events.map(({ name }) => name), { timeout: 20_000 }).toEqual(['engine.started', 'engine.stopped', 'engine.started'])
    expect(events[1]?.payload).toMatchObject({ willRestart: true })
    expect(children).toHaveLength(2)
    expect((await backend.transport.request('run.pause', { runId: 'run-1' })).ok).toBe(false)
    await backend.close()
  })

  it('says why the engine refused, to whoever started it and whoever asks', async () => {
    using workspace = temporaryWorkspace()
    const holder = openLogWriter({ workspace: workspace.folder, owner: 'loupe serve' })
    const { utilityProcess, children } = nodeProcesses()
    const backend = startBackend({ workspace: workspace.folder, start: utilityEngine({ utilityProcess, entry, workspace: workspace.folder }) })
    expect(await backend.started).toMatchObject({ code: 'conflict', message: expect.stringContaining('in use by loupe serve') })
    expect(await backend.transport.request('run.list', {})).toMatchObject({ ok: false, error: { code: 'conflict' } })
    await backend.close()
    expect(children).toHaveLength(1)
    holder.close()
  })
})
