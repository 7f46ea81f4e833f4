import { describe, expect, it } from 'vitest'
import { LineColors } from './run-colors.ts'

function storage(): Pick<Storage, 'getItem' | 'setItem'> {
  const kept = new Map<string, string>()
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) }
}

describe('colours of lines', () => {
  it('stay with a line, whatever comes beside it, and from one visit to the next', () => {
    const kept = storage()
    const colors = new LineColors(kept)
    colors.meet(['run-000007', 'run-000009'])
    const before = colors.colorOf('run-000009', 'light')
    colors.meet(['run-000001', 'run-000009'])
    expect(colors.colorOf('run-000009', 'light')).toBe(before)
    expect(new LineColors(kept).colorOf('run-000009', 'light')).toBe(before)
  })

  it('differ for the first ten lines, in both modes', () => {
    const colors = new LineColors(storage())
    const ids = Array.from({ length: 10 }, (_, i) => `run-${i}`)
    colors.meet(ids)
    for (const mode of ['light', 'dark'] as const) expect(new Set(ids.map((id) => colors.colorOf(id, mode))).size).toBe(10)
  })

  it('can be changed by hand', () => {
    const colors = new LineColors(storage())
    colors.meet(['a', 'b'])
    const before = colors.colorOf('a', 'dark')
    colors.turn('a')
    expect(colors.colorOf('a', 'dark')).not.toBe(before)
  })

  it('begin anew where what was kept does not read', () => {
    expect(new LineColors({ getItem: () => '{"a":', setItem: () => {} }).colorOf('a', 'light')).toMatch(/^#/)
  })
})
