import { readonly, shallowRef, watch } from 'vue'
import { createClient } from '../main/contract/rpc.ts'
import type { Client, Transport } from '../main/contract/rpc.ts'
import { createSocketTransport } from './socket-transport.ts'
import type { ConnectionState, Socket } from './socket-transport.ts'

declare global {
  interface Window {
    /** What Electron's preload script exposes. Absent in a browser. */
    readonly workbench?: Transport
  }
}

const state = shallowRef<ConnectionState>('connecting')
let client: Client | null = null

/** Whether the engine can be asked at this moment. */
export const connectionState = readonly(state)

/** Runs an action whenever a lost connection is back, for as long as the component lives: what happened meanwhile was missed. */
export function useReconnection(refresh: () => void): void {
  watch(state, (now, before) => {
    if (now === 'connected' && before === 'lost') refresh()
  })
}

/** Connects the window: over Electron's bridge where there is one, else over the page's own WebSocket. Tests pass a transport. */
export function connectWorkbench(transport: Transport = openTransport()): Client {
  client = createClient(transport)
  return client
}

/** The one client of this window. */
export function workbench(): Client {
  if (client === null) throw new Error('connectWorkbench() has to run first.')
  return client
}

function openTransport(): Transport {
  if (window.workbench) {
    const bridge = window.workbench
    state.value = 'connected'
    bridge.onEvent((event) => {
      if (event.name === 'engine.stopped') state.value = 'lost'
      if (event.name === 'engine.started') state.value = 'connected'
    })
    // The bridge clones what crosses it and refuses the proxies that Vue makes of reactive objects; requests are plain JSON anyway.
    return { request: (name, input) => bridge.request(name, JSON.parse(JSON.stringify(input))), onEvent: (listener) => bridge.onEvent(listener) }
  }
  const address = new URL('rpc', location.href)
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  address.search = ''
  address.hash = ''
  return createSocketTransport({ open: () => fromBrowser(new WebSocket(address)), onState: (next) => (state.value = next) })
}

/** A browser's socket with the handlers that {@link createSocketTransport} expects. */
function fromBrowser(socket: WebSocket): Socket {
  const adapted: Socket = {
    send: (text) => socket.send(text),
    close: () => socket.close(),
    onopen: null,
    onmessage: null,
    onclose: null,
  }
  socket.addEventListener('open', () => adapted.onopen?.())
  socket.addEventListener('message', (message) => adapted.onmessage?.({ data: message.data }))
  socket.addEventListener('close', () => adapted.onclose?.())
  return adapted
}
