import { describe, expect, it } from 'vitest'
import type { SystemSample } from '../contract/system-samples.ts'
import { openLogReader, openLogWriter } from './open.ts'
import { thinned } from './system-samples.ts'
import { temporaryWorkspace } from './temporary-log.ts'

const gpu = { name: 'T4', busy: 0.5, memoryUsedBytes: 100, memoryTotalBytes: 1000, watts: null, celsius: 50 }
function sampleAt(at: number, cpuBusy = 0.25, diskFreeBytes = 500): SystemSample {
  return { at, cpuBusy, engineCores: 1.5, memoryUsedBytes: 10, memoryTotalBytes: 20, engineMemoryBytes: 5, diskFreeBytes, diskTotalBytes: 1000, gpus: [{ ...gpu, busy: cpuBusy }] }
}

describe('samples of the machine in the log', () => {
  it('come back as they were, oldest first, of the span asked for', () => {
    using workspace = temporaryWorkspace()
    const writer = openLogWriter({ workspace: workspace.folder })
    for (const at of [3000, 1000, 2000]) writer.appendSystemSample(sampleAt(at))
    const reader = openLogReader({ workspace: workspace.folder })
    expect(reader.systemSamples({ from: 1000, to: 2000, maxPoints: 10 })).toEqual([sampleAt(1000), sampleAt(2000)])
    reader.close()
    writer.close()
  })

  it('are forgotten after three months', () => {
    using workspace = temporaryWorkspace()
    const writer = openLogWriter({ workspace: workspace.folder })
    const day = 86_400_000
    for (const at of [day, 2 * day, 92 * day]) writer.appendSystemSample(sampleAt(at))
    expect(writer.systemSamples({ from: 0, to: 1e12, maxPoints: 10 }).map(({ at }) => at / day)).toEqual([2, 92])
    writer.close()
  })

  it('are put together by means and the least room, stretches without any left away', () => {
    const samples = [sampleAt(0, 0, 500), sampleAt(10, 0.5, 300), sampleAt(90, 1, 400)]
    expect(thinned(samples, { from: 0, to: 99, maxPoints: 2 })).toEqual([
      { ...sampleAt(10, 0.25, 300), gpus: [{ ...gpu, busy: 0.25 }] },
      { ...sampleAt(90, 1, 400), gpus: [{ ...gpu, busy: 1 }] },
    ])
    expect(thinned(samples, { from: 0, to: 99, maxPoints: 3 })).toEqual(samples)
  })
})
