import { encodeOutputs } from './c-api.ts'
import type { CApi, OutputReference, Pointer } from './c-api.ts'
import { copyTensor, freeTensor } from './host-tensor.ts'
import { acquired, released } from './live-objects.ts'
import type { RemoteSession } from './lost-worker.ts'
import { encodeRunOptions } from './proto.ts'
import { throwUnlessOk } from './status.ts'

/** What one kind of `TF_SessionRun` call takes and gives, encoded once. */
export interface RunPlan {
  /** For messages: `Running step "train"`. */
  readonly doing: string
  readonly inputs: readonly OutputReference[]
  readonly outputs: readonly OutputReference[]
  readonly targets: readonly Pointer[]
}

/** The session that calls are made on. */
export interface CallTarget {
  readonly api: CApi
  readonly session: Pointer
  /** What the calls go to where that is another process; null for a session in this one. */
  readonly remote: RemoteSession | null
}

/** Runs a plan: feeds tensors, which are freed in any case, and copies the outputs into the given arrays. */
export type Runner = (feeds: readonly Pointer[], results: readonly ArrayBufferView[]) => Promise<void>

/** Buffers of one call whose operations are timed. */
interface Tracing {
  readonly options: Pointer
  readonly metadata: Pointer
}
const untraced: Tracing = { options: 0n, metadata: 0n }

/** Prepares a call on a session. The call runs on a thread of libuv's pool: the process goes on meanwhile. */
export function prepareRun(target: CallTarget, plan: RunPlan): Runner {
  const run = prepareTracedRun(target, plan)
  return (feeds, results) => run(feeds, results, untraced)
}

/** As {@link prepareRun}, for a call of which TensorFlow records times and memory, as the bytes of a `RunMetadata`. Recording slows small operations down. */
export function prepareProfiledRun(target: CallTarget, plan: RunPlan): (...args: Parameters<Runner>) => Promise<Uint8Array> {
  const { api } = target
  const run = prepareTracedRun(target, plan)
  return async (feeds, results) => {
    const bytes = encodeRunOptions({ traceLevel: RECORD_TIMES })
    const tracing = { options: acquired(api.newBuffer(bytes, bytes.length)), metadata: acquired(api.newEmptyBuffer()) }
    try {
      await inTurn(() => run(feeds, results, tracing))
      return bufferBytes(api, tracing.metadata)
    } finally {
      for (const buffer of Object.values(tracing)) api.deleteBuffer(released(buffer))
    }
  }
}

/** TensorFlow records one call of a process at a time, and refuses a second one. */
let lastRecorded: Promise<unknown> = Promise.resolve()

async function inTurn<T>(call: () => Promise<T>): Promise<T> {
  const turn = lastRecorded.then(call, call)
  lastRecorded = turn.catch(() => undefined)
  return await turn
}

/** `RunOptions.FULL_TRACE`: the lower levels leave the processor's operations out. */
const RECORD_TIMES = 3

function prepareTracedRun({ api, session, remote }: CallTarget, plan: RunPlan): (...args: [...Parameters<Runner>, Tracing]) => Promise<void> {
  const inputs = encodeOutputs(plan.inputs)
  const outputs = encodeOutputs(plan.outputs)
  const targets = BigUint64Array.from(plan.targets.length > 0 ? plan.targets : [0n])
  return async (feeds, results, tracing) => {
    const values = BigUint64Array.from(feeds.length > 0 ? feeds : [0n])
    const fetched = new BigUint64Array(Math.max(1, plan.outputs.length))
    const status = acquired(api.newStatus())
    try {
      await new Promise<void>((resolve, reject) => {
        const done = (error: Error | null) => (error ? reject(error) : resolve())
        api.run.async(session, tracing.options, inputs, values, feeds.length, outputs, fetched, plan.outputs.length, targets, plan.targets.length, tracing.metadata, status, done)
      })
      fetched.forEach(acquired)
      throwUnlessOk(api, status, plan.doing, remote)
      results.forEach((result, i) => copyTensor(api, fetched[i]!, result))
    } finally {
      // Reading `values` here also keeps it alive while TensorFlow reads it: nothing else holds it during the call.
      for (const feed of values) if (feed) freeTensor(api, feed)
      for (const tensor of fetched) if (tensor) freeTensor(api, tensor)
      api.deleteStatus(released(status))
    }
  }
}

/** A copy of what a `TF_Buffer` holds: the struct begins with the address of its bytes and their number. */
export function bufferBytes(api: CApi, buffer: Pointer): Uint8Array {
  const head = new BigUint64Array(2)
  api.copyOut(head, buffer, 16)
  const bytes = new Uint8Array(Number(head[1]))
  if (bytes.length > 0) api.copyOut(bytes, head[0]!, bytes.length)
  return bytes
}
