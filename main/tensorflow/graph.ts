import { LoupeError } from '../contract/errors.ts'
import { addressOf, encodeOutputs } from './c-api.ts'
import type { CApi, OutputReference, Pointer } from './c-api.ts'
import { dataTypeName, dataTypes } from './element-types.ts'
import type { DataType } from './element-types.ts'
import { freeTensor, newTensor } from './host-tensor.ts'
import { acquired, released } from './live-objects.ts'
import { decodeOperationDefinition } from './proto.ts'
import type { OperationDefinition } from './proto.ts'
import { bufferBytes } from './session-run.ts'
import { checked } from './status.ts'

/** An attribute of an operation, as TensorFlow types it. */
export type Attribute =
  | { readonly kind: 'type'; readonly value: DataType }
  | { readonly kind: 'types'; readonly value: readonly DataType[] }
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'shape'; readonly value: readonly number[] }
  | { readonly kind: 'shapes'; readonly value: readonly (readonly number[])[] }
  | { readonly kind: 'tensor'; readonly type: DataType; readonly shape: readonly number[]; readonly value: ArrayBufferView }
  | { readonly kind: 'function'; readonly value: string }
export type Attributes = Readonly<Record<string, Attribute>>

export interface OperationRequest {
  readonly type: string
  /** For messages and profiles; made unique by the graph. */
  readonly label: string
  /** In the op's order; a list input is given flat and is cut by the op's definition. */
  readonly inputs: readonly OutputReference[]
  readonly attributes: Attributes
  /** Operations that must be done before. */
  readonly after?: readonly Pointer[]
  readonly device?: string | undefined
}

/** A TensorFlow graph that grows. Owned by who made it: call {@link Graph.free}. */
export class Graph {
  readonly pointer: Pointer
  readonly api: CApi
  readonly #definitions = new Map<string, OperationDefinition>()
  #operations = 0

  constructor(api: CApi) {
    this.api = api
    this.pointer = acquired(api.newGraph())
  }

  /** Operations added so far. */
  get operations(): number {
    return this.#operations
  }

  free(): void {
    this.api.deleteGraph(released(this.pointer))
  }

  /**
   * Adds an operation.
   *
   * @throws LoupeError `tensorflow` where TensorFlow refuses it, for instance because shapes do not fit.
   */
  add(request: OperationRequest): Pointer {
    const api = this.api
    const groups = groupInputs(this.definition(request.type), request)
    const name = `${nodeName(request.label)}/${request.type}_${this.#operations}`
    return checked(api, `Adding ${request.type}`, (status) => {
      const description = api.newOperation(this.pointer, request.type, name)
      try {
        if (request.device !== undefined) api.setDevice(description, request.device)
        for (const group of groups) {
          if (Array.isArray(group)) api.addInputList(description, encodeOutputs(group), group.length)
          else api.addInput(description, group)
        }
        for (const operation of request.after ?? []) api.addControlInput(description, operation)
        for (const [key, attribute] of Object.entries(request.attributes)) this.#setAttribute(description, key, attribute)
        this.#operations += 1
      } catch (error) {
        api.finishOperation(description, status) // a description can only be freed by finishing it
        throw error
      }
      return api.finishOperation(description, status)
    })
  }

  /** What TensorFlow says of an op type: its inputs, outputs and whether it has side effects. */
  definition(type: string): OperationDefinition {
    const known = this.#definitions.get(type)
    if (known) return known
    const api = this.api
    const buffer = acquired(api.newEmptyBuffer())
    try {
      checked(api, `Looking up ${type}`, (status) => api.operationDefinition(this.pointer, type, buffer, status))
      const definition = decodeOperationDefinition(bufferBytes(api, buffer))
      this.#definitions.set(type, definition)
      return definition
    } finally {
      api.deleteBuffer(released(buffer))
    }
  }

