import { contextBridge, ipcRenderer } from 'electron'
import type { AnyEvent } from '../main/contract/events.ts'
import type { Transport } from '../main/contract/rpc.ts'
import { eventChannel, requestChannel } from './channels.ts'

// The window gets these two functions and nothing of Electron: what a message may be is decided by the main process.
const workbench: Transport = {
  request: (name, input) => ipcRenderer.invoke(requestChannel, name, input),
  onEvent(listener) {
    const forward = (_event: unknown, event: AnyEvent): void => listener(event)
    ipcRenderer.on(eventChannel, forward)
    return () => void ipcRenderer.off(eventChannel, forward)
  },
}

contextBridge.exposeInMainWorld('workbench', workbench)
