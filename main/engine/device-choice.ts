import type { ComputeConfig } from '../contract/run-config.ts'
import type { DeviceInfo } from '../tensorflow/runtime.ts'

/** What something that waits asks of the machine. */
export interface DeviceWish {
  readonly device: ComputeConfig['device']
  /** Runs side by side: 1 for a single run, 0 for a study that leaves it open. */
  readonly parallelRuns: number
}

export type DeviceChoice =
  /** Free: it may train on these now. None where the machine has no such device, which its preparation then says. */
  | { readonly kind: 'free'; readonly devices: readonly string[] }
  /** Taken: it waits, and nothing behind it that wants the same devices goes first. */
  | { readonly kind: 'taken'; readonly of: DeviceInfo['kind'] }

/**
 * Chooses devices for one run or study.
 *
 * A GPU takes one of them at a time. A single run takes one GPU, a study as many as it has runs side by side; one that leaves that open takes every
 * GPU that is free. The CPU takes as many as the settings say, whatever runs a study has side by side.
 */
export function chooseDevices(options: { readonly wish: DeviceWish; readonly devices: readonly DeviceInfo[]; readonly taken: readonly string[]; readonly sideBySide: number }): DeviceChoice {
  const { wish, devices, taken, sideBySide } = options
  const gpus = devices.filter(({ kind }) => kind === 'GPU').map(({ name }) => name)
  if (wish.device !== 'cpu' && gpus.length > 0) return chooseGpus({ wish, gpus, taken })
  if (wish.device === 'gpu') return { kind: 'free', devices: [] }
  const cpu = devices.find(({ kind }) => kind === 'CPU')?.name
  if (cpu === undefined) return { kind: 'free', devices: [] }
  const busy = taken.filter((name) => name === cpu).length
  return busy < sideBySide ? { kind: 'free', devices: [cpu] } : { kind: 'taken', of: 'CPU' }
}

function chooseGpus({ wish, gpus, taken }: { readonly wish: DeviceWish; readonly gpus: readonly string[]; readonly taken: readonly string[] }): DeviceChoice {
  const free = gpus.filter((name) => !taken.includes(name))
  const wanted = wish.parallelRuns === 0 ? Math.max(1, free.length) : Math.min(wish.parallelRuns, gpus.length)
  return free.length >= wanted ? { kind: 'free', devices: free.slice(0, wanted) } : { kind: 'taken', of: 'GPU' }
}
