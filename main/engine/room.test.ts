import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { checkDisk, neededBytes } from './disk.ts'
import { lanesFor } from './lanes.ts'
import { asOutOfMemory, checkMemory, lanesThatFit, neededMemoryBytes } from './memory.ts'

describe('room on the disk', () => {
  it('is asked for three checkpoints of three numbers a parameter, and 100 MB beside', () => {
    expect(neededBytes(1_000_000)).toBe(1_000_000 * 4 * 3 * 3 + 104_857_600)
  })

  it('is refused with both figures where it is not there', async () => {
    await expect(checkDisk({ folder: tmpdir(), parameters: 1e15 })).rejects.toMatchObject({ code: 'disk-full', facts: { neededBytes: 1e15 * 36 + 104_857_600 } })
    await expect(checkDisk({ folder: tmpdir(), parameters: 10 })).resolves.toBeUndefined()
  })
})

describe('room in memory', () => {
  const cost = { parameters: 1000, macsPerExample: 1, activationBytesPerExample: 50 }
  const device = { name: '/device:GPU:0', kind: 'GPU', memoryBytes: 20_000, description: '' } as const

  const needs = { cost, batchSize: 60, dataBytes: 1000 }

  it('is what parameters, gradients, slots, one batch’s activations and the data set take', () => {
    expect(neededMemoryBytes({ cost, batchSize: 64, dataBytes: 500 })).toBe(1000 * 16 + 64 * 50 + 500)
  })

  it('is refused only where a run cannot fit', () => {
    expect(() => checkMemory({ needs, lanes: 1, device })).not.toThrow()
    expect(() => checkMemory({ needs: { ...needs, batchSize: 61 }, lanes: 1, device })).toThrow(expect.objectContaining({ code: 'out-of-memory', facts: expect.objectContaining({ neededBytes: 20_050 }) }))
    expect(() => checkMemory({ needs: { ...needs, batchSize: 61 }, lanes: 1, device: { ...device, memoryBytes: 0 } })).not.toThrow()
  })

  it('is asked for every run that trains side by side', () => {
    const room = { ...device, memoryBytes: 3 * 20_000 }
    expect(() => checkMemory({ needs, lanes: 3, device: room })).not.toThrow()
    expect(() => checkMemory({ needs, lanes: 4, device: room })).toThrow(expect.objectContaining({ message: expect.stringContaining('fewer parallelRuns'), facts: expect.objectContaining({ lanes: 4, neededBytes: 80_000 }) }))
  })

  it('limits the runs side by side where their number is left open', () => {
    const fitting = lanesThatFit(needs, { memoryBytes: 3 * 20_000 + 1 })
    expect(fitting).toBe(3)
    expect(lanesFor({ parallelRuns: 0, device: 'CPU', gpus: 0, cores: 8, fitting })).toBe(3)
    expect(lanesFor({ parallelRuns: 0, device: 'CPU', gpus: 0, cores: 2, fitting })).toBe(2)
    expect(lanesFor({ parallelRuns: 0, device: 'CPU', gpus: 0, cores: 2, fitting: 0 })).toBe(1)
    expect(lanesFor({ parallelRuns: 5, device: 'CPU', gpus: 0, cores: 8, fitting })).toBe(5)
  })

  it('is what JavaScript means when it cannot allocate', () => {
    const error = (() => {
      try {
        return new Float64Array(2 ** 52)
      } catch (thrown) {
        return thrown
      }
    })()
    expect(asOutOfMemory(error)).toMatchObject({ code: 'out-of-memory' })
    const other = new TypeError('x is not a function')
    expect(asOutOfMemory(other)).toBe(other)
  })
})
