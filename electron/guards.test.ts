import { describe, expect, it } from 'vitest'
import { guardContents, guardPermissions } from './guards.ts'
import type { GuardedContents, GuardedSession } from './guards.ts'

type Handler = Parameters<GuardedContents['setWindowOpenHandler']>[0]

function guarded() {
  const listeners = new Map<string, (event: { url: string; preventDefault(): void }) => void>()
  const opened: string[] = []
  let openWindow: Handler = () => ({ action: 'deny' })
  const contents: GuardedContents = {
    on: (event: string, listener: (event: { url: string; preventDefault(): void }) => void) => listeners.set(event, listener),
    setWindowOpenHandler: (handler) => (openWindow = handler),
  }
  guardContents(contents, (url) => opened.push(url))
  /** True where the event went through. */
  const passes = (event: string, url: string): boolean => {
    let prevented = false
    listeners.get(event)?.({ url, preventDefault: () => (prevented = true) })
    return listeners.has(event) && !prevented
  }
  return { passes, opened, openWindow: (url: string) => openWindow({ url }) }
}

describe('guardContents', () => {
  it.each(['will-navigate', 'will-redirect', 'will-frame-navigate'])('keeps the window on our pages at %s', (event) => {
    const { passes } = guarded()
    expect(passes(event, 'app://loupe/index.html')).toBe(true)
    for (const url of ['https://example.org/', 'file:///etc/passwd', 'app://other/index.html', 'javascript:alert(1)', 'data:text/html,x', 'nonsense']) expect(passes(event, url)).toBe(false)
  })

  it('embeds nothing', () => {
    expect(guarded().passes('will-attach-webview', 'app://loupe/index.html')).toBe(false)
  })

  it('opens no window, and only https links in the browser', () => {
    const { openWindow, opened } = guarded()
    for (const url of ['https://example.org/paper', 'http://example.org/', 'file:///etc/passwd', 'smb://host/share', 'nonsense']) expect(openWindow(url)).toEqual({ action: 'deny' })
    expect(opened).toEqual(['https://example.org/paper'])
  })
})

describe('guardPermissions', () => {
  it('grants our page the clipboard to write and notifications, and nobody anything else', () => {
    let request: Parameters<GuardedSession['setPermissionRequestHandler']>[0] = () => {}
    let check: Parameters<GuardedSession['setPermissionCheckHandler']>[0] = () => true
    let device = () => true
    guardPermissions({
      setPermissionRequestHandler: (handler) => (request = handler),
      setPermissionCheckHandler: (handler) => (check = handler),
      setDevicePermissionHandler: (handler) => (device = handler),
    })
    const answer = (permission: string, requestingUrl?: string): boolean => {
      let granted: boolean | undefined
      request(null, permission, (given) => (granted = given), requestingUrl === undefined ? {} : { requestingUrl })
      if (granted === undefined) throw new Error('no answer')
      return granted
    }
    for (const permission of ['clipboard-sanitized-write', 'notifications']) {
      expect(answer(permission, 'app://loupe/index.html')).toBe(true)
      expect(answer(permission, 'https://example.org/')).toBe(false)
      expect(answer(permission)).toBe(false)
      expect(check(null, permission, 'app://loupe/')).toBe(true)
      expect(check(null, permission, 'https://example.org/')).toBe(false)
    }
    for (const permission of ['media', 'geolocation', 'clipboard-read', 'openExternal', 'usb', 'fileSystem']) {
      expect(answer(permission, 'app://loupe/index.html')).toBe(false)
      expect(check(null, permission, 'app://loupe/')).toBe(false)
    }
    expect(device()).toBe(false)
  })
})
