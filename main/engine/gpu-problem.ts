import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { DeviceInfo } from '../tensorflow/runtime.ts'

/** Why a GPU that the machine has is not used, and what to do; null where there is nothing to say. */
export async function gpuProblem(devices: readonly DeviceInfo[]): Promise<string | null> {
  if (devices.some((device) => device.kind === 'GPU')) return null
  const name = await nvidiaGpuName()
  if (name === null) return null
  return `The machine has a GPU (${name}), but TensorFlow does not see it. Run \`node setup.mjs --gpu\` to fetch TensorFlow's CUDA build; if that is there already, the NVIDIA driver may be too old for it.`
}

async function nvidiaGpuName(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], { timeout: 10_000 })
    return stdout.split('\n')[0]?.trim() || null
  } catch {
    return null // no driver, so no GPU that could be used
  }
}
