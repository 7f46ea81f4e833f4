import { LoupeError } from '../contract/errors.ts'
import { sizeOf } from './element-types.ts'
import type { InputSpec } from './runtime.ts'

type InputValue = Float32Array | Int32Array | number

/**
 * Checks what is fed to a step and gives it as a typed array.
 *
 * @throws LoupeError `invalid-input` where it is missing or of the wrong kind, `shape-mismatch` where its size is not the declared one.
 */
export function inputArray(step: string, name: string, spec: InputSpec, value: InputValue | undefined): Float32Array | Int32Array {
  const expected = sizeOf(spec.shape)
  if (value === undefined) throw new LoupeError('invalid-input', `Step "${step}" needs its input "${name}".`, { step, input: name })
  if (typeof value === 'number') {
    if (spec.shape.length > 0) {
      throw new LoupeError('shape-mismatch', `Input "${name}" of step "${step}" has shape [${spec.shape}], but was given the number ${value}.`, { step, input: name })
    }
    return spec.type === 'int32' ? Int32Array.of(value) : Float32Array.of(value)
  }
  const fits = spec.type === 'int32' ? value instanceof Int32Array : value instanceof Float32Array
  if (!fits) {
    throw new LoupeError('invalid-input', `Input "${name}" of step "${step}" is ${spec.type}, but was given a ${value.constructor.name}.`, { step, input: name })
  }
  if (value.length !== expected) {
    throw new LoupeError(
      'shape-mismatch',
      `Input "${name}" of step "${step}" has shape [${spec.shape}], which is ${expected} values, but was given ${value.length}.`,
      { step, input: name, expected, received: value.length },
    )
  }
  return value
}
