import { describe, expect, test } from 'vitest'
import { LoupeError } from '../../contract/errors.ts'
import { MemoryProbe } from './probe-memory.ts'
import type { MemoryProbeOptions } from './probe-memory.ts'

const none = { startAt: 64, hardBytes: null, guessBytes: () => 0 }

/** A device on which a step takes 1000 bytes and 100 an example. */
function probe({ outOfMemoryFrom = Infinity, ...more }: Partial<MemoryProbeOptions> & { readonly outOfMemoryFrom?: number } = {}) {
  const tried: number[] = []
  const options = {
    ...none,
    trial: async (microBatch: number) => {
      tried.push(microBatch)
      if (microBatch >= outOfMemoryFrom) throw new LoupeError('out-of-memory', 'no room')
      return 1000 + 100 * microBatch
    },
    ...more,
  }
  return { tried, options, probe: new MemoryProbe(options) }
}

describe('probing memory', () => {
  test('doubles the micro-batch until it does not fit, then tries where the measured line crosses the limit', async () => {
    const { probe: memory, tried } = probe()
    expect(await memory.largestUpTo(1024, 41_000)).toBe(400)
    // 128 is far from the limit and 512 clearly above it, by the trials before them.
    expect(tried).toEqual([64, 256, 400])
    expect(await memory.largestUpTo(1024, 41_000)).toBe(400)
    expect(memory.bytesAt(400)).toBe(41_000)
    expect(memory.bytesAt(100)).toBe(11_000)
  })

  test('tries no more than what is wanted, and nothing again', async () => {
    const { probe: memory, tried } = probe()
    expect(await memory.largestUpTo(96, 12_000)).toBe(96)
    expect(await memory.largestUpTo(96, 12_000)).toBe(96)
    expect(await memory.largestUpTo(64, 12_000)).toBe(64)
    expect(tried).toEqual([64, 96])
  })

  test('believes what is far from the limit without a trial', async () => {
    const { probe: memory, tried } = probe()
    expect(await memory.largestUpTo(1024, 1e9)).toBe(1024)
    expect(tried).toEqual([64])
  })

  test('R18: survives a trial that runs out of memory', async () => {
    const { probe: memory, tried } = probe({ outOfMemoryFrom: 128 })
    expect(await memory.largestUpTo(256, 25_000)).toBeGreaterThanOrEqual(120)
    expect(await memory.largestUpTo(256, 25_000)).toBeLessThan(128)
    expect(tried.filter((size) => size === 128)).toHaveLength(1)
  })

  test('goes down from the first size where that does not fit', async () => {
    expect(await probe().probe.largestUpTo(64, 2_700)).toBe(17)
    expect(await probe().probe.largestUpTo(64, 1_050)).toBe(0)
  })

  test('halves what ran out of memory after it had fitted', async () => {
    const { probe: memory } = probe()
    expect(await memory.largestUpTo(128, 41_000)).toBe(128)
    memory.ranOut(128)
    expect(await memory.largestUpTo(128, 41_000)).toBe(64)
    expect(await memory.largestUpTo(1024, 41_000)).toBe(64)
  })

  test('does not try what the machine could only answer by ending the process', async () => {
    const { probe: memory, tried } = probe({ hardBytes: 20_000 })
    expect(await memory.largestUpTo(1024, 20_000)).toBeGreaterThanOrEqual(128)
    expect(Math.max(...tried)).toBeLessThanOrEqual(190)
    const unknown = probe({ hardBytes: 20_000, guessBytes: (size) => size * 1000 })
    expect(await unknown.probe.largestUpTo(64, 20_000)).toBe(64)
    expect(unknown.tried).toEqual([16, 64])
  })

  test('passes on what is not a lack of memory', async () => {
    const { probe: memory } = probe({ trial: async () => Promise.reject(new LoupeError('tensorflow', 'broken')) })
    await expect(memory.largestUpTo(64, 41_000)).rejects.toThrow('broken')
  })

  test('knows after a resume what it knew before', async () => {
    const { probe: memory, options, tried } = probe()
    await memory.largestUpTo(1024, 41_000)
    const before = [...tried]
    expect(await new MemoryProbe(options, memory.state).largestUpTo(1024, 41_000)).toBe(400)
    expect(tried).toEqual(before)
  })
})
