import { encodeOutputs } from './c-api.ts'
import type { CApi, OutputReference, Pointer } from './c-api.ts'
import { copyTensor, freeTensor } from './host-tensor.ts'
import { acquired, released } from './live-objects.ts'
import { throwUnlessOk } from './status.ts'

/** What one kind of `TF_SessionRun` call takes and gives, encoded once. */
export interface RunPlan {
  /** For messages: `Running step "train"`. */
  readonly doing: string
  readonly inputs: readonly OutputReference[]
  readonly outputs: readonly OutputReference[]
  readonly targets: readonly Pointer[]
}

/** Runs a plan: feeds tensors, which are freed in any case, and copies the outputs into the given arrays. */
export type Runner = (feeds: readonly Pointer[], results: readonly ArrayBufferView[]) => Promise<void>

/** Prepares a call on a session. The call runs on a thread of libuv's pool: the process goes on meanwhile. */
export function prepareRun(api: CApi, session: Pointer, plan: RunPlan): Runner {
  const inputs = encodeOutputs(plan.inputs)
  const outputs = encodeOutputs(plan.outputs)
  const targets = BigUint64Array.from(plan.targets.length > 0 ? plan.targets : [0n])
  return async (feeds, results) => {
    const values = BigUint64Array.from(feeds.length > 0 ? feeds : [0n])
    const fetched = new BigUint64Array(Math.max(1, plan.outputs.length))
    const status = acquired(api.newStatus())
    try {
      await new Promise<void>((resolve, reject) => {
        const done = (error: Error | null) => (error ? reject(error) : resolve())
        api.run.async(session, 0n, inputs, values, feeds.length, outputs, fetched, plan.outputs.length, targets, plan.targets.length, 0n, status, done)
      })
      fetched.forEach(acquired)
      throwUnlessOk(api, status, plan.doing)
      results.forEach((result, i) => copyTensor(api, fetched[i]!, result))
    } finally {
      // Reading `values` here also keeps it alive while TensorFlow reads it: nothing else holds it during the call.
      for (const feed of values) if (feed) freeTensor(api, feed)
      for (const tensor of fetched) if (tensor) freeTensor(api, tensor)
      api.deleteStatus(released(status))
    }
  }
}
