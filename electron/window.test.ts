import { describe, expect, it, vi } from 'vitest'
import type { Transport } from '../main/contract/rpc.ts'
import { menuTemplate } from './menu.ts'
import { pageRevival, windowOptions } from './window.ts'
import { workspaceOf } from './workspace.ts'

describe('windowOptions', () => {
  it('gives the page a sandbox, a world of its own and no Node', () => {
    expect(windowOptions({ preload: '/dist/preload.cjs', isDark: false }).webPreferences).toEqual({
      preload: '/dist/preload.cjs',
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      webviewTag: false,
      navigateOnDragDrop: false,
      spellcheck: false,
    })
  })
})

describe('pageRevival', () => {
  it('loads a page again whose process died, but not over and over', () => {
    const shouldRevive = pageRevival()
    expect([0, 5_000, 14_000, 30_000].map(shouldRevive)).toEqual([true, false, false, true])
  })
})

describe('menuTemplate', () => {
  it('is labelled in the language of the system', () => {
    const first = (locale: string) => menuTemplate({ isMac: false, locale, showWorkspace: () => {} })[0]?.label
    expect([first('en-GB'), first('ja'), first('fr')]).toEqual(['File', 'ファイル', 'File'])
  })
})

describe('workspaceOf', () => {
  const home = '/home/ada'
  it('takes the command line before the environment before the home folder', () => {
    expect(workspaceOf({ parameters: ['main.js', '--workspace', '/data/a'], environment: { LOUPE_WORKSPACE: '/data/b' }, home })).toBe('/data/a')
    expect(workspaceOf({ parameters: ['--no-sandbox', '--inspect=0', 'main.js', '--workspace=/data/a'], environment: {}, home })).toBe('/data/a')
    expect(workspaceOf({ parameters: ['main.js'], environment: { LOUPE_WORKSPACE: '/data/b' }, home })).toBe('/data/b')
    expect(workspaceOf({ parameters: ['main.js', '--workspace'], environment: {}, home })).toBe('/home/ada/Loupe')
  })
})

describe('the preload script', () => {
  it('gives the window two functions and nothing of Electron', async () => {
    const exposed = new Map<string, Transport>()
    const listeners = new Set<(event: unknown, payload: unknown) => void>()
    const invoked: unknown[][] = []
    vi.doMock('electron', () => ({
      contextBridge: { exposeInMainWorld: (name: string, api: Transport) => exposed.set(name, api) },
      ipcRenderer: {
        invoke: (...parameters: unknown[]) => {
          invoked.push(parameters)
          return Promise.resolve({ ok: true, value: 1 })
        },
        on: (channel: string, listener: (event: unknown, payload: unknown) => void) => channel === 'loupe:event' && listeners.add(listener),
        off: (_channel: string, listener: (event: unknown, payload: unknown) => void) => listeners.delete(listener),
      },
    }))
    await import('./preload.ts')
    vi.doUnmock('electron')
    expect([...exposed.keys()]).toEqual(['workbench'])
    const workbench = exposed.get('workbench')
    expect(Object.keys(workbench ?? {})).toEqual(['request', 'onEvent'])
    expect(await workbench?.request('run.list', { limit: 1 })).toEqual({ ok: true, value: 1 })
    expect(invoked).toEqual([['loupe:request', 'run.list', { limit: 1 }]])

    const heard: unknown[][] = []
    const stop = workbench?.onEvent((...parameters) => heard.push(parameters))
    const event = { name: 'engine.started', payload: {} }
    for (const listener of listeners) listener({ sender: 'must not be passed on' }, event)
    expect(heard).toEqual([[event]])
    stop?.()
    expect(listeners.size).toBe(0)
  })
})
