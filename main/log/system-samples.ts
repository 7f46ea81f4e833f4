import type { Database } from 'better-sqlite3'
import { gpuSample } from '../contract/system-samples.ts'
import type { GpuSample, SystemSample } from '../contract/system-samples.ts'
import { z } from '../contract/zod.ts'

const sampleRow = z.object({
  at: z.number(),
  cpuBusy: z.number(),
  engineCores: z.number(),
  memoryUsedBytes: z.number(),
  memoryTotalBytes: z.number(),
  engineMemoryBytes: z.number(),
  diskFreeBytes: z.number(),
  diskTotalBytes: z.number(),
  gpus: z.string(),
})
const columns = `at, cpu_busy AS cpuBusy, engine_cores AS engineCores, memory_used AS memoryUsedBytes, memory_total AS memoryTotalBytes,
  engine_memory AS engineMemoryBytes, disk_free AS diskFreeBytes, disk_total AS diskTotalBytes, gpus`

export interface SystemSpan {
  /** Ms since 1970, both included. */
  readonly from: number
  readonly to: number
  readonly maxPoints: number
}

/** Samples of a span, oldest first: all of them, or as many stretches of equal time. */
export function systemSampleReads(db: Database): (span: SystemSpan) => SystemSample[] {
  const between = db.prepare<[number, number]>(`SELECT ${columns} FROM system_samples WHERE at BETWEEN ? AND ? ORDER BY at`)
  return ({ from, to, maxPoints }) => thinned(between.all(from, to).map(readSample), { from, to, maxPoints })
}

/** Days for which samples are kept. */
const KEPT_DAYS = 90

export function systemSampleWrites(db: Database): (sample: SystemSample) => void {
  const insert = db.prepare('INSERT OR REPLACE INTO system_samples VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const forget = db.prepare<[number]>('DELETE FROM system_samples WHERE at < ?')
  return ({ at, cpuBusy, engineCores, memoryUsedBytes, memoryTotalBytes, engineMemoryBytes, diskFreeBytes, diskTotalBytes, gpus }) => {
    insert.run(at, cpuBusy, engineCores, ...[memoryUsedBytes, memoryTotalBytes, engineMemoryBytes, diskFreeBytes, diskTotalBytes].map(Math.round), JSON.stringify(gpus))
    forget.run(at - KEPT_DAYS * 86_400_000)
  }
}

function readSample(raw: unknown): SystemSample {
  const row = sampleRow.parse(raw)
  return { ...row, gpus: z.array(gpuSample).parse(JSON.parse(row.gpus)) }
}

/**
 * At most `maxPoints` samples: those of a stretch of equal time become one, at the time of its last, of means, and of the least room on the disk.
 * A stretch without samples stays away, so that a pause does not look like idleness.
 */
export function thinned(samples: readonly SystemSample[], { from, to, maxPoints }: SystemSpan): SystemSample[] {
  if (samples.length <= maxPoints) return [...samples]
  const width = Math.max(1, (to - from + 1) / maxPoints)
  const stretches = Map.groupBy(samples, ({ at }) => Math.floor((at - from) / width))
  return [...stretches.values()].map(together)
}

function together(samples: readonly SystemSample[]): SystemSample {
  const last = samples.at(-1)!
  const mean = (of: (sample: SystemSample) => number) => samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length
  return {
    at: last.at,
    cpuBusy: mean((sample) => sample.cpuBusy),
    engineCores: mean((sample) => sample.engineCores),
    memoryUsedBytes: mean((sample) => sample.memoryUsedBytes),
    memoryTotalBytes: last.memoryTotalBytes,
    engineMemoryBytes: mean((sample) => sample.engineMemoryBytes),
    diskFreeBytes: Math.min(...samples.map((sample) => sample.diskFreeBytes)),
    diskTotalBytes: last.diskTotalBytes,
    gpus: last.gpus.map((gpu, index) => {
      const same = samples.flatMap(({ gpus }) => (gpus[index]?.name === gpu.name ? [gpus[index]] : []))
      return { ...gpu, busy: meanKnown(same, 'busy'), memoryUsedBytes: meanKnown(same, 'memoryUsedBytes') ?? gpu.memoryUsedBytes, watts: meanKnown(same, 'watts'), celsius: meanKnown(same, 'celsius') }
    }),
  }
}

function meanKnown(gpus: readonly GpuSample[], key: 'busy' | 'memoryUsedBytes' | 'watts' | 'celsius'): number | null {
  const known = gpus.flatMap((gpu) => gpu[key] ?? [])
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}
