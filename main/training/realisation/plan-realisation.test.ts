import { describe, expect, test } from 'vitest'
import { LoupeError } from '../../contract/errors.ts'
import { planRealisation } from './plan-realisation.ts'
import type { RealisationRequest } from './plan-realisation.ts'
import { describeRealisation, microBatchOf } from './realisation.ts'
import type { DeviceState, PlannedRealisation, Realisation } from './realisation.ts'

type Limits = readonly (number | null)[]

/** Devices with these limits; the first `inUse` of them in use. */
function table(limits: Limits, inUse: number): DeviceState[] {
  return limits.map((largestMicroBatch, i) => ({ name: `/device:GPU:${i}`, state: i < inUse ? 'in-use' : 'free', largestMicroBatch }))
}

function even({ replicas, micro, loops }: { readonly replicas: number; readonly micro: number; readonly loops: number }): Realisation {
  const one = { microBatches: Array.from({ length: loops }, () => micro) }
  return { batchSize: replicas * micro * loops, loops, replicas: Array.from({ length: replicas }, (_, i) => ({ device: `/device:GPU:${i}`, ...one })) }
}

function plan(request: Pick<RealisationRequest, 'batchSize' | 'devices' | 'current'> & Partial<RealisationRequest>): PlannedRealisation {
  return planRealisation({ devicesAtStart: 1, firstMicroBatch: 64, growOrder: ['devices', 'memory', 'loops'], shrinkOrder: ['loops', 'memory', 'devices'], ...request })
}

const shapeOf = ({ realisation }: PlannedRealisation) => describeRealisation(realisation)
const microBatches = ({ realisation }: PlannedRealisation) => realisation.replicas.map((replica) => replica.microBatches)
const one64 = even({ replicas: 1, micro: 64, loops: 1 })

describe('growing', () => {
  test('R17: a free device joins first, and takes as much as the one in use', () => {
    const planned = plan({ batchSize: 128, devices: table([64, 64], 1), current: one64 })
    expect(shapeOf(planned)).toBe('2 × 64 × 1')
    expect(planned).toMatchObject({ lever: 'devices', levers: ['devices'], reason: 'GPU:1 was free and joins: 2 × 64 × 1' })
  })

  test('R17: no more devices join than the batch needs', () => {
    expect(shapeOf(plan({ batchSize: 128, devices: table([null, null, null, null], 1), current: one64 }))).toBe('2 × 64 × 1')
    expect(microBatches(plan({ batchSize: 80, devices: table([null, null, null, null], 1), current: one64 }))).toEqual([[40], [40]])
  })

  test('R18: without a free device, free memory of the one in use takes a larger micro-batch', () => {
    const planned = plan({ batchSize: 128, devices: table([128], 1), current: one64 })
    expect(shapeOf(planned)).toBe('1 × 128 × 1')
    expect(planned).toMatchObject({ lever: 'memory', reason: 'no free device; GPU:0 has room for micro-batches of 128: 1 × 128 × 1' })
  })

  test('R19: without a free device and free memory, there are more loops', () => {
    const planned = plan({ batchSize: 128, devices: table([64], 1), current: one64 })
    expect(shapeOf(planned)).toBe('1 × 64 × 2')
    expect(planned).toMatchObject({ lever: 'loops', reason: 'no free device; no room for micro-batches above 64; 2 loops instead of 1: 1 × 64 × 2' })
  })

  test('R19: loops are added to a device that joins where both together are not enough', () => {
    const planned = plan({ batchSize: 192, devices: table([64, 64], 1), current: one64 })
    expect(shapeOf(planned)).toBe('2 × 48 × 2')
    expect(planned.levers).toEqual(['devices', 'loops'])
    expect(planned.lever).toBe('devices')
  })

  test('R17 to R19: the levers are tried in the order that is configured', () => {
    const request = { batchSize: 128, devices: table([128, 128], 1), current: one64 }
    expect(shapeOf(plan({ ...request, growOrder: ['memory', 'devices', 'loops'] }))).toBe('1 × 128 × 1')
    expect(plan({ ...request, growOrder: ['memory', 'devices', 'loops'] }).reason).toBe('GPU:0 has room for micro-batches of 128: 1 × 128 × 1')
    expect(shapeOf(plan({ ...request, growOrder: ['loops', 'devices', 'memory'] }))).toBe('1 × 64 × 2')
    expect(shapeOf(plan({ ...request, batchSize: 512, growOrder: ['memory', 'devices', 'loops'] }))).toBe('2 × 128 × 2')
    expect(shapeOf(plan({ ...request, batchSize: 512, growOrder: ['devices', 'loops', 'memory'] }))).toBe('2 × 64 × 4')
  })

  test('more memory turns loops into larger micro-batches', () => {
    const planned = plan({ batchSize: 256, devices: table([128], 1), current: even({ replicas: 1, micro: 64, loops: 2 }) })
    expect(shapeOf(planned)).toBe('1 × 128 × 2')
    expect(planned.lever).toBe('memory')
  })
})

