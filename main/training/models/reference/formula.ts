import type { HostArray, HostArrays } from '../../../tensorflow/runtime.ts'
import { sizeOf } from '../initializers.ts'

/** The values that `pytorch.py` gives to an array of this name and shape, so that weights need not be stored. */
export function formula(name: string, shape: readonly number[]): HostArray {
  const phase = [...name].reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0)
  const gain = Math.sqrt(2 / sizeOf(shape.slice(0, -1)))
  const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
    const wave = Math.sin(0.7 * i * i + phase)
    if (name.endsWith('/scale')) return 1 + 0.3 * wave
    if (name.endsWith('/variance')) return 1 + 0.5 * wave
    return wave * gain
  })
  return { shape, type: 'float32', values }
}

/** {@link formula} in place of all values. */
export function formulaFor(arrays: HostArrays): HostArrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, { shape }]) => [name, formula(name, shape)]))
}

/** The input that `pytorch.py` feeds: a batch of waves between −1 and 1. */
export function inputFor(batch: number, inputShape: readonly number[]): HostArray {
  const shape = [batch, ...inputShape]
  const values = Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(0.7 * i * i + INPUT_PHASE))
  return { shape, type: 'float32', values }
}

/** Sum of the character codes of "input". */
const INPUT_PHASE = 560
