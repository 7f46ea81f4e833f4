import { join } from 'node:path'
import { app, BrowserWindow, dialog, ipcMain, Menu, nativeTheme, protocol, session, shell, utilityProcess } from 'electron'
import { toWireError } from '../main/contract/errors.ts'
import { startBackend } from '../main/serve/backend.ts'
import { staticFiles } from '../main/serve/static-files.ts'
import { appPage, appScheme } from './channels.ts'
import { utilityEngine } from './engine-host.ts'
import { guardContents, guardPermissions } from './guards.ts'
import { menuTemplate } from './menu.ts'
import { printInWindow } from './print.ts'
import { appHandler, appSchemes } from './protocol.ts'
import { serveWindow } from './requests.ts'
import { pageRevival, windowOptions } from './window.ts'
import { workspaceOf } from './workspace.ts'

/** The shell: the engine first, then the window, which never waits for it. */
async function main(): Promise<void> {
  const workspace = workspaceOf({ parameters: process.argv.slice(1), environment: process.env, home: app.getPath('home') })
  protocol.registerSchemesAsPrivileged(appSchemes)
  app.on('web-contents-created', (_event, contents) => guardContents(contents, (url) => void shell.openExternal(url)))
  app.on('second-instance', () => app.isReady() && showWindow())
  await app.whenReady()

  guardPermissions(session.defaultSession)
  protocol.handle(appScheme, appHandler(staticFiles(join(import.meta.dirname, '..', 'renderer'))))
  const menu = menuTemplate({ isMac: process.platform === 'darwin', locale: app.getLocale(), showWorkspace: () => void shell.openPath(workspace) })
  Menu.setApplicationMenu(Menu.buildFromTemplate(menu))

  const start = utilityEngine({ utilityProcess, entry: join(import.meta.dirname, 'engine.js'), workspace })
  const openHidden = () => new BrowserWindow({ show: false, webPreferences: { sandbox: true, contextIsolation: true, nodeIntegration: false, javascript: false } })
  const backend = startBackend({ workspace, start, printPdf: (options) => printInWindow({ ...options, open: openHidden }) })
  serveWindow({ port: ipcMain, transport: backend.transport, windows: () => BrowserWindow.getAllWindows() })

  let isClosed = false
  app.on('before-quit', (event) => {
    if (isClosed) return
    // The engine saves what runs; then we are called again.
    event.preventDefault()
    void backend.close().finally(() => {
      isClosed = true
      app.quit()
    })
  })
  app.on('activate', () => showWindow())
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit()
  })

  showWindow()
  const refusal = await backend.started
  if (refusal === null) return
  dialog.showErrorBox('Loupe', refusal.message)
  app.quit()
}

function showWindow(): void {
  const [open] = BrowserWindow.getAllWindows()
  if (open !== undefined) {
    if (open.isMinimized()) open.restore()
    open.focus()
    return
  }
  const window = new BrowserWindow(windowOptions({ preload: join(import.meta.dirname, 'preload.cjs'), isDark: nativeTheme.shouldUseDarkColors }))
  const shouldRevive = pageRevival()
  window.once('ready-to-show', () => window.show())
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    if (reason === 'clean-exit') return
    console.error(`The window's process ended: ${reason}, exit code ${exitCode}.`)
    if (shouldRevive(Date.now())) window.webContents.reload()
  })
  void window.loadURL(appPage)
}

app.setName('Loupe')
// The folder of settings also keys the instance: without this, every Electron program started from source would be one.
app.setPath('userData', join(app.getPath('appData'), 'Loupe'))

if (app.requestSingleInstanceLock()) {
  // Not awaited: Electron is ready only once this module has been evaluated.
  main().catch((error: unknown) => {
    dialog.showErrorBox('Loupe', toWireError(error).message)
    app.exit(1)
  })
} else {
  console.error('Loupe is open already; its window comes to the front.')
  app.quit()
}
