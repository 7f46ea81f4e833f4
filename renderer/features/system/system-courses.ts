import type { SystemSample } from '../../../main/contract/system-samples.ts'
import type { Line } from '../../charts/line-option.ts'

export interface CourseNames {
  readonly machine: string
  readonly engine: string
  readonly diskFree: string
}

/** One chart of how busy the machine was: shares in percent, memory in bytes. */
export interface Course {
  readonly id: 'processor' | 'memory' | 'gpu' | 'disk'
  readonly unit: 'share' | 'bytes'
  readonly lines: readonly Line[]
}

/** Seconds since a moment, and a value of each sample, as a line. */
function lineOf(samples: readonly SystemSample[], { since, name, color, value }: { readonly since: number; readonly name: string; readonly color: string; readonly value: (sample: SystemSample) => number | null }): Line {
  const known = samples.flatMap((sample) => {
    const read = value(sample)
    return read === null ? [] : [{ x: (sample.at - since) / 1000, y: read }]
  })
  const ys = known.map(({ y }) => y)
  return { name, color, curve: { x: known.map(({ x }) => x), mean: ys, min: ys, max: ys, count: ys.map(() => 1) } }
}

export interface CourseQuestion {
  readonly samples: readonly SystemSample[]
  /** Ms since 1970: second 0 of the charts. */
  readonly since: number
  readonly names: CourseNames
  /** One a line; more GPUs than colours begin again. */
  readonly colors: readonly [string, string, ...string[]]
}

/** What the charts show; that of GPUs only where there is one. */
export function systemCourses({ samples, since, names, colors }: CourseQuestion): Course[] {
  const [first, second] = colors
  const line = (name: string, color: string, value: (sample: SystemSample) => number | null) => lineOf(samples, { since, name, color, value })
  const gpuNames = samples.at(-1)?.gpus.map(({ name }) => name) ?? []
  return [
    { id: 'processor', unit: 'share', lines: [line(names.machine, first, ({ cpuBusy }) => cpuBusy)] },
    { id: 'memory', unit: 'bytes', lines: [line(names.machine, first, ({ memoryUsedBytes }) => memoryUsedBytes), line(names.engine, second, ({ engineMemoryBytes }) => engineMemoryBytes)] },
    ...(gpuNames.length > 0
      ? [{ id: 'gpu', unit: 'share', lines: gpuNames.map((name, index) => line(gpuNames.length > 1 ? `${index}: ${name}` : name, colors[index % colors.length] ?? first, ({ gpus }) => gpus[index]?.busy ?? null)) } as const]
      : []),
    { id: 'disk', unit: 'bytes', lines: [line(names.diskFree, first, ({ diskFreeBytes }) => diskFreeBytes)] },
  ]
}
