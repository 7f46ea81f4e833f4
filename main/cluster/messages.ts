import { wireError } from '../contract/errors.ts'
import { z } from '../contract/zod.ts'

/** Grows where an older worker would misread a message. */
export const PROTOCOL = 1

/** Both ends must be of the same: a run is only what its versions make of it. */
export const versions = z.object({ loupe: z.string().max(100), tensorflow: z.string().max(100) })
export type Versions = z.output<typeof versions>

const device = z.object({ name: z.string(), kind: z.enum(['CPU', 'GPU']), memoryBytes: z.number(), description: z.string() })

/** What a run tells a worker, as JSON in WebSocket messages. */
export const toWorker = z.discriminatedUnion('kind', [
  /** The first message. */
  z.object({ kind: z.literal('hello'), protocol: z.int(), versions, token: z.string().max(1000).nullable(), from: z.string().max(1000) }),
  /** Start a process that loads TensorFlow, and find a port for it. A run that is silent for so long is given up. */
  z.object({ kind: z.literal('prepare'), silentAfterMs: z.number().positive() }),
  /** Make TensorFlow's server, now that all addresses are known. */
  z.object({ kind: z.literal('start'), addresses: z.array(z.string()).min(1), task: z.int().min(0), threads: z.int().min(0).nullable(), parallelOps: z.int().min(0).nullable() }),
  z.object({ kind: z.literal('ping'), id: z.int() }),
  /** End the process. */
  z.object({ kind: z.literal('stop') }),
])
export type ToWorker = z.output<typeof toWorker>

const prepared = z.object({
  kind: z.literal('prepared'),
  /** Of TensorFlow's server. */
  port: z.int(),
  cores: z.int(),
  memoryBytes: z.number(),
  devices: z.array(device),
  /** Threads that an op may use as the worker was told when it was started; null where the run may say. */
  threads: z.int().nullable(),
})

/** What a worker answers. */
export const fromWorker = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('welcome'), protocol: z.int(), versions, hostname: z.string() }),
  /** The worker will not work for this run, and says why before it closes. */
  z.object({ kind: z.literal('refused'), error: wireError }),
  prepared,
  z.object({ kind: z.literal('started'), isConfined: z.boolean() }),
  /** What was asked for did not work. */
  z.object({ kind: z.literal('failed'), error: wireError }),
  z.object({ kind: z.literal('pong'), id: z.int() }),
  /** TensorFlow's process is gone, unasked. */
  z.object({ kind: z.literal('ended'), how: z.string() }),
  z.object({ kind: z.literal('stopped') }),
])
export type FromWorker = z.output<typeof fromWorker>
export type Prepared = z.output<typeof prepared>

/** What a worker tells the process that holds TensorFlow. */
export const toServer = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('start'),
    addresses: z.array(z.string()),
    task: z.int(),
    port: z.int(),
    threads: z.int(),
    parallelOps: z.int(),
    /** Null to take connections to every address. */
    confineTo: z.string().nullable(),
  }),
  z.object({ kind: z.literal('ping'), id: z.int() }),
])
export type ToServer = z.output<typeof toServer>

/** What that process answers. */
export const fromServer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready'), port: z.int(), devices: z.array(device) }),
  z.object({ kind: z.literal('started'), isConfined: z.boolean() }),
  z.object({ kind: z.literal('failed'), error: wireError }),
  z.object({ kind: z.literal('pong'), id: z.int() }),
])
export type FromServer = z.output<typeof fromServer>

/** Undefined for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
