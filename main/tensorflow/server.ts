import type { CApi } from './c-api.ts'
import { confineListeners } from './listeners.ts'
import { acquired, released } from './live-objects.ts'
import { workerJob } from './lost-worker.ts'
import { encodeServerDefinition } from './proto.ts'
import type { SessionConfig } from './proto.ts'
import type { SessionOptions } from './runtime.ts'
import { checked } from './status.ts'

export interface TensorFlowServerOptions extends Pick<SessionOptions, 'cpuDevices' | 'threads' | 'parallelOps'> {
  /** `host:port` of every worker's server, as the other workers reach it. */
  readonly addresses: readonly string[]
  /** Which of them this is. */
  readonly task: number
  /** Port to listen on; the one in its address when left out. */
  readonly port?: number
  /** Numeric address of this machine that others may connect to; every address when left out. Connections within the machine always may. */
  readonly confineTo?: string
}

export interface TensorFlowServer {
  /** Such as `grpc://127.0.0.1:7171`. */
  readonly target: string
  /** False where the server was to be confined and the system cannot: see {@link confineListeners}. */
  readonly isConfined: boolean
}

/** Starts TensorFlow's server in this process. Threads are those of all sessions that will use it. */
export function startServer(api: CApi, { addresses, task, port, confineTo, ...machine }: TensorFlowServerOptions): TensorFlowServer {
  const definition = encodeServerDefinition({ job: workerJob, addresses, task, ...(port === undefined ? {} : { port }), config: serverConfig(machine) })
  const server = acquired(checked(api, 'Making a TensorFlow server', (status) => api.newServer(definition, definition.length, status)))
  try {
    // The port listens already, but nothing is answered before the start.
    const isConfined = confineTo === undefined || confineListeners(port ?? portOf(addresses[task]), confineTo)
    checked(api, 'Starting a TensorFlow server', (status) => api.startServer(server, status))
    return { target: api.serverTarget(server), isConfined }
  } catch (error) {
    api.deleteServer(released(server))
    throw error
  }
}

function portOf(address: string | undefined): number {
  return Number(address?.split(':').at(-1))
}

/** Ops of a server run in a pool of its own: as many threads as cores where `parallelOps` is left out. */
function serverConfig({ cpuDevices = 1, threads = 0, parallelOps = 0 }: Pick<SessionOptions, 'cpuDevices' | 'threads' | 'parallelOps'>): SessionConfig {
  return { deviceCount: { CPU: cpuDevices }, intraOpParallelismThreads: threads, interOpParallelismThreads: parallelOps, allowSoftPlacement: true, gpuOptions: { allowGrowth: true } }
}
