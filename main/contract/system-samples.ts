import { z } from './zod.ts'

/** One GPU at a moment, as its driver tells; null for what it does not tell. */
export const gpuSample = z.object({
  name: z.string(),
  /** Share of the time in which a kernel ran, 0 to 1. */
  busy: z.number().nullable(),
  memoryUsedBytes: z.number(),
  memoryTotalBytes: z.number(),
  watts: z.number().nullable(),
  celsius: z.number().nullable(),
})
export type GpuSample = z.output<typeof gpuSample>

/** What the machine had to do at a moment. Shares and cores are means since the sample before. */
export const systemSample = z.object({
  /** Ms since 1970. */
  at: z.int(),
  /** Share of all cores that was busy with whatever, 0 to 1. */
  cpuBusy: z.number(),
  /** Cores that the engine's own process kept busy: 1.5 for one and a half. */
  engineCores: z.number(),
  /** Without what the system can take back at once, such as its cache of files. */
  memoryUsedBytes: z.number(),
  memoryTotalBytes: z.number(),
  /** Resident in memory for the engine. */
  engineMemoryBytes: z.number(),
  /** Of the disk that the workspace is on. */
  diskFreeBytes: z.number(),
  diskTotalBytes: z.number(),
  gpus: z.array(gpuSample),
})
export type SystemSample = z.output<typeof systemSample>

/** A stretch of time of which the samples are asked for. */
export const systemSpan = z.strictObject({
  /** Ms since 1970, both included. */
  from: z.int(),
  to: z.int(),
  /** More samples than this are put together: means, and the least room on the disk. */
  maxPoints: z.int().min(2).max(5000).default(300),
})

/** Below this the disk of the workspace counts as nearly full, and the window says so. */
export const LOW_DISK_BYTES = 500 * 2 ** 20
