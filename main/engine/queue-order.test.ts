import { describe, expect, it } from 'vitest'
import { chooseDevices } from './device-choice.ts'
import { byTurn, moved } from './queue-order.ts'
import type { Placed } from './queue-order.ts'

const entries: readonly Placed[] = [
  { id: 'a', priority: 'high', place: 9 },
  { id: 'b', priority: 'normal', place: 2 },
  { id: 'c', priority: 'normal', place: 5 },
  { id: 'd', priority: 'low', place: 1 },
]
/** The list after a move, as ids with priorities. */
function after(id: string, target: string, side: 'before' | 'after'): string {
  const changes = new Map(moved(entries, { id, target, side }).map((change) => [change.id, change]))
  return entries
    .map((entry) => ({ ...entry, ...changes.get(entry.id) }))
    .toSorted(byTurn)
    .map((entry) => `${entry.id} ${entry.priority}`)
    .join(', ')
}

describe('the order', () => {
  it('is by priority, then by place', () => {
    expect([...entries].reverse().toSorted(byTurn).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('has what is moved right before or after another, with the nearest priority that stands there', () => {
    expect(after('c', 'b', 'before')).toBe('a high, c normal, b normal, d low')
    expect(after('b', 'c', 'after')).toBe('a high, c normal, b normal, d low')
    expect(after('d', 'b', 'before')).toBe('a high, d normal, b normal, c normal')
    expect(after('d', 'a', 'before')).toBe('d high, a high, b normal, c normal')
    expect(after('a', 'c', 'before')).toBe('b normal, a normal, c normal, d low')
    expect(after('a', 'd', 'after')).toBe('b normal, c normal, d low, a low')
    // Between two priorities it keeps its own where that is one of them, or lies between.
    expect(after('d', 'c', 'after')).toBe('a high, b normal, c normal, d low')
    expect(after('a', 'd', 'before')).toBe('b normal, c normal, a normal, d low')
  })

  it('changes nothing else’s priority, and names only what changes', () => {
    const spread = [{ id: 'x', priority: 'normal', place: 1 }, { id: 'y', priority: 'normal', place: 2 }, { id: 'z', priority: 'normal', place: 3 }] as const
    expect(moved(spread, { id: 'z', target: 'y', side: 'before' })).toEqual([{ id: 'z', place: 2, priority: 'normal' }, { id: 'y', place: 3, priority: 'normal' }])
    expect(moved(spread, { id: 'z', target: 'y', side: 'after' })).toEqual([])
  })

  it('refuses what is not there, and a move beside itself', () => {
    expect(() => moved(entries, { id: 'x', target: 'a', side: 'before' })).toThrow(expect.objectContaining({ code: 'not-found' }))
    expect(() => moved(entries, { id: 'a', target: 'x', side: 'before' })).toThrow(expect.objectContaining({ code: 'not-found' }))
    expect(() => moved(entries, { id: 'a', target: 'a', side: 'after' })).toThrow(expect.objectContaining({ code: 'invalid-input' }))
  })
})

describe('the devices', () => {
  const cpu = { name: 'cpu', kind: 'CPU', memoryBytes: 1, description: '' } as const
  const gpu = (index: number) => ({ name: `gpu${index}`, kind: 'GPU', memoryBytes: 1, description: '' }) as const
  const both = [cpu, gpu(0), gpu(1), gpu(2)]
  const choose = (device: 'auto' | 'cpu' | 'gpu', parallelRuns: number, taken: readonly string[], devices: Parameters<typeof chooseDevices>[0]['devices'] = both, sideBySide = 1) => chooseDevices({ wish: { device, parallelRuns }, devices, taken, sideBySide })

  it('of a single run are one GPU, or the CPU while it takes another', () => {
    expect(choose('auto', 1, [])).toEqual({ kind: 'free', devices: ['gpu0'] })
    expect(choose('gpu', 1, ['gpu0'])).toEqual({ kind: 'free', devices: ['gpu1'] })
    expect(choose('auto', 1, ['gpu0', 'gpu1', 'gpu2'])).toEqual({ kind: 'taken', of: 'GPU' })
    expect(choose('cpu', 1, ['gpu0', 'gpu1', 'gpu2'])).toEqual({ kind: 'free', devices: ['cpu'] })
    expect(choose('auto', 1, ['cpu'], [cpu])).toEqual({ kind: 'taken', of: 'CPU' })
    expect(choose('auto', 1, ['cpu', 'cpu'], [cpu], 3)).toEqual({ kind: 'free', devices: ['cpu'] })
  })

  it('of a study are as many GPUs as it has runs side by side, or all that are free', () => {
    expect(choose('auto', 2, ['gpu1'])).toEqual({ kind: 'free', devices: ['gpu0', 'gpu2'] })
    expect(choose('auto', 2, ['gpu1', 'gpu0'])).toEqual({ kind: 'taken', of: 'GPU' })
    expect(choose('auto', 8, [])).toEqual({ kind: 'free', devices: ['gpu0', 'gpu1', 'gpu2'] })
    expect(choose('auto', 0, ['gpu1'])).toEqual({ kind: 'free', devices: ['gpu0', 'gpu2'] })
    expect(choose('auto', 0, ['gpu0', 'gpu1', 'gpu2'])).toEqual({ kind: 'taken', of: 'GPU' })
    expect(choose('auto', 4, [], [cpu])).toEqual({ kind: 'free', devices: ['cpu'] })
  })

  it('are none where the machine has no GPU, which the preparation then says', () => {
    expect(choose('gpu', 1, [], [cpu])).toEqual({ kind: 'free', devices: [] })
  })
})