  /**
   * The shape that TensorFlow infers for an output.
   *
   * @throws LoupeError `unsupported` where a dimension depends on values: a traced step has fixed shapes.
   */
  shapeOf(output: OutputReference, type: string): number[] {
    const api = this.api
    return checked(api, `Inferring the shape of ${type}`, (status) => {
      const rank = api.rank(this.pointer, output, status)
      const shape = new BigInt64Array(Math.max(rank, 1))
      if (rank > 0) api.shape(this.pointer, output, shape, rank, status)
      const lengths = Array.from(shape.subarray(0, Math.max(rank, 0)), Number)
      if (rank < 0 || lengths.some((length) => length < 0)) {
        throw new LoupeError(
          'unsupported',
          `The shape of ${type}'s output depends on values, which a traced step does not know: [${rank < 0 ? '...' : lengths.map((n) => (n < 0 ? '?' : n))}]. Use an op whose output has a fixed shape.`,
          { operation: type },
        )
      }
      return lengths
    })
  }

  typeOf(output: OutputReference): DataType {
    return dataTypeName(this.api.outputType(output))
  }

  #setAttribute(description: Pointer, name: string, attribute: Attribute): void {
    const api = this.api
    switch (attribute.kind) {
      case 'type':
        return api.setType(description, name, dataTypes[attribute.value])
      case 'types':
        return api.setTypes(description, name, Int32Array.from(attribute.value, (type) => dataTypes[type]), attribute.value.length)
      case 'int':
        return api.setInt(description, name, attribute.value)
      case 'ints':
        return api.setInts(description, name, BigInt64Array.from(attribute.value, BigInt), attribute.value.length)
      case 'float':
        return api.setFloat(description, name, attribute.value)
      case 'bool':
        return api.setBool(description, name, attribute.value ? 1 : 0)
      case 'string': {
        const bytes = Buffer.from(attribute.value)
        return api.setString(description, name, bytes, bytes.length)
      }
      case 'shape':
        return api.setShape(description, name, BigInt64Array.from(attribute.value, BigInt), attribute.value.length)
      case 'shapes':
        return this.#setShapes(description, name, attribute.value)
      case 'tensor': {
        const tensor = newTensor(api, attribute.type, attribute.shape, attribute.value)
        try {
          return checked(api, `Setting ${name}`, (status) => api.setTensor(description, name, tensor, status))
        } finally {
          freeTensor(api, tensor)
        }
      }
      case 'function':
        return api.setFunction(description, name, attribute.value, Buffer.byteLength(attribute.value))
    }
  }

  #setShapes(description: Pointer, name: string, shapes: readonly (readonly number[])[]): void {
    const lengths = BigInt64Array.from(shapes.flat(), BigInt)
    const first = lengths.length > 0 ? addressOf(lengths) : 0n
    let before = 0
    const starts = BigUint64Array.from(shapes, (shape) => {
      const start = first + BigInt(before) * 8n
      before += shape.length
      return start
    })
    this.api.setShapes(description, name, starts, Int32Array.from(shapes, (shape) => shape.length), shapes.length)
  }
}

/** TensorFlow refuses a whole graph for one name with a character that it does not know, and only when the graph runs. */
function nodeName(label: string): string {
  return `l_${label}`.replace(/[^A-Za-z0-9_./-]/g, '_')
}

/** Cuts flat inputs into what the op takes: a tensor, or a list of as many as an attribute or the number left says. */
function groupInputs(definition: OperationDefinition, request: OperationRequest): (OutputReference | OutputReference[])[] {
  const lists = definition.inputs.filter(isList).length
  const perList = lists === 0 ? 0 : (request.inputs.length - (definition.inputs.length - lists)) / lists
  let next = 0
  const groups = definition.inputs.map((input) => {
    if (!isList(input)) return request.inputs[next++]
    const group = request.inputs.slice(next, next + perList)
    next += perList
    return group
  })
  if (!Number.isInteger(perList) || next !== request.inputs.length || groups.includes(undefined)) {
    throw new LoupeError('internal', `${request.type} takes ${definition.inputs.map((input) => input.name).join(', ')}, got ${request.inputs.length} inputs.`)
  }
  return groups.filter((group) => group !== undefined)
}

function isList(argument: OperationDefinition['inputs'][number]): boolean {
  return argument.numberAttr !== '' || argument.typeListAttr !== ''
}
