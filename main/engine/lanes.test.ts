import { describe, expect, it } from 'vitest'
import { lanesFor, threadsOfLane } from './lanes.ts'

describe('lanes', () => {
  it('are as many as asked for, else one a core or one a GPU', () => {
    expect(lanesFor({ parallelRuns: 3, device: 'CPU', gpus: 0, cores: 8 })).toBe(3)
    expect(lanesFor({ parallelRuns: 0, device: 'CPU', gpus: 0, cores: 8 })).toBe(8)
    expect(lanesFor({ parallelRuns: 0, device: 'GPU', gpus: 2, cores: 8 })).toBe(2)
  })

  it('share the cores out; one alone has them all', () => {
    expect([threadsOfLane(1, 8), threadsOfLane(2, 8), threadsOfLane(3, 8), threadsOfLane(16, 8)]).toEqual([0, 4, 2, 1])
  })
})
