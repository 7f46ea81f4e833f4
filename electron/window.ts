import type { BrowserWindowConstructorOptions } from 'electron'

/** How every window is made: the page runs in Chromium's sandbox, in a world of its own, without Node. */
export function windowOptions({ preload, isDark }: { preload: string; isDark: boolean }): BrowserWindowConstructorOptions {
  return {
    title: 'Loupe',
    width: 1360,
    height: 880,
    minWidth: 900,
    minHeight: 600,
    // Shown when it has something to show.
    show: false,
    backgroundColor: isDark ? '#141414' : '#ffffff',
    webPreferences: {
      preload,
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
    },
  }
}

/** A page that dies sooner than this after it was loaded again is left alone. */
const reloadEveryMs = 10_000

/**
 * Decides whether to load a page again whose process died. Runs are not touched by it: they are the engine's.
 *
 * @returns A function, given the time in ms: true to load again, false where it died again right after.
 */
export function pageRevival(): (nowMs: number) => boolean {
  let lastMs = -Infinity
  return (nowMs) => {
    const isFirst = nowMs - lastMs > reloadEveryMs
    lastMs = nowMs
    return isFirst
  }
}
