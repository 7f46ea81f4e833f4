import { isDeepStrictEqual } from 'node:util'
import { LoupeError } from '../contract/errors.ts'
import { constantOf, lengthsOf, shapeProto } from './constant-node.ts'
import type { AttributeValue, GraphDefinition, NodeDefinition } from './graph-proto.ts'

/** Inputs that take a shape in which -1 stands for "what is left", by operation. */
const openShapes: Readonly<Record<string, number>> = { Reshape: 1, Slice: 2 }

/**
 * Makes one graph for any batch size of two traces of the same code at different batch sizes.
 *
 * A trace has fixed shapes: the batch size is written into constants. What differs between the traces is what depends on it, and
 * nothing else can. Where that is one length of a shape that some `Reshape` or `Slice` reads, it becomes -1; of a placeholder's shape as well.
 *
 * @throws LoupeError `unsupported`, naming the operation, where the batch size goes into anything else.
 */
export function withAnyBatch(one: GraphDefinition, other: GraphDefinition): GraphDefinition {
  if (one.node.length !== other.node.length) throw new LoupeError('unsupported', `The model is built of ${one.node.length} operations at one batch size and of ${other.node.length} at another, so that no graph holds for all.`)
  const readers = readersOf(one)
  return { ...one, node: one.node.map((node, index) => openNode(node, other.node[index]!, readers)) }
}

function openNode(node: NodeDefinition, twin: NodeDefinition, readers: Readers): NodeDefinition {
  if (node.op !== twin.op || node.name !== twin.name || !isDeepStrictEqual(node.input, twin.input)) throw frozen(node, `it is ${twin.op} (${twin.name}) at another batch size`)
  const names = new Set([...Object.keys(node.attr ?? {}), ...Object.keys(twin.attr ?? {})])
  const changed = [...names].filter((name) => !isDeepStrictEqual(node.attr?.[name], twin.attr?.[name]))
  if (changed.length === 0) return node
  const opened = Object.fromEntries(changed.map((name) => [name, openAttribute(name, { node, twin, readers })]))
  return { ...node, attr: { ...node.attr, ...opened } }
}

function openAttribute(name: string, { node, twin, readers }: { readonly node: NodeDefinition; readonly twin: NodeDefinition; readonly readers: Readers }): AttributeValue {
  const [value, other] = [node.attr?.[name], twin.attr?.[name]]
  if (node.op === 'Placeholder' && value?.shape && other?.shape) return { shape: shapeProto(opened(node, lengthsOf(value.shape), lengthsOf(other.shape))) }
  if (node.op !== 'Const' || name !== 'value' || value?.tensor?.dtype !== 'DT_INT32') throw frozen(node, `its attribute ${name} depends on it`)
  const wrong = (readers.get(node.name) ?? []).find(({ op, input }) => openShapes[op] !== input)
  if (wrong) throw frozen(node, `${wrong.op} reads it`)
  const [lengths, others] = [constantOf(node), constantOf(twin)]
  const open = Int32Array.from(opened(node, [...lengths.values], [...others.values]))
  return { tensor: { dtype: 'DT_INT32', tensorShape: shapeProto(lengths.shape), tensorContent: new Uint8Array(open.buffer) } }
}

/** The lengths with -1 where they differ, which must be one place. */
function opened(node: NodeDefinition, lengths: readonly number[], others: readonly number[]): number[] {
  const open = lengths.map((length, axis) => (length === others[axis] ? length : -1))
  if (lengths.length !== others.length || open.filter((length) => length === -1).length !== 1) throw frozen(node, `[${lengths}] becomes [${others}]`)
  return open
}

type Readers = ReadonlyMap<string, readonly { readonly op: string; readonly input: number }[]>

function readersOf({ node }: GraphDefinition): Readers {
  const all = node.flatMap(({ op, input = [] }) => input.map((from, index) => ({ from: nodeOf(from), op, input: index })))
  return Map.groupBy(all, ({ from }) => from)
}

/** The node behind an input, `name`, `name:index` or `^name`. */
export function nodeOf(input: string): string {
  return input.replace(/^\^/, '').replace(/:\d+$/, '')
}

function frozen({ name, op }: NodeDefinition, why: string): LoupeError {
  return new LoupeError('unsupported', `${op} ${name} holds the batch size of its trace, and cannot take another: ${why}. Write the layer with a reshape, or with operations that read no batch size.`, { operation: op, name })
}
