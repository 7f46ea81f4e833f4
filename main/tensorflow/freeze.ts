import { LoupeError } from '../contract/errors.ts'
import { nodeOf, withAnyBatch } from './any-batch.ts'
import type { CApi, OutputReference, Pointer } from './c-api.ts'
import { shapeProto } from './constant-node.ts'
import { Graph } from './graph.ts'
import type { TraceScope } from './graph-binding.ts'
import { decodeGraph } from './graph-proto.ts'
import type { GraphDefinition, NodeDefinition, Signature, TensorInfo } from './graph-proto.ts'
import { acquired, released } from './live-objects.ts'
import type { HostArray, HostArrays, Tensors } from './runtime.ts'
import { bufferBytes } from './session-run.ts'
import { checked } from './status.ts'
import type { tf } from './tf.ts'
import { outputOf, tensorOf, traceInto } from './trace.ts'

/** A function of one batch of examples, and the numbers that it is made with. */
export interface FrozenDefinition {
  /** For messages. */
  readonly name: string
  /** Of one example. */
  readonly inputShape: readonly number[]
  /** Become constants of the graph, under their own names. */
  readonly constants: HostArrays
  /**
   * Ordinary tfjs code, as a step's.
   *
   * @param x  float32 `[batch, ...inputShape]`.
   * @returns float32 `[batch, ...]` each.
   */
  trace(x: tf.Tensor, constants: Tensors): Readonly<Record<string, tf.Tensor>>
}

/** A graph without variables that takes a batch of any size, `input`, and what it gives. */
export interface FrozenModel {
  readonly graph: GraphDefinition
  readonly signature: Signature
}

/** Name of the one input. */
export const INPUT = 'input'
/** Two that have nothing to do with each other: what differs between their traces depends on the batch size. */
const BATCHES = [2, 3] as const

/**
 * Traces a function with its numbers as constants.
 *
 * Traced operations have fixed shapes, so it is traced at two batch sizes, and {@link withAnyBatch} makes one graph of both.
 *
 * @throws LoupeError `unsupported` where an operation cannot take another batch size than the one it was traced with.
 */
export function freeze(api: CApi, definition: FrozenDefinition): FrozenModel {
  const [one, other] = BATCHES.map((batch) => traceAt(api, definition, batch)) as [Traced, Traced] // one for each
  const graph = renamed(reachable(withAnyBatch(one.graph, other.graph), one.outputs.map(({ node }) => node)), one.names)
  const outputs = Object.fromEntries(one.outputs.map(({ name, shape }) => [name, infoOf(name, [-1, ...shape.slice(1)])]))
  return { graph, signature: { inputs: { [INPUT]: infoOf(INPUT, [-1, ...definition.inputShape]) }, outputs, methodName: 'tensorflow/serving/predict' } }
}

interface Traced {
  readonly graph: GraphDefinition
  readonly outputs: readonly { readonly name: string; readonly node: string; readonly shape: readonly number[] }[]
  /** What nodes are to be called, by their names in the graph. */
  readonly names: ReadonlyMap<string, string>
}

function traceAt(api: CApi, { name: label, inputShape, constants, trace }: FrozenDefinition, batch: number): Traced {
  const graph = new Graph(api)
  try {
    const scope: TraceScope = { graph, label, device: undefined, jit: false, constants: unshared() }
    const names = new Map<string, string>()
    const called = (oper: Pointer, name: string): OutputReference => {
      names.set(api.operationName(oper), name)
      return { oper, index: 0 }
    }
    const shape = [batch, ...inputShape]
    const outputs = traceInto(scope, () => {
      const x = tensorOf(called(graph.add({ type: 'Placeholder', label, inputs: [], attributes: { dtype: { kind: 'type', value: 'float32' }, shape: { kind: 'shape', value: shape } } }), INPUT), 'Placeholder')
      const given = Object.fromEntries(Object.entries(constants).map(([name, array]) => [name, tensorOf(called(constantNode(graph, label, array), name), 'Const')]))
      return Object.entries(trace(x, given)).map(([name, tensor]) => {
        const end = graph.add({ type: 'Identity', label, inputs: [outputOf(tensor)], attributes: { T: { kind: 'type', value: 'float32' } } })
        called(end, name)
        return { name, node: api.operationName(end), shape: tensor.shape }
      })
    })
    return { graph: decodeGraph(definitionOf(api, graph)), outputs, names }
  } finally {
    graph.free()
  }
}

function constantNode(graph: Graph, label: string, { type, shape, values }: HostArray): Pointer {
  return graph.add({ type: 'Const', label, inputs: [], attributes: { dtype: { kind: 'type', value: type }, value: { kind: 'tensor', type, shape, value: values } } })
}

/** Constants each for itself: two that are equal at one batch size need not be so at another. */
function unshared(): Map<string, OutputReference> {
  const none = new Map<string, OutputReference>()
  none.set = () => none
  return none
}

function definitionOf(api: CApi, graph: Graph): Uint8Array {
  const buffer = acquired(api.newEmptyBuffer())
  try {
    checked(api, 'Writing down a graph', (status) => api.graphDefinition(graph.pointer, buffer, status))
    return bufferBytes(api, buffer)
  } finally {
    api.deleteBuffer(released(buffer))
  }
}

/** The nodes that some output needs, in their order. */
function reachable(graph: GraphDefinition, outputs: readonly string[]): GraphDefinition {
  const byName = new Map(graph.node.map((node) => [node.name, node]))
  const needed = new Set<string>()
  const open = [...outputs]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (needed.has(name)) continue
    needed.add(name)
    open.push(...(byName.get(name)?.input ?? []).map(nodeOf))
  }
  return { ...graph, node: graph.node.filter(({ name }) => needed.has(name)) }
}

/** Input, outputs and constants by the names that they were given, other nodes without their label. */
function renamed(graph: GraphDefinition, names: ReadonlyMap<string, string>): GraphDefinition {
  const nameOf = (name: string) => names.get(name) ?? name.slice(name.lastIndexOf('/') + 1)
  const inputOf = (input: string) => input.replace(nodeOf(input), nameOf)
  const node = graph.node.map(({ name, op, input = [], attr = {} }): NodeDefinition => ({ name: nameOf(name), op, input: input.map(inputOf), attr }))
  if (new Set(node.map(({ name }) => name)).size < node.length) throw new LoupeError('internal', 'Two nodes of a frozen graph have one name.')
  return { ...graph, node }
}

function infoOf(node: string, shape: readonly number[]): TensorInfo {
  return { name: `${node}:0`, dtype: 'DT_FLOAT', tensorShape: shapeProto(shape) }
}
