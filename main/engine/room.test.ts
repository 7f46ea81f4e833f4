import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { checkDisk, neededBytes } from './disk.ts'
import { asOutOfMemory, checkMemory, neededMemoryBytes } from './memory.ts'

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

  it('is what parameters, gradients, slots and one batch’s activations take', () => {
    expect(neededMemoryBytes(cost, 64)).toBe(1000 * 16 + 64 * 50)
  })

  it('is refused only where a step cannot fit', () => {
    expect(() => checkMemory({ cost, batchSize: 80, device })).not.toThrow()
    expect(() => checkMemory({ cost, batchSize: 81, device })).toThrow(expect.objectContaining({ code: 'out-of-memory', facts: expect.objectContaining({ neededBytes: 20_050 }) }))
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
