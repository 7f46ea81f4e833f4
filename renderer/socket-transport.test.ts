import { describe, expect, it } from 'vitest'
import { createSocketTransport } from './socket-transport.ts'
import type { ConnectionState, Socket } from './socket-transport.ts'

function setUp() {
  const sockets: (Socket & { sent: string[] })[] = []
  const states: ConnectionState[] = []
  const timers: { callback: () => void; ms: number }[] = []
  const transport = createSocketTransport({
    open() {
      const sent: string[] = []
      const socket = { sent, send: (text: string) => void sent.push(text), close: () => undefined, onopen: null, onmessage: null, onclose: null }
      sockets.push(socket)
      return socket
    },
    onState: (state) => states.push(state),
    backOffMs: [10, 20],
    setTimer: (callback, ms) => void timers.push({ callback, ms }),
  })
  return { transport, sockets, states, timers, last: () => sockets[sockets.length - 1] }
}

describe('the socket transport', () => {
  it('sends what was asked before it was open, and answers by id', async () => {
    const { transport, last } = setUp()
    const first = transport.request('study.list', {})
    const second = transport.request('run.list', { limit: 1 })
    last()?.onopen?.()
    expect(last()?.sent.map((text) => JSON.parse(text))).toEqual([
      { id: 1, name: 'study.list', input: {} },
      { id: 2, name: 'run.list', input: { limit: 1 } },
    ])
    last()?.onmessage?.({ data: JSON.stringify({ id: 2, response: { ok: true, value: 'two' } }) })
    last()?.onmessage?.({ data: JSON.stringify({ id: 1, response: { ok: true, value: 'one' } }) })
    expect([await first, await second]).toEqual([
      { ok: true, value: 'one' },
      { ok: true, value: 'two' },
    ])
  })

  it('tells events until the listener is taken away', () => {
    const { transport, last } = setUp()
    const heard: string[] = []
    const end = transport.onEvent((event) => heard.push(event.name))
    last()?.onopen?.()
    last()?.onmessage?.({ data: JSON.stringify({ event: { name: 'engine.started', payload: {} } }) })
    end()
    last()?.onmessage?.({ data: JSON.stringify({ event: { name: 'engine.started', payload: {} } }) })
    expect(heard).toEqual(['engine.started'])
  })

  it('answers what was under way when the connection broke, and comes back more slowly each time', async () => {
    const { transport, states, timers, last } = setUp()
    last()?.onopen?.()
    const asked = transport.request('study.list', {})
    last()?.onclose?.()
    expect(await asked).toMatchObject({ ok: false, error: { code: 'engine-stopped' } })
    timers[0]?.callback()
    last()?.onclose?.()
    timers[1]?.callback()
    last()?.onopen?.()
    expect(timers.map(({ ms }) => ms)).toEqual([10, 20])
    expect(states).toEqual(['connecting', 'connected', 'lost', 'lost', 'connected'])
  })

  it('keeps what is asked meanwhile for the next connection', () => {
    const { transport, timers, last } = setUp()
    last()?.onopen?.()
    last()?.onclose?.()
    void transport.request('study.list', {})
    timers[0]?.callback()
    last()?.onopen?.()
    expect(last()?.sent).toHaveLength(1)
  })
})
