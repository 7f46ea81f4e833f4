import { tmpdir } from 'node:os'
import { describe, expect, it } from 'vitest'
import { systemSample } from '../contract/system-samples.ts'
import { createSystemSampler, readGpus } from './system-sampler.ts'

describe('what the driver of GPUs tells', () => {
  it('is read line by line, in bytes and shares, and null where it has no answer', () => {
    expect(readGpus('NVIDIA H100 80GB HBM3, 87, 40536, 81559, 412.33, 61\nTesla T4, [N/A], 100, 15360, [Not Supported], 40\n')).toEqual([
      { name: 'NVIDIA H100 80GB HBM3', busy: 0.87, memoryUsedBytes: 42_505_076_736, memoryTotalBytes: 85_520_809_984, watts: 412.33, celsius: 61 },
      { name: 'Tesla T4', busy: null, memoryUsedBytes: 104_857_600, memoryTotalBytes: 16_106_127_360, watts: null, celsius: 40 },
    ])
    expect(readGpus('\n')).toEqual([])
  })
})

describe('a sample of the machine', () => {
  it('says how much of it is in use, within what it has', async () => {
    const sample = systemSample.parse(await createSystemSampler({ folder: tmpdir(), askDriver: () => Promise.reject(new Error('no driver')) }).sample())
    expect(sample.cpuBusy).toBeGreaterThanOrEqual(0)
    expect(sample.cpuBusy).toBeLessThanOrEqual(1)
    expect(sample.memoryUsedBytes).toBeLessThan(sample.memoryTotalBytes)
    expect(sample.engineMemoryBytes).toBeGreaterThan(10 * 2 ** 20)
    expect(sample.diskFreeBytes).toBeLessThanOrEqual(sample.diskTotalBytes)
    expect(sample.gpus).toEqual([])
  })

  it('asks a driver that does not answer once', async () => {
    let asked = 0
    const sampler = createSystemSampler({ folder: tmpdir(), askDriver: () => Promise.reject(new Error(`no driver ${++asked}`)) })
    await sampler.sample()
    await sampler.sample()
    expect(asked).toBe(1)
  })
})
