import { isOurs } from './channels.ts'

/** What is used of Electron's `WebContents`. */
export interface GuardedContents {
  on(event: 'will-navigate', listener: (details: Navigation) => void): unknown
  on(event: 'will-redirect', listener: (details: Navigation) => void): unknown
  on(event: 'will-frame-navigate', listener: (details: Navigation) => void): unknown
  on(event: 'will-attach-webview', listener: (event: { preventDefault(): void }) => void): unknown
  setWindowOpenHandler(handler: (details: { readonly url: string }) => { action: 'deny' }): void
}

interface Navigation {
  readonly url: string
  preventDefault(): void
}

/**
 * Keeps a window on our own pages: it goes nowhere else, opens no other window and embeds nothing. A link to an `https:`
 * page opens in the user's browser instead.
 */
export function guardContents(contents: GuardedContents, openInBrowser: (url: string) => void): void {
  const stay = (details: Navigation): void => {
    if (!isOurs(details.url)) details.preventDefault()
  }
  contents.on('will-navigate', stay)
  contents.on('will-redirect', stay)
  contents.on('will-frame-navigate', stay)
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    if (URL.canParse(url) && new URL(url).protocol === 'https:') openInBrowser(url)
    return { action: 'deny' }
  })
}

type PermissionRequestHandler = (contents: unknown, permission: string, callback: (granted: boolean) => void, details: { readonly requestingUrl?: string }) => void

/** What is used of Electron's `Session`. */
export interface GuardedSession {
  setPermissionRequestHandler(handler: PermissionRequestHandler): void
  setPermissionCheckHandler(handler: (contents: unknown, permission: string, requestingOrigin: string) => boolean): void
  setDevicePermissionHandler(handler: () => boolean): void
}

/** What a page of ours needs: to write to the clipboard, for the copy buttons, and to notify of what has finished or failed, where the user wants that. */
const granted: ReadonlySet<string> = new Set(['clipboard-sanitized-write', 'notifications'])

/** Refuses every permission but those that the window needs, and those to any page but ours. */
export function guardPermissions(session: GuardedSession): void {
  session.setPermissionRequestHandler((_contents, permission, callback, { requestingUrl }) => {
    callback(granted.has(permission) && requestingUrl !== undefined && isOurs(requestingUrl))
  })
  session.setPermissionCheckHandler((_contents, permission, requestingOrigin) => granted.has(permission) && isOurs(requestingOrigin))
  session.setDevicePermissionHandler(() => false)
}
