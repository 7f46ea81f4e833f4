import { describe, expect, it } from 'vitest'
import { inSlices } from './in-slices.ts'

/** Each item takes 4 ms by a clock of the test's own. */
function worker() {
  let clock = 0
  const done: (number | 'rest')[] = []
  return { done, now: () => clock, work: (item: number) => void (done.push(item), (clock += 4)), rest: async () => void done.push('rest') }
}

describe('work in slices', () => {
  it('rests whenever its time is up, and does everything in order', async () => {
    const { done, work, now, rest } = worker()
    expect(await inSlices([1, 2, 3, 4, 5, 6, 7], work, { isOver: () => false, budgetMs: 10, now, rest })).toBe(true)
    expect(done).toEqual([1, 2, 3, 'rest', 4, 5, 6, 'rest', 7])
  })

  it('leaves the remainder undone when it is over', async () => {
    const { done, work, now, rest } = worker()
    expect(await inSlices([1, 2, 3, 4, 5], work, { isOver: () => done.includes(2), budgetMs: 10, now, rest })).toBe(false)
    expect(done).toEqual([1, 2])
  })
})
