import { LoupeError } from '../contract/errors.ts'
import type { ComputeConfig } from '../contract/run-config.ts'
import type { DeviceInfo } from '../tensorflow/runtime.ts'

/**
 * The devices that runs of this config may be placed on: every GPU, or the CPU.
 *
 * @throws LoupeError `device-unavailable`
 */
export function devicesFor(wanted: ComputeConfig['device'], devices: readonly DeviceInfo[]): readonly DeviceInfo[] {
  const gpus = devices.filter((device) => device.kind === 'GPU')
  const cpus = devices.filter((device) => device.kind === 'CPU').slice(0, 1)
  if (wanted === 'gpu' && gpus.length === 0) {
    throw new LoupeError(
      'device-unavailable',
      'The config asks for a GPU (compute.device: gpu), and TensorFlow sees none here. Use "auto" or "cpu", or see what `loupe doctor` says about the GPU.',
      { devices: devices.map((device) => device.name) },
    )
  }
  if (wanted !== 'cpu' && gpus.length > 0) return gpus
  return cpus
}
