import { execFileSync } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import type { CApi } from './c-api.ts'
import { Graph } from './graph.ts'
import { acquired, released } from './live-objects.ts'
import type { DeviceInfo } from './runtime.ts'
import { deleteSession, newSession } from './session.ts'
import { checked } from './status.ts'

/** Lists the devices that TensorFlow can use here. XLA's own entries are left out. */
export function listDevices(api: CApi): readonly DeviceInfo[] {
  const graph = new Graph(api)
  const session = newSession(api, graph.pointer, {})
  try {
    const list = acquired(checked(api, 'Listing devices', (status) => api.listDevices(session, status)))
    try {
      return describe(api, list)
    } finally {
      api.deleteDeviceList(released(list))
    }
  } finally {
    deleteSession(api, session)
    graph.free()
  }
}

function describe(api: CApi, list: bigint): DeviceInfo[] {
  const found: DeviceInfo[] = []
  const gpuNames = [...Array(api.deviceCount(list)).keys()].some((i) => typeOf(api, list, i) === 'GPU') ? nvidiaNames() : []
  for (let i = 0; i < api.deviceCount(list); i++) {
    const kind = typeOf(api, list, i)
    if (kind !== 'CPU' && kind !== 'GPU') continue
    const name = checked(api, 'Listing devices', (status) => api.deviceName(list, i, status)).replace(/^.*(?=\/device:)/, '')
    if (kind === 'GPU') {
      const memoryBytes = Number(checked(api, 'Listing devices', (status) => api.deviceMemory(list, i, status)))
      const index = Number(name.split(':').at(-1))
      found.push({ name, kind, memoryBytes, description: gpuNames[index] ?? 'NVIDIA GPU' })
    } else {
      // TensorFlow reports a made-up 256 MiB for the CPU.
      found.push({ name, kind, memoryBytes: totalmem(), description: `${cpus()[0]?.model.trim() ?? 'CPU'}, ${cpus().length} cores` })
    }
  }
  return found
}

function typeOf(api: CApi, list: bigint, index: number): string {
  return checked(api, 'Listing devices', (status) => api.deviceType(list, index, status))
}

function nvidiaNames(): readonly string[] {
  try {
    const text = execFileSync('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], timeout: 10_000 })
    return text.trim().split('\n')
  } catch {
    return [] // the description is a courtesy; TensorFlow has the device
  }
}
