import { events } from '../contract/events.ts'
import type { AnyEvent } from '../contract/events.ts'
import { wireError } from '../contract/errors.ts'
import { response } from '../contract/rpc.ts'
import { z } from '../contract/zod.ts'

/**
 * What the engine process and its host need of the channel between them. Node's IPC channel and Electron's `parentPort`
 * both fit: plain values, in order.
 */
export interface Port {
  post(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  /** The other end is gone. */
  onClose(listener: () => void): void
}

/** What the host tells the engine. */
export const toEngine = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('request'), id: z.int(), name: z.string(), input: z.unknown() }),
  /** Save and exit. */
  z.object({ kind: z.literal('close') }),
])
export type ToEngine = z.output<typeof toEngine>

/** What the engine tells its host. */
export const fromEngine = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ready') }),
  /** The engine could not start, and says why before it exits. */
  z.object({ kind: z.literal('refused'), error: wireError }),
  z.object({ kind: z.literal('response'), id: z.int(), response }),
  z.object({ kind: z.literal('event'), event: z.custom<AnyEvent>((value) => z.object({ name: z.enum(Object.keys(events)) }).safeParse(value).success) }),
])
export type FromEngine = z.output<typeof fromEngine>
