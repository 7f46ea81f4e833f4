import { totalmem } from 'node:os'
import { LoupeError } from '../contract/errors.ts'
import type { OutputReference } from './c-api.ts'
import { allocate, dataTypeName, dataTypes, elementBytes, sizeOf } from './element-types.ts'
import type { DataType } from './element-types.ts'
import type { Attribute, Attributes, Graph } from './graph.ts'
import { tf } from './tf.ts'

/** Where operations go while a step is traced. */
export interface TraceScope {
  readonly graph: Graph
  /** Name of the step, for messages. */
  readonly label: string
  readonly device: string | undefined
  /** Whether XLA clusters the trace's operations. */
  readonly jit: boolean
  /** Constants that the trace already holds, by their content. */
  readonly constants: Map<string, OutputReference>
}

/** A tensor as the kernels see it. */
export interface TensorMetadata {
  readonly id: number
  readonly shape: number[]
  readonly dtype: number
}

/** An attribute as the kernels give it; `type` is one of the binding's TF_ATTR numbers. */
export interface KernelAttribute {
  readonly name: string
  readonly type: number
  readonly value: unknown
}

/** A constant stays in JavaScript until an operation of some graph takes it. */
type Entry =
  | { readonly kind: 'output'; readonly output: OutputReference; readonly scope: TraceScope }
  | { readonly kind: 'constant'; readonly type: DataType; readonly shape: readonly number[]; readonly bytes: Uint8Array }

/** From this many equal elements on, a constant is a Fill: its values need not be copied and stored. */
const fillFrom = 256

/** Outputs that only the op's own gradient reads, and whose shape TensorFlow does not tell. */
const opaqueOutputs = new Set(['FusedBatchNormV3:5'])

/**
 * The object that tfjs-node's kernels talk to. Theirs executes; this one adds each operation to the graph that is being traced,
 * and answers with the shape that TensorFlow infers.
 *
 * The names with `TF_` are theirs.
 */
export class GraphBinding {
  readonly TF_FLOAT = dataTypes.float32
  readonly TF_INT32 = dataTypes.int32
  readonly TF_INT64 = dataTypes.int64
  readonly TF_BOOL = dataTypes.bool
  readonly TF_COMPLEX64 = dataTypes.complex64
  readonly TF_STRING = dataTypes.string
  readonly TF_RESOURCE = dataTypes.resource
  readonly TF_UINT8 = dataTypes.uint8
  readonly TF_ATTR_STRING = 0
  readonly TF_ATTR_INT = 1
  readonly TF_ATTR_FLOAT = 2
  readonly TF_ATTR_BOOL = 3
  readonly TF_ATTR_TYPE = 4
  readonly TF_ATTR_SHAPE = 5
  readonly TF_ATTR_RESOURCE = 6

  readonly #entries = new Map<number, Entry>()
  #nextId = 1
  #scope: TraceScope | null = null

  /** The trace that is going on; null outside of one. */
  get scope(): TraceScope | null {
    return this.#scope
  }

  /** Runs a function with its operations going to a scope. Scopes nest. */
  within<T>(scope: TraceScope, trace: () => T): T {
    const outer = this.#scope
    this.#scope = scope
    try {
      return trace()
    } finally {
      this.#scope = outer
    }
  }

  isUsingGpuDevice(): boolean {
    return false
  }

  getNumOfTensors(): number {
    return this.#entries.size
  }

  createTensor(shape: readonly number[], type: number, values: ArrayLike<number> & Partial<ArrayBufferView>): number {
    const name = dataTypeName(type)
    return this.#register({ kind: 'constant', type: name, shape, bytes: constantBytes(name, sizeOf(shape), values) })
  }

  deleteTensor(id: number): void {
    this.#entries.delete(id)
  }

  /** A constant's values. Anything else has none yet. */
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array {
    const entry = this.#entry(id)
    if (entry.kind === 'constant' && (entry.type === 'float32' || entry.type === 'int32' || entry.type === 'bool')) {
      const values = allocate(entry.type, sizeOf(entry.shape))
      new Uint8Array(values.buffer).set(entry.bytes)
      return values
    }
    const step = this.#scope?.label ?? 'a step'
    const operation = runningOperation()
    throw new LoupeError(
      'unsupported',
      `${operation} read a tensor's values while "${step}" was traced: they are not known before it runs. Return the tensor as an output, or use an op that does not read.`,
      { operation, step },
    )
  }

