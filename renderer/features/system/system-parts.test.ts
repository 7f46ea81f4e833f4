import { describe, expect, it } from 'vitest'
import { sparkPath } from './spark-path.ts'
import { systemCourses } from './system-courses.ts'

describe('the curve of the meter', () => {
  it('ends at the right edge and stays inside its box', () => {
    expect(sparkPath([0, 1], { width: 10, height: 4, places: 3 })).toBe('M5 4L10 0')
    expect(sparkPath([0.5, 2, -1], { width: 10, height: 4, places: 2 })).toBe('M0 0L10 4')
    expect(sparkPath([], { width: 10, height: 4, places: 2 })).toBe('')
  })
})

describe('charts of the machine', () => {
  const sample = { at: 6000, cpuBusy: 0.5, engineCores: 1, memoryUsedBytes: 8, memoryTotalBytes: 16, engineMemoryBytes: 4, diskFreeBytes: 100, diskTotalBytes: 200, gpus: [] }
  const names = { machine: 'machine', engine: 'engine', diskFree: 'free' }
  const gpu = { name: 'T4', busy: null, memoryUsedBytes: 1, memoryTotalBytes: 2, watts: null, celsius: null }

  it('show processor, memory and disk over seconds since the start', () => {
    const courses = systemCourses({ samples: [sample, { ...sample, at: 11_000, cpuBusy: 1 }], since: 1000, names, colors: ['a', 'b'] })
    expect(courses.map(({ id, lines }) => [id, lines.map(({ name }) => name)])).toEqual([['processor', ['machine']], ['memory', ['machine', 'engine']], ['disk', ['free']]])
    expect(courses[0]?.lines[0]?.curve).toMatchObject({ x: [5, 10], mean: [0.5, 1] })
  })

  it('show each GPU, without the moments at which its driver said nothing', () => {
    const courses = systemCourses({ samples: [{ ...sample, gpus: [gpu, { ...gpu, busy: 0.25 }] }], since: 1000, names, colors: ['a', 'b'] })
    expect(courses.find(({ id }) => id === 'gpu')?.lines.map(({ name, curve }) => [name, curve.mean])).toEqual([['0: T4', []], ['1: T4', [0.25]]])
  })
})
