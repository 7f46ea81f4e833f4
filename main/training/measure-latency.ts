import type { Session } from '../tensorflow/runtime.ts'
import { tf } from '../tensorflow/tf.ts'
import type { Model } from './models/model.ts'
import { Random } from './random.ts'
import { readTensors, writeGroup } from './variables.ts'

const WARM_UP_CALLS = 20
const CALLS = 100

/** How long a model takes for one example, in ms. */
export interface MeasuredLatency {
  readonly medianMs: number
  readonly p95Ms: number
}

/**
 * Measures how long a model takes for one example: median and 95th percentile of 100 calls after 20 that are not counted.
 *
 * Weights do not matter for it, so the initial ones are taken; the example is all zeros, fed anew at each call as a user's would be.
 *
 * @param prefix  New to the session: models beside each other do not share variables.
 */
export async function measureLatency({ session, model, prefix }: { readonly session: Session; readonly model: Model; readonly prefix: string }): Promise<MeasuredLatency> {
  const parameters = await writeGroup(session, `${prefix}parameters/`, model.init(Random.seeded(1, 'init')))
  const statistics = await writeGroup(session, `${prefix}statistics/`, model.initStatistics())
  const shape = [1, ...model.inputShape]
  const compiled = session.compile({
    name: `${prefix}latency`,
    inputs: { x: { shape, type: 'float32' } },
    trace: (context) => ({ logits: model.forward(readTensors(context, parameters), readTensors(context, statistics), context.inputs.x, { training: false, seed: tf.tensor1d([0, 0], 'int32') }).logits }),
  })
  const x = new Float32Array(shape.reduce((product, side) => product * side, 1))
  for (let call = 0; call < WARM_UP_CALLS; call++) await compiled.run({ x })
  const times: number[] = []
  for (let call = 0; call < CALLS; call++) {
    const began = performance.now()
    await compiled.run({ x })
    times.push(performance.now() - began)
  }
  return summarised(times)
}

/** The middle and the 95th percentile of some times: of 100 the mean of the 50th and 51st, and the 95th. */
export function summarised(times: readonly number[]): MeasuredLatency {
  const sorted = times.toSorted((one, other) => one - other)
  const at = (place: number) => sorted[Math.min(Math.max(place, 0), sorted.length - 1)] ?? Number.NaN
  return { medianMs: (at(Math.ceil(sorted.length / 2) - 1) + at(Math.floor(sorted.length / 2))) / 2, p95Ms: at(Math.ceil(0.95 * sorted.length) - 1) }
}