  executeOp(type: string, attributes: readonly KernelAttribute[], inputIds: readonly number[], outputs: number): TensorMetadata[] {
    return this.add(type, convertAttributes(attributes), inputIds.map((id) => this.outputOf(id)), outputs)
  }

  /** Adds an operation to the trace that is going on. Its number and list length attributes follow from its inputs. */
  add(type: string, attributes: Attributes, inputs: readonly OutputReference[], outputs: number): TensorMetadata[] {
    return this.addRaw(type, attributes, inputs, outputs).map((output) => this.adopt(output, type))
  }

  /** As {@link add}, for outputs whose shapes depend on values: the kernels never see them. */
  addRaw(type: string, attributes: Attributes, inputs: readonly OutputReference[], outputs: number): OutputReference[] {
    const scope = this.#current(type)
    const definition = scope.graph.definition(type)
    if (definition.isStateful && /Random|Multinomial|TruncatedNormal/.test(type)) throw randomDraw(type, scope.label)
    const inferred = new Set(definition.inputs.map((input) => input.numberAttr))
    const own = Object.fromEntries(Object.entries(attributes).filter(([name]) => !inferred.has(name)))
    const operation = scope.graph.add({ type, label: scope.label, inputs, attributes: { ...own, ...jitAttributes(scope, type) }, device: scope.device })
    return Array.from({ length: outputs }, (_, index) => ({ oper: operation, index }))
  }

  /** Makes an output known to the kernels. */
  adopt(output: OutputReference, type: string): TensorMetadata {
    const scope = this.#current(type)
    const shape = opaqueOutputs.has(`${type}:${output.index}`) ? [] : scope.graph.shapeOf(output, type)
    const element = scope.graph.typeOf(output)
    checkRoom(scope, type, shape, sizeOf(shape) * elementBytes[element])
    return { id: this.#register({ kind: 'output', output, scope }), shape, dtype: dataTypes[element] }
  }

  /** The graph's output behind an id. Constants enter the graph here, once a trace. */
  outputOf(id: number): OutputReference {
    const entry = this.#entry(id)
    const scope = this.#current('an operation')
    if (entry.kind === 'constant') return addConstant(scope, entry)
    if (entry.scope.graph !== scope.graph) {
      throw new LoupeError(
        'unsupported',
        `A tensor of "${entry.scope.label}" was used in "${scope.label}". Tensors live in one trace: pass values on as variables, inputs or, in a loop, as its state.`,
        { from: entry.scope.label, to: scope.label },
      )
    }
    return entry.output
  }

  #register(entry: Entry): number {
    const id = this.#nextId++
    this.#entries.set(id, entry)
    return id
  }

  #entry(id: number): Entry {
    const entry = this.#entries.get(id)
    if (!entry) throw new LoupeError('internal', 'A tensor that was disposed of, or that belongs to another trace, was used.')
    return entry
  }

  #current(type: string): TraceScope {
    if (!this.#scope) throw new LoupeError('internal', `${type} was called on the TensorFlow backend outside of a trace. Call it in a step's trace.`)
    return this.#scope
  }
}

/**
 * What stays out of XLA's clusters: oneDNN's convolutions and pooling are 2 to 4 times as fast as XLA's on a CPU, XLA's stateless
 * random ops draw other numbers, and its eigenvalues are found by a loop of its own.
 */
const unclustered = /^(Conv|Depthwise|MaxPool|AvgPool|FusedBatchNorm|Stateless|SelfAdjointEig)/

/** The attributes that make XLA cluster an operation. */
function jitAttributes(scope: TraceScope, type: string): Attributes {
  if (!scope.jit || unclustered.test(type)) return {}
  return { _XlaCompile: { kind: 'bool', value: true }, _XlaScope: { kind: 'string', value: scope.label } }
}

/** Refuses at once what the machine can never hold: TensorFlow would wait ten seconds for room before it says so. */
function checkRoom(scope: TraceScope, type: string, shape: readonly number[], bytes: number): void {
  if (bytes <= totalmem() || scope.device?.includes('GPU')) return
  throw new LoupeError(
    'out-of-memory',
    `${type} in "${scope.label}" makes a tensor of shape [${shape}], ${(bytes / 2 ** 30).toFixed(0)} GiB; the machine has ${(totalmem() / 2 ** 30).toFixed(0)} GiB. Use a smaller batch or model.`,
    { operation: type, step: scope.label, shape, bytes },
  )
}

