import { LoupeError } from '../../contract/errors.ts'
import type { DeviceInfo } from '../../tensorflow/runtime.ts'
import type { DeviceState } from './realisation.ts'

/** A device that a run may use. */
export interface PooledDevice {
  /** TensorFlow's name, such as `/device:GPU:0`. */
  readonly name: string
  /** That a step may take, beside variables and data. */
  readonly stepBytes: number
}

/**
 * The devices that a run may use, and which of them are taken away from it meanwhile.
 *
 * On a machine without a GPU they are virtual CPU devices: real to TensorFlow, which places and copies as between GPUs, but they share
 * the processor's cores and memory, so they train no faster.
 */
export class DevicePool {
  readonly #devices: ReadonlyMap<string, PooledDevice>
  readonly #gone = new Set<string>()
  /** The one that holds the variables and the data. */
  readonly first: string
  /** Bytes that all devices share, beyond which the machine ends the process; null where each has its own and says when it is full. */
  readonly sharedBytes: number | null

  constructor({ devices, sharedBytes }: { readonly devices: readonly PooledDevice[]; readonly sharedBytes: number | null }) {
    const [first] = devices
    if (first === undefined) throw new LoupeError('internal', 'A pool of devices needs at least one.')
    this.#devices = new Map(devices.map((device) => [device.name, device]))
    this.first = first.name
    this.sharedBytes = sharedBytes
  }

  /** @throws LoupeError `device-unavailable` */
  get(name: string): PooledDevice {
    const device = this.#devices.get(name)
    if (device === undefined) throw new LoupeError('device-unavailable', `The run has no device ${name}. It has ${[...this.#devices.keys()].join(', ')}.`, { device: name })
    return device
  }

  /** Takes a device away or gives it back. It counts from the next batch size that is realised on. The first stays: it holds the variables. */
  setAvailable(name: string, is: 'available' | 'gone'): void {
    this.get(name)
    if (is === 'gone' && name === this.first) throw new LoupeError('conflict', `${name} holds the run's variables and cannot be taken away.`, { device: name })
    if (is === 'gone') this.#gone.add(name)
    else this.#gone.delete(name)
  }

  /** Leaves the first so many devices available, one at least, and takes the others away. */
  setAvailableCount(count: number): void {
    ;[...this.#devices.keys()].forEach((name, i) => this.setAvailable(name, i < Math.max(1, count) ? 'available' : 'gone'))
  }

  table(inUse: readonly string[]): readonly Pick<DeviceState, 'name' | 'state'>[] {
    return [...this.#devices.keys()].map((name) => ({ name, state: this.#gone.has(name) ? 'gone' : inUse.includes(name) ? 'in-use' : 'free' }))
  }
}

/** Virtual CPU devices that a session must have for a run; 1 for a run on GPUs. */
export function virtualDevices({ device, wanted }: { readonly device: string; readonly wanted: number }): number {
  return device.includes('GPU') ? 1 : wanted
}

/**
 * The pool of a run: its session's device first, then others of the kind.
 *
 * @param heldBytes  Of variables and data, on the first device.
 * @throws LoupeError `device-unavailable` where there are fewer GPUs than the run is to start on.
 */
export function poolFor({ device, all, wanted, atStart, heldBytes }: { readonly device: string; readonly all: readonly DeviceInfo[]; readonly wanted: number; readonly atStart: number; readonly heldBytes: number }): DevicePool {
  if (!device.includes('GPU')) {
    const sharedBytes = process.availableMemory()
    const devices = Array.from({ length: wanted }, (_, i) => ({ name: `/device:CPU:${i}`, stepBytes: sharedBytes / wanted }))
    return new DevicePool({ devices, sharedBytes })
  }
  const gpus = all.filter(({ kind }) => kind === 'GPU').sort((a, b) => Number(b.name === device) - Number(a.name === device))
  if (gpus.length < atStart) {
    throw new LoupeError('device-unavailable', `The run is to start on ${atStart} devices (devicesAtStart), and there ${gpus.length === 1 ? 'is 1 GPU' : `are ${gpus.length} GPUs`}.`, { atStart, devices: gpus.map(({ name }) => name) })
  }
  return new DevicePool({ devices: gpus.slice(0, wanted).map(({ name, memoryBytes }) => ({ name, stepBytes: memoryBytes - heldBytes })), sharedBytes: null })
}
