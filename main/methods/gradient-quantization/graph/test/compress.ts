import { openTensorFlow } from '../../../../tensorflow/open.ts'
import type { HostArrays, Session } from '../../../../tensorflow/runtime.ts'
import { tf } from '../../../../tensorflow/tf.ts'
import type { Compressor, UnitReadings } from '../../../../training/exchange/compressor.ts'
import { layOut, ROW } from '../../../../training/exchange/flat-layout.ts'
import type { FlatLayout } from '../../../../training/exchange/flat-layout.ts'

/** A layout of units of these numbers of elements. */
export function layoutOf(...elements: readonly number[]): FlatLayout {
  return layOut({ tensors: elements.map((length, i) => ({ name: `t${i}/kernel`, shape: [length] })), unit: 'tensor', minTensor: 0 })
}

/** Values of units, one after the other, with rows filled up. */
export function flatten(layout: FlatLayout, units: readonly ArrayLike<number>[]): Float32Array {
  const flat = new Float32Array(layout.size)
  layout.units.forEach(({ firstRow }, i) => flat.set(units[i]!, firstRow * ROW))
  return flat
}

/** One call's results, all read back. */
export interface Outcome {
  readonly decoded: Float32Array
  /** decodeSum of the one message. */
  readonly received: Float32Array
  /** decodeSum of the message twice. */
  readonly twice: Float32Array
  readonly sent: Float32Array
  readonly bytes: number
  readonly readings: Partial<Record<keyof UnitReadings, number[]>>
  readonly state: HostArrays
  /** The sum of two messages, packed for the way down and unpacked; null where it travels dense. */
  readonly down: Float32Array | null
  readonly downBytes: number
}

export interface Call {
  readonly values: Float32Array
  readonly ratio?: number
  readonly seed?: readonly [number, number]
  readonly fits?: boolean
}

/** A compressor of one worker in a session of its own; state goes on from call to call. */
export async function openWorker(compressor: Compressor, layout: FlatLayout, options: { readonly device?: string; readonly threads?: number } = {}) {
  const session: Session = await (await openTensorFlow()).openSession({ threads: 2, ...options })
  const initial = compressor.initState(layout)
  await session.createVariables(initial)
  const names = Object.keys(initial)
  let readingNames: (keyof UnitReadings)[] = []
  let hasDown = false
  const step = (fits: boolean) =>
    session.compile({
      name: fits ? 'fit' : 'go by the last fit',
      inputs: { values: { shape: [layout.size], type: 'float32' }, ratio: { shape: [], type: 'float32' }, seed: { shape: [2], type: 'int32' } },
      trace({ inputs, read, assign }) {
        const state = Object.fromEntries(names.map((name) => [name, read(name)]))
        const result = compressor.compress({ layout, values: inputs.values as tf.Tensor1D, ratio: inputs.ratio as tf.Scalar, seed: inputs.seed as tf.Tensor1D, state, fits })
        for (const name of names) assign(name, result.state[name] ?? read(name))
        const twice = compressor.decodeSum(layout, [result.message, result.message])
        const packed = compressor.down?.pack(layout, twice, 2)
        hasDown = packed !== undefined
        const readings = Object.entries(result.readings)
        readingNames = readings.map(([name]) => name as keyof UnitReadings) // the readings' own names
        return {
          decoded: tf.mul(result.decoded, 1),
          received: tf.mul(compressor.decodeSum(layout, [result.message]), 1),
          twice,
          sent: tf.mul(result.sent, 1),
          bytes: result.message.bytes,
          down: packed === undefined ? tf.zeros([1]) : compressor.down!.unpack(layout, packed, 2),
          downBytes: packed?.bytes ?? tf.scalar(0),
          ...Object.fromEntries(readings.map(([name, tensor]) => [`reading/${name}`, tf.mul(tensor as tf.Tensor, tf.scalar(1, (tensor as tf.Tensor).dtype))])),
        }
      },
    })
  const steps = new Map<boolean, ReturnType<typeof step>>()
  return {
    session,
    async compress({ values, ratio = 0.01, seed = [1, 2], fits = true }: Call): Promise<Outcome> {
      const compiled = steps.get(fits) ?? step(fits)
      steps.set(fits, compiled)
      const result: Readonly<Record<string, Float32Array | Int32Array>> = await compiled.run({ values, ratio, seed: Int32Array.from(seed) })
      const floats = (name: string) => result[name] as Float32Array // all of these are float32
      return {
        decoded: floats('decoded'),
        received: floats('received'),
        twice: floats('twice'),
        sent: floats('sent'),
        bytes: floats('bytes')[0]!,
        readings: Object.fromEntries(readingNames.map((name) => [name, [...floats(`reading/${name}`)]])),
        state: await session.readVariables(names),
        down: hasDown ? floats('down') : null,
        downBytes: floats('downBytes')[0]!,
      }
    },
    close: () => session.close(),
  }
}

/** One call of a fresh compressor. */
export async function compressOnce(compressor: Compressor, layout: FlatLayout, call: Call): Promise<Outcome> {
  const worker = await openWorker(compressor, layout)
  try {
    return await worker.compress(call)
  } finally {
    await worker.close()
  }
}
