import type { HostArray } from '../../../tensorflow/runtime.ts'
import { sizeOf } from '../../models/initializers.ts'

/** The values that the `pytorch.py` of each folder gives to a feature of this name and shape, so that they need not be stored. */
export function wave(name: string, shape: readonly number[]): HostArray & { readonly values: Float32Array } {
  const phase = [...name].reduce((sum, character) => sum + (character.codePointAt(0) ?? 0), 0)
  return { shape, type: 'float32', values: Float32Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(0.7 * i * i + phase) + 0.5 * Math.cos(i)) }
}
