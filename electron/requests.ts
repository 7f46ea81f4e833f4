import { LoupeError, toWireError } from '../main/contract/errors.ts'
import type { AnyEvent } from '../main/contract/events.ts'
import type { Response, Transport } from '../main/contract/rpc.ts'
import { eventChannel, isOurs, requestChannel } from './channels.ts'

/** What is used of Electron's `ipcMain`. */
export interface RequestPort {
  handle(channel: string, listener: (event: Sender, ...parameters: unknown[]) => Promise<Response>): void
}

/** What is used of the event that comes with a request. */
export interface Sender {
  /** Null where the frame has gone away or elsewhere since it asked. */
  readonly senderFrame: { readonly url: string; readonly parent: unknown } | null
}

/** What is used of a window. */
export interface Listener {
  isDestroyed(): boolean
  readonly webContents: { send(channel: string, event: AnyEvent): void }
}

/**
 * Answers the window's requests and forwards events to every window.
 *
 * Only the top frame of a page of ours is answered; anything else gets `unauthorized`. Names and inputs are checked by the
 * contract behind the transport.
 */
export function serveWindow({ port, transport, windows }: { port: RequestPort; transport: Transport; windows: () => readonly Listener[] }): void {
  port.handle(requestChannel, async ({ senderFrame }, name, input) => {
    try {
      if (senderFrame === null || senderFrame.parent !== null || !isOurs(senderFrame.url)) {
        throw new LoupeError('unauthorized', 'Only the window of Loupe itself may ask.', { url: senderFrame?.url ?? null })
      }
      if (typeof name !== 'string') throw new LoupeError('invalid-input', `A request is named by a text, got ${typeof name}.`, {})
      return await transport.request(name, input)
    } catch (error) {
      return { ok: false, error: toWireError(error) }
    }
  })
  transport.onEvent((event) => {
    for (const window of windows()) {
      if (!window.isDestroyed()) window.webContents.send(eventChannel, event)
    }
  })
}
