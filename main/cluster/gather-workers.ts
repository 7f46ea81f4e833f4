import { hostname } from 'node:os'
import { LoupeError, toWireError } from '../contract/errors.ts'
import { isLoopback } from '../serve/access.ts'
import { workerDevice } from '../tensorflow/lost-worker.ts'
import type { DeviceInfo } from '../tensorflow/runtime.ts'
import { clusterWarnings } from './cluster-warnings.ts'
import type { ClusterWarning } from './cluster-warnings.ts'
import { watchHeart } from './heartbeat.ts'
import { PROTOCOL } from './messages.ts'
import type { Prepared, Versions } from './messages.ts'
import { startRelay } from './relay.ts'
import { ownVersions } from './worker.ts'
import { connectWorker } from './worker-link.ts'
import type { WorkerLink } from './worker-link.ts'

export interface GatherOptions {
  /** `host:port` of a `loupe worker` each; the first is worker 0. */
  readonly hosts: readonly string[]
  /** What the workers were started with; `LOUPE_WORKER_TOKEN` when left out. */
  readonly token?: string | undefined
  /** Threads that an op may use, 0 for all cores of a worker; a worker that was told otherwise when it was started keeps to that. */
  readonly threads?: number
  /** Ops that may run at the same time on a worker; as many as it has cores when left out. */
  readonly parallelOps?: number
  /** Time between two heartbeats; 1000 when left out. */
  readonly heartbeatMs?: number
  /** A worker whose heart has not beaten for so long is lost; 10,000 when left out. */
  readonly lostAfterMs?: number
  /** A worker that takes longer to say who it is counts as not there; 10,000 when left out. */
  readonly answerMs?: number
  /** For tests. */
  readonly versions?: Versions
}

/** What a worker is and has. */
export interface WorkerFacts {
  readonly worker: number
  /** As in the config. */
  readonly host: string
  /** The machine's own name. */
  readonly hostname: string
  readonly cores: number
  readonly memoryBytes: number
  /** Threads that an op may use, 0 for all cores. */
  readonly threads: number
  /** By the names that they have in the cluster: `/job:worker/task:1/device:GPU:0`. */
  readonly devices: readonly DeviceInfo[]
}

export interface Cluster {
  /** For {@link SessionOptions.target}. */
  readonly target: string
  /** The device that each worker trains on, in the order of the workers: its first GPU, else its CPU. */
  readonly devices: readonly string[]
  readonly workers: readonly WorkerFacts[]
  /** What a person should know: workers that are not alike, ports that are open. */
  readonly warnings: readonly ClusterWarning[]
  /** Resolves when a worker is lost, with `worker-lost`: which one and why. The cluster has then ended, and calls that ran fail. */
  readonly lost: Promise<LoupeError>
  /** Ends the cluster: TensorFlow's process of every worker. Resolves when they are gone. A session is closed before. */
  close(): Promise<void>
}

/** Loading TensorFlow takes a second, from a cold disk many. */
const PREPARE_MS = 120_000
const CLOSE_MS = 3000
/** Time that a run may be silent, busy with tracing, before a worker gives it up. */
const SILENT_MS = 60_000

/**
 * Makes a cluster of workers: each starts a new process with TensorFlow's server, and learns the addresses of all.
 *
 * @throws LoupeError `worker-lost` where one is not there or does not answer, `conflict` where one works for another run, `unauthorized` where the
 *   token is wrong, `unsupported` where one is of another version, `invalid-input` where an address is none or leads to something else.
 */
export async function gatherWorkers(options: GatherOptions): Promise<Cluster> {
  const { hosts, heartbeatMs = 1000, lostAfterMs = 10_000, answerMs = 10_000, versions = ownVersions } = options
  checkHosts(hosts)
  const links: WorkerLink[] = []
  try {
    const token = options.token ?? process.env['LOUPE_WORKER_TOKEN'] ?? null
    const welcomes = await forAll(hosts, async (host, worker) => {
      const link = await connectWorker(host, { withinMs: answerMs })
      links[worker] = link
      link.send({ kind: 'hello', protocol: PROTOCOL, versions, token, from: `process ${process.pid} on ${hostname()}` })
      const welcome = await link.answer('welcome', answerMs)
      checkVersions(host, welcome.versions, versions)
      return welcome
    })
    const prepared = await forAll(links, async (link) => {
      link.send({ kind: 'prepare', silentAfterMs: Math.max(SILENT_MS, 3 * lostAfterMs) })
      return link.answer('prepared', PREPARE_MS)
    })
    const addresses = hosts.map((host, worker) => `${splitHost(host).name}:${prepared[worker]!.port}`)
    const started = await forAll(links, async (link, task) => {
      link.send({ kind: 'start', addresses, task, threads: options.threads ?? null, parallelOps: options.parallelOps ?? null })
      return link.answer('started', PREPARE_MS)
    })
    const workers = hosts.map((host, worker) => factsOf({ host, worker, hostname: welcomes[worker]!.hostname, prepared: prepared[worker]!, threads: options.threads ?? 0 }))
    return await watchCluster({ links, workers, addresses, isConfined: started.map((each) => each.isConfined), heartbeatMs, lostAfterMs })
  } catch (error) {
    for (const link of links) link?.terminate()
    throw error
  }
}

