import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { AnyEvent } from '../contract/events.ts'
import type { SystemSample } from '../contract/system-samples.ts'
import type { NewEvent } from '../log/log.ts'
import { startSystemMonitor } from './system-monitor.ts'

const megabyte = 2 ** 20

function watch({ freeMegabytes, isTraining }: { readonly freeMegabytes: readonly number[]; readonly isTraining: boolean }) {
  const left = [...freeMegabytes]
  const logged: SystemSample[] = []
  const noted: NewEvent[] = []
  const told: AnyEvent[] = []
  const end = startSystemMonitor({
    writer: {
      appendSystemSample: (sample) => void logged.push(sample),
      appendEvent(event) {
        noted.push(event)
        return { id: noted.length, at: 0, ...event, facts: { ...event.facts } }
      },
    },
    emit: (event) => void told.push(event),
    workspace: '/work',
    isTraining: () => isTraining,
    openSampler: () => Promise.resolve({ sample: () => Promise.resolve({ at: told.length, cpuBusy: 0.5, engineCores: 1, memoryUsedBytes: 1, memoryTotalBytes: 2, engineMemoryBytes: 1, diskFreeBytes: (left.shift() ?? 0) * megabyte, diskTotalBytes: 1e12, gpus: [] }) }),
    everyMs: 10,
  })
  return { logged, noted, told, end }
}

describe('the monitor of the machine', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('tells how busy the machine is, and logs it only while something trains', async () => {
    const idle = watch({ freeMegabytes: [9000, 9000], isTraining: false })
    const busy = watch({ freeMegabytes: [9000, 9000], isTraining: true })
    await vi.advanceTimersByTimeAsync(25)
    expect([idle.told.length, idle.logged.length]).toEqual([2, 0])
    expect([busy.told.length, busy.logged.length]).toEqual([2, 2])
    idle.end()
    busy.end()
    await vi.advanceTimersByTimeAsync(100)
    expect(busy.told).toHaveLength(2)
  })

  it('warns once when the disk nears its end, and again only after room had come back', async () => {
    const { noted, told, end } = watch({ freeMegabytes: [800, 400, 300, 800, 300, 1200, 200], isTraining: true })
    await vi.advanceTimersByTimeAsync(75)
    end()
    expect(noted.map(({ kind, facts }) => [kind, facts?.['freeBytes']])).toEqual([
      ['disk.low', 400 * megabyte],
      ['disk.low', 200 * megabyte],
    ])
    expect(told.flatMap((event) => (event.name === 'system.sampled' ? [event.payload.isDiskLow] : []))).toEqual([false, true, true, false, true, false, true])
  })

  it('leaves out what fails, and goes on', async () => {
    let asked = 0
    const told: AnyEvent[] = []
    const end = startSystemMonitor({
      writer: { appendSystemSample: () => {}, appendEvent: () => expect.fail() },
      emit: (event) => void told.push(event),
      workspace: '/work',
      isTraining: () => true,
      openSampler: () => Promise.resolve({ sample: () => Promise.reject(new Error(`${++asked}`)) }),
      everyMs: 10,
    })
    await vi.advanceTimersByTimeAsync(35)
    end()
    expect([asked, told.length]).toEqual([3, 0])
  })
})
