import { LoupeError } from '../../contract/errors.ts'
import type { ExchangeConfig } from '../../contract/exchange-config.ts'
import type { Runtime, Session } from '../../tensorflow/runtime.ts'

/** Workers on other machines, brought together: their TensorFlow servers run as one cluster. */
export interface GatheredWorkers {
  /** Of the session, such as `grpc://10.0.0.2:39041`. */
  readonly target: string
  /** TensorFlow's names, one a worker. */
  readonly devices: readonly string[]
  /** What a person should know of them: that they are not alike, or can be reached by others. */
  readonly warnings: readonly { readonly message: string; readonly facts: Readonly<Record<string, unknown>> }[]
  /** Why a worker is gone, once one is; null as long as all answer. */
  lost(): { readonly worker: number; readonly host: string; readonly reason: string } | null
  close(): Promise<void>
}

/**
 * Brings workers together.
 *
 * @throws LoupeError `worker-lost` where one does not answer, `conflict` where one is of another version or busy.
 */
export type GatherWorkers = (options: { readonly hosts: readonly string[]; readonly waitSeconds: number; readonly whenLost: ExchangeConfig['whenWorkerLost'] }) => Promise<GatheredWorkers>

/** The workers of a run and the session over them. */
export interface WorkerPool {
  readonly session: Session
  readonly devices: readonly string[]
  /** True where each worker needs a copy of the data of its own. */
  readonly isRemote: boolean
  readonly warnings: GatheredWorkers['warnings']
  lost: GatheredWorkers['lost']
  close(): Promise<void>
}

export interface OpenPoolOptions {
  readonly runtime: Runtime
  readonly exchange: ExchangeConfig
  /** Of the trainer: the kind of device to take. */
  readonly device: string
  /** That an op may use; 0 for as many as cores. */
  readonly threads: number
  /** Cores to share out. */
  readonly cores: number
  readonly gatherWorkers?: GatherWorkers | undefined
  /** Only a run that has begun may go on without a worker: one that is missing at first is more likely a wrong address. */
  readonly isResumed: boolean
}

/**
 * Opens a session over the workers of a run: on other machines where the config names hosts, else on the GPUs of this one, else on virtual
 * CPU devices.
 *
 * @throws LoupeError `device-unavailable` where there are fewer GPUs than workers.
 */
export async function openPool(options: OpenPoolOptions): Promise<WorkerPool> {
  return options.exchange.hosts.length > 0 ? await openRemote(options) : await openLocal(options)
}

async function openRemote({ runtime, exchange, gatherWorkers, isResumed }: OpenPoolOptions): Promise<WorkerPool> {
  if (gatherWorkers === undefined) throw new LoupeError('internal', 'The run names workers on other machines, and the trainer was not told how to bring them together.')
  const { hosts, waitSeconds, whenWorkerLost } = exchange
  const gathered = await gatherWorkers({ hosts, waitSeconds, whenLost: isResumed ? whenWorkerLost : 'wait' })
  const device = gathered.devices[0]
  try {
    if (device === undefined) throw new LoupeError('internal', 'No workers were brought together.')
    const session = await runtime.openSession({ target: gathered.target, device, callTimeoutMs: waitSeconds * 1000 })
    return {
      session,
      devices: gathered.devices,
      isRemote: true,
      warnings: gathered.warnings,
      lost: () => gathered.lost(),
      async close() {
        await session.close().catch(() => undefined) // of a cluster that has lost a worker: there is nothing left to close
        await gathered.close()
      },
    }
  } catch (error) {
    await gathered.close()
    throw error
  }
}

async function openLocal({ runtime, exchange: { workers }, device, threads, cores }: OpenPoolOptions): Promise<WorkerPool> {
  const isGpu = device.includes('GPU')
  const gpus = isGpu ? (await runtime.devices()).filter(({ kind }) => kind === 'GPU').map(({ name }) => name) : []
  if (isGpu && gpus.length < workers) {
    throw new LoupeError('device-unavailable', `The run wants ${workers} workers and there ${gpus.length === 1 ? 'is 1 GPU' : `are ${gpus.length} GPUs`}. Set exchange.workers to ${Math.max(2, gpus.length)}, name hosts, or set compute.device to "cpu".`, { workers, gpus: gpus.length })
  }
  const devices = isGpu ? gpus.slice(0, workers) : Array.from({ length: workers }, (_, index) => `/device:CPU:${index}`)
  // Workers side by side, each op on one core: cheaper than one worker after the other on all of them.
  const shared = threads === 0 ? cores : threads
  const session = await runtime.openSession({ device: devices[0] ?? device, cpuDevices: isGpu ? 1 : workers, threads: 1, parallelOps: Math.max(1, Math.min(shared, workers)) })
  return { session, devices, isRemote: false, warnings: [], lost: () => null, close: () => session.close() }
}