interface Gathered {
  readonly links: readonly WorkerLink[]
  readonly workers: readonly WorkerFacts[]
  readonly addresses: readonly string[]
  readonly isConfined: readonly boolean[]
  readonly heartbeatMs: number
  readonly lostAfterMs: number
}

/** The running cluster, until it is closed or loses a worker. */
async function watchCluster({ links, workers, addresses, isConfined, heartbeatMs, lostAfterMs }: Gathered): Promise<Cluster> {
  const lost = Promise.withResolvers<LoupeError>()
  let closing: Promise<void> | null = null
  const first = splitHost(addresses[0] ?? '')
  const relay = await startRelay({ host: first.bare, port: first.port, onBroken: (reason) => lose(0, `TensorFlow's server there is gone: ${reason}`) })
  const hearts = links.map((link, worker) => watchHeart({ link, everyMs: heartbeatMs, lostAfterMs, onLost: (reason) => lose(worker, reason) }))

  function lose(worker: number, reason: string): void {
    if (closing !== null) return
    relay.break({ worker, reason })
    const { host } = workers[worker]!
    lost.resolve(new LoupeError('worker-lost', `Worker ${worker} at ${host} is lost: ${reason}. Start \`loupe worker\` there again, then go on from the last checkpoint.`, { worker, host, reason }))
    void close()
  }

  function close(): Promise<void> {
    closing ??= (async () => {
      hearts.forEach((stop) => stop())
      relay.close()
      await Promise.all(links.map(leave))
    })()
    return closing
  }

  return {
    target: `grpc://127.0.0.1:${relay.port}`,
    devices: workers.map(({ devices, worker }) => (devices.find(({ kind }) => kind === 'GPU') ?? devices[0])?.name ?? workerDevice(worker)),
    workers,
    warnings: clusterWarnings(workers, isConfined),
    lost: lost.promise,
    close,
  }
}

/** Lets a worker end its process; one that does not answer is left to find out by itself. */
async function leave(link: WorkerLink): Promise<void> {
  link.send({ kind: 'stop' })
  await link.answer('stopped', CLOSE_MS).catch(() => {})
  link.terminate()
}

/** Runs a call for each, all at once, and waits for all: the first error in their order is thrown. */
async function forAll<T, R>(items: readonly T[], call: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results = await Promise.allSettled(items.map(call))
  const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []))
  const [first] = errors
  if (first instanceof LoupeError && errors.length > 1) {
    throw new LoupeError(first.code, `${first.message} (And ${errors.length - 1} more of the workers failed.)`, { ...first.facts, errors: errors.map((error) => toWireError(error)) }, { cause: first })
  }
  if (errors.length > 0) throw first
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
}

function factsOf({ host, worker, hostname: name, prepared, threads }: { host: string; worker: number; hostname: string; prepared: Prepared; threads: number }): WorkerFacts {
  return {
    worker,
    host,
    hostname: name,
    cores: prepared.cores,
    memoryBytes: prepared.memoryBytes,
    threads: prepared.threads ?? threads,
    devices: prepared.devices.map((device) => ({ ...device, name: workerDevice(worker, device.name) })),
  }
}

/** @throws LoupeError `unsupported` */
function checkVersions(host: string, theirs: Versions, ours: Versions): void {
  if (theirs.loupe === ours.loupe && theirs.tensorflow === ours.tensorflow) return
  const say = ({ loupe, tensorflow }: Versions) => `Loupe ${loupe} with TensorFlow ${tensorflow}`
  throw new LoupeError('unsupported', `The worker at ${host} is ${say(theirs)}, but this is ${say(ours)}. Install the same version on both machines.`, { host, theirs, ours })
}

/** @throws LoupeError `invalid-input` for what is no address, for one that is named twice, and for addresses that do not lead from one worker to the other. */
function checkHosts(hosts: readonly string[]): void {
  if (hosts.length === 0) throw new LoupeError('invalid-input', 'A cluster needs at least one worker. Name the host:port of each.')
  const twice = hosts.find((host, i) => hosts.indexOf(host) !== i)
  if (twice !== undefined) throw new LoupeError('invalid-input', `${twice} is named twice. Each worker has an address of its own.`, { host: twice })
  const local = hosts.filter((host) => isLoopback(splitHost(host).name))
  if (local.length === 0 || local.length === hosts.length) return
  throw new LoupeError(
    'invalid-input',
    `${local[0]} leads back to whoever asks, so workers on other machines cannot reach it by that. Give the address that they reach it by, or use tunnels and 127.0.0.1 for all.`,
    { host: local[0] },
  )
}

/** `[::1]:4750` has the name `[::1]`, which is `::1` bare. */
function splitHost(host: string): { readonly name: string; readonly bare: string; readonly port: number } {
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:/\s[\]]+):(\d{1,5})$/.exec(host)
  const [name, port] = [match?.[1], Number(match?.[2])]
  if (name === undefined || !(port >= 1 && port <= 65535)) throw new LoupeError('invalid-input', `"${host}" is no address of a worker. It looks like 192.168.1.20:4750 or gpu-box:4750.`, { host })
  return { name, bare: name.replace(/^\[|\]$/g, ''), port }
}
