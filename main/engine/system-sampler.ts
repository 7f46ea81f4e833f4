import { execFile } from 'node:child_process'
import { statfs } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { promisify } from 'node:util'
import { currentLoad, mem } from 'systeminformation'
import type { GpuSample, SystemSample } from '../contract/system-samples.ts'

/** What the driver is asked, and in this order. */
const GPU_FIELDS = ['name', 'utilization.gpu', 'memory.used', 'memory.total', 'power.draw', 'temperature.gpu'] as const
const MEBIBYTE = 2 ** 20

/** Asks the machine how busy it is. The first answer says nothing of the time before it. */
export interface SystemSampler {
  sample(): Promise<SystemSample>
}

export interface SamplerOptions {
  /** Its disk is the one that is looked at. */
  readonly folder: string
  readonly now?: () => number
  /** Runs `nvidia-smi`: replaced in tests. */
  readonly askDriver?: (fields: readonly string[]) => Promise<string>
}

/** Looks at the processor and memory of the machine and of this process, at the disk of a folder, and at NVIDIA's GPUs where their driver answers. */
export function createSystemSampler({ folder, now = Date.now, askDriver = askNvidia }: SamplerOptions): SystemSampler {
  let before = { at: now(), cpu: process.cpuUsage() }
  let hasDriver = true
  const gpus = async (): Promise<GpuSample[]> => {
    if (!hasDriver) return []
    try {
      return readGpus(await askDriver(GPU_FIELDS))
    } catch {
      hasDriver = false // no driver, or one that does not answer: asking again would cost a process each time
      return []
    }
  }
  return {
    async sample() {
      const [load, memory, disk, seen] = await Promise.all([currentLoad(), mem(), statfs(folder), gpus()])
      const at = now()
      const used = process.cpuUsage(before.cpu)
      const elapsedMs = Math.max(1, at - before.at)
      before = { at, cpu: process.cpuUsage() }
      const { usedBytes, totalBytes } = memoryWithin(memory)
      return {
        at,
        cpuBusy: within01(load.currentLoad / 100),
        engineCores: Math.min(availableParallelism(), (used.user + used.system) / 1000 / elapsedMs),
        memoryUsedBytes: usedBytes,
        memoryTotalBytes: totalBytes,
        engineMemoryBytes: process.memoryUsage.rss(),
        diskFreeBytes: disk.bavail * disk.bsize,
        diskTotalBytes: disk.blocks * disk.bsize,
        gpus: seen,
      }
    },
  }
}

/** Lines as `nvidia-smi --format=csv,noheader,nounits` prints them; a field that it has no answer for is in brackets. */
export function readGpus(text: string): GpuSample[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', busy, used, total, watts, celsius] = line.split(',').map((field) => field.trim())
      return { name, busy: scaled(busy, 0.01), memoryUsedBytes: scaled(used, MEBIBYTE) ?? 0, memoryTotalBytes: scaled(total, MEBIBYTE) ?? 0, watts: scaled(watts, 1), celsius: scaled(celsius, 1) }
    })
}

function scaled(field: string | undefined, factor: number): number | null {
  const value = field === undefined || field === '' ? Number.NaN : Number(field)
  return Number.isFinite(value) ? value * factor : null
}

/** Of the machine, or of the container where that allows less than the machine has. */
function memoryWithin({ total, available }: { readonly total: number; readonly available: number }): { readonly usedBytes: number; readonly totalBytes: number } {
  const limit = process.constrainedMemory()
  const [totalBytes, freeBytes] = limit > 0 && limit < total ? [limit, process.availableMemory()] : [total, available]
  return { totalBytes, usedBytes: Math.max(0, totalBytes - freeBytes) }
}

function within01(share: number): number {
  return Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0
}

async function askNvidia(fields: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('nvidia-smi', [`--query-gpu=${fields.join()}`, '--format=csv,noheader,nounits'], { timeout: 5000 })
  return stdout
}