describe('shrinking', () => {
  test('R20: loops are given back first, then memory, then devices', () => {
    const devices = table([64, 64], 2)
    const first = plan({ batchSize: 96, devices, current: even({ replicas: 2, micro: 48, loops: 2 }), firstMicroBatch: 16 })
    expect([shapeOf(first), first.lever]).toEqual(['2 × 48 × 1', 'loops'])
    expect(first.reason).toBe('1 loop instead of 2: 2 × 48 × 1')
    const second = plan({ batchSize: 32, devices, current: first.realisation, firstMicroBatch: 16 })
    expect([shapeOf(second), second.lever]).toEqual(['2 × 16 × 1', 'memory'])
    const third = plan({ batchSize: 16, devices, current: second.realisation, firstMicroBatch: 16 })
    expect([shapeOf(third), third.lever]).toEqual(['1 × 16 × 1', 'devices'])
    expect(third.reason).toBe('GPU:1 is given back: 1 × 16 × 1')
    const last = plan({ batchSize: 8, devices, current: third.realisation, firstMicroBatch: 16 })
    expect([shapeOf(last), last.lever]).toEqual(['1 × 8 × 1', 'memory'])
  })

  test('R20: the order is configurable', () => {
    const request = { devices: table([64, 64], 2), current: even({ replicas: 2, micro: 48, loops: 2 }), firstMicroBatch: 16 }
    expect(shapeOf(plan({ ...request, batchSize: 96, shrinkOrder: ['devices', 'loops', 'memory'] }))).toBe('1 × 48 × 2')
    expect(shapeOf(plan({ ...request, batchSize: 96, shrinkOrder: ['memory', 'loops', 'devices'] }))).toBe('2 × 24 × 2')
    expect(shapeOf(plan({ ...request, batchSize: 8, shrinkOrder: ['memory', 'loops', 'devices'] }))).toBe('1 × 8 × 1')
  })

  test('R20: shrinking goes back the way that growing came', () => {
    const devices = table([128, 128], 1)
    const sizes = [64, 128, 256, 512]
    let current: Realisation = one64
    const up = sizes.map((batchSize) => describeRealisation((current = plan({ batchSize, devices, current }).realisation)))
    expect(up).toEqual(['1 × 64 × 1', '2 × 64 × 1', '2 × 128 × 1', '2 × 128 × 2'])
    const down = sizes.toReversed().map((batchSize) => describeRealisation((current = plan({ batchSize, devices, current }).realisation)))
    expect(down).toEqual(up.toReversed())
  })

  test('R20: micro-batches that are small because they are even do not keep a device', () => {
    const uneven = plan({ batchSize: 40, devices: table([8, 8], 2), current: even({ replicas: 2, micro: 8, loops: 1 }), firstMicroBatch: 8 })
    expect(shapeOf(uneven)).toBe('2 × 7 × 3')
    expect(shapeOf(plan({ batchSize: 8, devices: table([8, 8], 2), current: uneven.realisation, firstMicroBatch: 8 }))).toBe('1 × 8 × 1')
  })
})

