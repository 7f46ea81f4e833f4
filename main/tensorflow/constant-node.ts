import { LoupeError } from '../contract/errors.ts'
import type { NodeDefinition, ShapeProto } from './graph-proto.ts'
import { allocate, sizeOf } from './element-types.ts'
import type { HostArray } from './runtime.ts'

const elementTypes = { DT_FLOAT: 'float32', DT_INT32: 'int32', DT_BOOL: 'bool' } as const

/**
 * The values of a `Const` node.
 *
 * @throws LoupeError `unsupported` for element types that a frozen model does not have, such as strings.
 */
export function constantOf({ name, attr }: NodeDefinition): HostArray {
  const tensor = attr?.['value']?.tensor
  const type = Object.entries(elementTypes).find(([proto]) => proto === tensor?.dtype)?.[1]
  if (tensor === undefined || type === undefined) throw new LoupeError('unsupported', `The constant ${name} is of type ${tensor?.dtype}. A frozen model has ${Object.keys(elementTypes).join(', ')}.`, { name, type: tensor?.dtype })
  const shape = lengthsOf(tensor.tensorShape)
  const values = allocate(type, sizeOf(shape))
  if (tensor.tensorContent !== undefined && tensor.tensorContent.length > 0) {
    new Uint8Array(values.buffer).set(tensor.tensorContent)
    return { shape, type, values }
  }
  const listed: readonly number[] = type === 'float32' ? (tensor.floatVal ?? []) : type === 'int32' ? (tensor.intVal ?? []) : (tensor.boolVal ?? []).map(Number)
  values.fill(listed.at(-1) ?? 0).set(listed)
  return { shape, type, values }
}

export function lengthsOf(shape: ShapeProto | undefined): number[] {
  return (shape?.dim ?? []).map(({ size = 0 }) => size)
}

export function shapeProto(lengths: readonly number[]): ShapeProto {
  return { dim: lengths.map((size) => ({ size })) }
}
