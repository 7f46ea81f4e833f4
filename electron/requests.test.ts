import { describe, expect, it } from 'vitest'
import { queries } from '../main/contract/queries.ts'
import { createClient } from '../main/contract/rpc.ts'
import type { Response, Transport } from '../main/contract/rpc.ts'
import type { AnyEvent } from '../main/contract/events.ts'
import { openLogWriter } from '../main/log/open.ts'
import { namedRun, temporaryWorkspace } from '../main/log/temporary-log.ts'
import { createQueryHandlers } from '../main/serve/query-handlers.ts'
import { route } from '../main/serve/route.ts'
import { serveWindow } from './requests.ts'
import type { Sender } from './requests.ts'

const ourFrame = { url: 'app://loupe/index.html#/runs', parent: null }

/** Electron's side, as far as it is used: one handler, and windows that remember what they were sent. */
function fakeElectron(transport: Transport) {
  const channels = new Map<string, (event: Sender, ...parameters: unknown[]) => Promise<Response>>()
  const sent: [string, AnyEvent][] = []
  const window = (isDestroyed: boolean) => ({
    isDestroyed: () => isDestroyed,
    webContents: {
      send: (channel: string, event: AnyEvent) => {
        if (isDestroyed) throw new Error('Object has been destroyed')
        sent.push([channel, event])
      },
    },
  })
  serveWindow({ port: { handle: (channel, listener) => channels.set(channel, listener) }, transport, windows: () => [window(true), window(false)] })
  const invoke = async (senderFrame: Sender['senderFrame'], ...parameters: unknown[]): Promise<Response> => {
    const listener = channels.get('loupe:request')
    if (listener === undefined) throw new Error('nobody listens')
    return await listener({ senderFrame }, ...parameters)
  }
  return { channels, invoke, sent }
}

const silent: Transport = { request: () => Promise.resolve({ ok: true, value: {} }), onEvent: () => () => {} }

describe('the channel of the window', () => {
  it('is one, and answers the contract from the log', async () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const run = log.createRun({ studyId: null, key: 'a', config: namedRun('a') })
    const electron = fakeElectron(route({ queries: createQueryHandlers({ reader: log, workspace: workspace.folder }), engine: silent }))
    expect([...electron.channels.keys()]).toEqual(['loupe:request'])
    const client = createClient({ request: (name, input) => electron.invoke(ourFrame, name, input), onEvent: silent.onEvent })
    expect(queries['run.get'].output.parse(await client.request('run.get', { runId: run.id })).run).toEqual(run)
    expect(queries['run.list'].output.parse(await client.request('run.list', {}))).toEqual({ runs: [run], total: 1 })
    expect(queries['workspace.describe'].output.parse(await client.request('workspace.describe', {})).path).toBe(workspace.folder)
    await expect(client.request('run.get', { runId: 'run-7' })).rejects.toMatchObject({ code: 'not-found' })
    log.close()
  })

  it('refuses inputs that the schema refuses, and names that are none', async () => {
    using workspace = temporaryWorkspace()
    const log = openLogWriter({ workspace: workspace.folder })
    const electron = fakeElectron(route({ queries: createQueryHandlers({ reader: log, workspace: workspace.folder }), engine: silent }))
    expect(await electron.invoke(ourFrame, 'run.get', { runId: 7 })).toMatchObject({ ok: false, error: { code: 'invalid-input', message: expect.stringContaining('runId') } })
    expect(await electron.invoke(ourFrame, 42, {})).toMatchObject({ ok: false, error: { code: 'invalid-input' } })
    expect(await electron.invoke(ourFrame)).toMatchObject({ ok: false, error: { code: 'invalid-input' } })
    log.close()
  })

  it.each([
    ['a frame that is gone', null],
    ['a frame within the page', { url: ourFrame.url, parent: ourFrame }],
    ['another site', { url: 'https://example.org/', parent: null }],
    ['a file', { url: 'file:///etc/passwd', parent: null }],
    ['another host of our scheme', { url: 'app://loupe.example.org/index.html', parent: null }],
    ['no address', { url: '', parent: null }],
  ])('refuses %s before anything is asked', async (_name, frame) => {
    const asked: string[] = []
    const electron = fakeElectron({
      request: (name) => {
        asked.push(name)
        return Promise.resolve({ ok: true, value: {} })
      },
      onEvent: () => () => {},
    })
    expect(await electron.invoke(frame, 'engine.describe', {})).toMatchObject({ ok: false, error: { code: 'unauthorized' } })
    expect(asked).toEqual([])
  })

  it('answers where the transport throws', async () => {
    const electron = fakeElectron({ request: () => Promise.reject(new Error('broken')), onEvent: () => () => {} })
    expect(await electron.invoke(ourFrame, 'engine.describe', {})).toMatchObject({ ok: false, error: { code: 'internal', message: 'broken' } })
  })

  it('forwards events to every window that is there', () => {
    let emit: (event: AnyEvent) => void = () => {}
    const electron = fakeElectron({
      ...silent,
      onEvent: (listener) => {
        emit = listener
        return () => {}
      },
    })
    emit({ name: 'engine.stopped', payload: { exitCode: 1, signal: null, willRestart: true } })
    expect(electron.sent).toEqual([['loupe:event', { name: 'engine.stopped', payload: { exitCode: 1, signal: null, willRestart: true } }]])
  })
})
