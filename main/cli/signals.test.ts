import { afterEach, describe, expect, it } from 'vitest'
import { listenForInterrupt } from './signals.ts'

let end = () => {}
afterEach(() => end())

function listen() {
  const seen = { saves: 0, exits: [] as number[], nowMs: 0 }
  end = listenForInterrupt({ onFirst: () => void seen.saves++, clock: () => seen.nowMs, exit: (code) => void seen.exits.push(code) })
  return seen
}

describe('a signal', () => {
  it('that npm passes on beside the terminal’s own is the same press', () => {
    const seen = listen()
    for (const nowMs of [0, 3, 900]) {
      seen.nowMs = nowMs
      process.emit('SIGINT')
    }
    expect(seen).toMatchObject({ saves: 1, exits: [] })
  })

  it('a second and more after the first ends the process at once, with 130', () => {
    const seen = listen()
    process.emit('SIGINT')
    seen.nowMs = 1500
    process.emit('SIGTERM')
    expect(seen).toMatchObject({ saves: 1, exits: [130] })
  })
})
