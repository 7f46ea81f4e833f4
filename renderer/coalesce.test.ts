import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { coalesce } from './coalesce.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('coalesce', () => {
  it('acts at once, then at most once an interval, and never loses the last ask', async () => {
    const times: number[] = []
    const start = Date.now()
    const act = coalesce(async () => void times.push(Date.now() - start), 100)
    act.ask()
    act.ask()
    await vi.advanceTimersByTimeAsync(50)
    act.ask()
    await vi.advanceTimersByTimeAsync(500)
    expect(times).toEqual([0, 100])
  })

  it('waits for a slow action to end before the next', async () => {
    let running = 0
    let most = 0
    const act = coalesce(async () => {
      running += 1
      most = Math.max(most, running)
      await new Promise((resolve) => setTimeout(resolve, 250))
      running -= 1
    }, 100)
    act.ask()
    await vi.advanceTimersByTimeAsync(10)
    act.ask()
    await vi.advanceTimersByTimeAsync(1000)
    expect(most).toBe(1)
  })

  it('does nothing more once cancelled', async () => {
    let count = 0
    const act = coalesce(async () => void (count += 1), 100)
    act.ask()
    act.ask()
    act.cancel()
    await vi.advanceTimersByTimeAsync(500)
    expect(count).toBe(1)
  })
})
