import { LOW_DISK_BYTES } from '../contract/system-samples.ts'
import type { LogWriter } from '../log/log.ts'
import type { Emit } from './event-hub.ts'
import type { SystemSampler } from './system-sampler.ts'

export interface SystemMonitorOptions {
  readonly writer: Pick<LogWriter, 'appendSystemSample' | 'appendEvent'>
  readonly emit: Emit
  readonly workspace: string
  /** Whether something trains at this moment: only then samples are logged. */
  readonly isTraining: () => boolean
  /** Made with the first sample, so that opening a workbench does not wait for it. */
  readonly openSampler: () => Promise<SystemSampler>
  readonly everyMs?: number
}

/** Room has to come back by as much before another warning is worth it. */
const LOW_AGAIN = 2

/**
 * Tells listeners every few seconds how busy the machine is, logs that while something trains, and warns once when the disk of the workspace
 * nears its end: in time to free some room, before the log has to hold the runs.
 *
 * Nothing here may reach the training: what fails is left out.
 *
 * @returns A function that ends it.
 */
export function startSystemMonitor({ writer, emit, workspace, isTraining, openSampler, everyMs = 5000 }: SystemMonitorOptions): () => void {
  let sampler: SystemSampler | null = null
  let isLooking = false
  let wasWarned = false
  let hasEnded = false
  const look = async () => {
    sampler ??= await openSampler()
    const sample = await sampler.sample()
    if (hasEnded) return
    const isDiskLow = sample.diskFreeBytes < LOW_DISK_BYTES
    emit({ name: 'system.sampled', payload: { sample, isDiskLow } })
    if (sample.diskFreeBytes > LOW_AGAIN * LOW_DISK_BYTES) wasWarned = false
    if (!isTraining()) return
    writer.appendSystemSample(sample)
    if (!isDiskLow || wasWarned) return
    wasWarned = true
    const event = writer.appendEvent({
      studyId: null,
      runId: null,
      level: 'warning',
      kind: 'disk.low',
      message: `The disk of the workspace ${workspace} has ${Math.floor(sample.diskFreeBytes / 2 ** 20)} MB free. Free some room: without any, runs hold until there is some.`,
      facts: { path: workspace, freeBytes: sample.diskFreeBytes },
    })
    emit({ name: 'log.event', payload: { event } })
  }
  const timer = setInterval(() => {
    if (isLooking) return // a machine that swaps may take longer than the interval
    isLooking = true
    look()
      .catch(() => {})
      .finally(() => (isLooking = false))
  }, everyMs)
  timer.unref()
  return () => {
    hasEnded = true
    clearInterval(timer)
  }
}