/** The tfjs op that runs now, or the reading method where code of a step read a tensor itself. */
function runningOperation(): string {
  const name = tf.engine().state.activeScope?.name ?? ''
  return name.endsWith('__op') ? `tf.${name.replace(/__op$/, '')}` : 'dataSync'
}

/** The error for random numbers that would be frozen into a trace. */
export function randomDraw(operation: string, step: string): LoupeError {
  return new LoupeError(
    'unsupported',
    `${operation} draws random numbers while "${step}" is traced, which would freeze one draw for ever. Use dropout, randomUniform or randomNormal of ops.ts with a seed that is fed.`,
    { operation, step },
  )
}

function addConstant(scope: TraceScope, constant: Entry & { kind: 'constant' }): OutputReference {
  const { type, shape, bytes } = constant
  const small = bytes.length <= 4096
  const key = small ? `${type} ${shape} ${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')}` : null
  const known = key === null ? undefined : scope.constants.get(key)
  if (known) return known
  const output = { oper: constantOperation(scope, constant), index: 0 }
  if (key !== null) scope.constants.set(key, output)
  return output
}

function constantOperation(scope: TraceScope, { type, shape, bytes }: Entry & { kind: 'constant' }): bigint {
  const place = { label: scope.label, device: scope.device }
  const width = elementBytes[type]
  if (sizeOf(shape) >= fillFrom && repeats(bytes, width)) {
    const lengths = Int32Array.from(shape)
    const dims = addConstant(scope, { kind: 'constant', type: 'int32', shape: [shape.length], bytes: new Uint8Array(lengths.buffer) })
    const value = addConstant(scope, { kind: 'constant', type, shape: [], bytes: bytes.slice(0, width) })
    const attributes = { T: { kind: 'type', value: type }, index_type: { kind: 'type', value: 'int32' }, ...jitAttributes(scope, 'Fill') } as const
    return scope.graph.add({ ...place, type: 'Fill', inputs: [dims, value], attributes })
  }
  const attributes: Attributes = { dtype: { kind: 'type', value: type }, value: { kind: 'tensor', type, shape, value: bytes }, ...jitAttributes(scope, 'Const') }
  return scope.graph.add({ ...place, type: 'Const', inputs: [], attributes })
}

function repeats(bytes: Uint8Array, width: number): boolean {
  for (let i = width; i < bytes.length; i++) if (bytes[i] !== bytes[i - width]) return false
  return true
}

function constantBytes(type: DataType, elements: number, values: ArrayLike<number> & Partial<ArrayBufferView>): Uint8Array {
  if (elementBytes[type] === 0) throw new LoupeError('unsupported', `A traced step cannot hold constants of type ${type}.`, { type })
  if (values.buffer && values.byteLength === elements * elementBytes[type] && matches(type, values)) {
    return new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice()
  }
  if (type !== 'float32' && type !== 'int32' && type !== 'bool') throw new LoupeError('unsupported', `A traced step cannot hold constants of type ${type}.`, { type })
  const converted = allocate(type, elements)
  converted.set(values)
  return new Uint8Array(converted.buffer)
}

/** tfjs gives int64 as pairs of int32, and complex numbers as pairs of float32: those bytes are right as they are. */
function matches(type: DataType, values: Partial<ArrayBufferView>): boolean {
  if (type === 'float32' || type === 'complex64') return values instanceof Float32Array
  if (type === 'int32' || type === 'int64') return values instanceof Int32Array
  return values instanceof Uint8Array
}

function convertAttributes(attributes: readonly KernelAttribute[]): Attributes {
  return Object.fromEntries(attributes.map((attribute) => [attribute.name, convertAttribute(attribute)]))
}

function convertAttribute({ name, type, value }: KernelAttribute): Attribute {
  const numbers = Array.isArray(value) ? value.map(Number) : null
  if (type === 0) return { kind: 'string', value: String(value) }
  if (type === 1) return numbers ? { kind: 'ints', value: numbers } : { kind: 'int', value: Number(value) }
  if (type === 2) return { kind: 'float', value: Number(value) }
  if (type === 3) return { kind: 'bool', value: Boolean(value) }
  if (type === 4) return numbers ? { kind: 'types', value: numbers.map(dataTypeName) } : { kind: 'type', value: dataTypeName(Number(value)) }
  if (type === 5 && numbers) return { kind: 'shape', value: numbers }
  throw new LoupeError('internal', `The attribute ${name} has a kind that the graph does not take: ${type}.`)
}