describe('the devices', () => {
  test('R16: devices join and are let go of, as the batch needs them', () => {
    const grown = plan({ batchSize: 256, devices: table([64, 64, 64, 64], 1), current: one64 })
    expect(grown.realisation.replicas.map(({ device }) => device)).toEqual(['/device:GPU:0', '/device:GPU:1', '/device:GPU:2', '/device:GPU:3'])
    expect(plan({ batchSize: 128, devices: table([64, 64, 64, 64], 4), current: grown.realisation }).realisation.replicas).toHaveLength(2)
  })

  test('R21: a device that is gone is let go of, also where the batch stays', () => {
    const [first, second] = table([64, null], 2)
    const planned = plan({ batchSize: 128, devices: [first!, { ...second!, state: 'gone' }], current: even({ replicas: 2, micro: 64, loops: 1 }) })
    expect(shapeOf(planned)).toBe('1 × 64 × 2')
    expect(planned.levers).toEqual(['devices', 'loops'])
    expect(planned.reason).toContain('GPU:1 is gone')
  })

  test('R21: a device with less memory takes less', () => {
    expect(microBatches(plan({ batchSize: 128, devices: table([128, 16], 2), current: null, devicesAtStart: 2 }))).toEqual([[112], [16]])
    expect(microBatches(plan({ batchSize: 101, devices: table([32, 8], 2), current: null, devicesAtStart: 2 }))).toEqual([[26, 26, 25], [8, 8, 8]])
    expect(shapeOf(plan({ batchSize: 128, devices: table([64, 0], 1), current: one64 }))).toBe('1 × 64 × 2')
  })

  test('R21: a limit that came down halves the micro-batch and doubles the loops of the same batch', () => {
    const planned = plan({ batchSize: 128, devices: table([64], 1), current: even({ replicas: 1, micro: 128, loops: 1 }) })
    expect([shapeOf(planned), planned.lever]).toEqual(['1 × 64 × 2', 'loops'])
  })

  test('nothing moves where the same batch is asked for again', () => {
    for (const current of [one64, even({ replicas: 2, micro: 48, loops: 2 })]) {
      const planned = plan({ batchSize: current.batchSize, devices: table([64, 64, 64], 2), current })
      expect(planned).toMatchObject({ realisation: current, lever: null })
    }
  })

  test('a batch of which not one example fits is refused, with the table of devices', () => {
    const refused = () => plan({ batchSize: 8, devices: [...table([0], 1), { name: '/device:GPU:1', state: 'gone', largestMicroBatch: null }], current: null })
    expect(refused).toThrow(LoupeError)
    expect(refused).toThrow('Devices: GPU:0 in-use, at most 0 examples at once; GPU:1 gone, no limit known')
  })
})

describe('micro-batches', () => {
  test('are as even as can be', () => {
    expect(microBatches(plan({ batchSize: 101, devices: table([32], 1), current: null }))).toEqual([[26, 25, 25, 25]])
    expect(microBatches(plan({ batchSize: 7, devices: table([2, 2], 2), current: null, devicesAtStart: 2 }))).toEqual([[2, 2], [2, 1]])
    expect(microBatches(plan({ batchSize: 3, devices: table([1, 1], 2), current: null, devicesAtStart: 2 }))).toEqual([[1, 1], [1]])
    expect(microBatches(plan({ batchSize: 1, devices: table([1, 1], 2), current: null, devicesAtStart: 2 }))).toEqual([[1]])
  })

  test('add up to the batch, each within its device’s limit, in as few loops as there can be, whatever is asked for', () => {
    for (const limits of [[32], [64, 64], [7, 50], [1, 1, 1], [null], [13, null]] as const) {
      let current: Realisation | null = null
      for (const batchSize of [8, 64, 101, 1, 500, 499, 48, 96, 1024, 3]) {
        const devices = table(limits, current?.replicas.length ?? 1)
        const planned: PlannedRealisation = plan({ batchSize, devices, current, firstMicroBatch: 8 })
        current = planned.realisation
        expect(microBatches(planned).flat().reduce((sum, size) => sum + size, 0)).toBe(batchSize)
        expect(Math.min(...microBatches(planned).flat())).toBeGreaterThan(0)
        current.replicas.forEach((replica) => {
          const limit = devices.find(({ name }) => name === replica.device)?.largestMicroBatch ?? Infinity
          expect(Math.max(...replica.microBatches)).toBeLessThanOrEqual(limit)
          expect(replica.microBatches[0]! - replica.microBatches.at(-1)!).toBeLessThanOrEqual(1)
        })
        expect(current.loops).toBe(Math.max(...current.replicas.map((replica) => replica.microBatches.length)))
        const room = limits.slice(0, current.replicas.length).reduce((sum: number, limit) => sum + (limit ?? Infinity), 0)
        if (batchSize > 500) expect(current.loops).toBe(Math.max(1, Math.ceil(batchSize / room)))
        expect(microBatchOf(current)).toBeLessThanOrEqual(Math.ceil(batchSize / current.loops))
      }
    }
  })
})
