import { LoupeError } from '../contract/errors.ts'
import type { OutputReference, Pointer } from './c-api.ts'
import type { ElementType, HostArray } from './runtime.ts'
import type { Graph } from './graph.ts'

/** A variable or a resident array: a TensorFlow resource variable, and the operations that fill and read it from outside. */
export interface Variable {
  readonly name: string
  readonly kind: 'variable' | 'resident'
  readonly type: ElementType
  readonly shape: readonly number[]
  /** Where it lives, and where it is read, assigned and updated; TensorFlow's choice where left out. */
  readonly device: string | undefined
  /** The resource. */
  readonly handle: OutputReference
  /** Where a new value is fed. */
  readonly feed: OutputReference
  /** Assigns what is fed. */
  readonly assignFeed: Pointer
  /** The value, read when a call begins. */
  readonly value: OutputReference
}

/** Adds a resource variable to a graph, with what it takes to fill and to read it. It has no value yet. */
export function addVariable(graph: Graph, kind: Variable['kind'], name: string, array: HostArray, device: string | undefined): Variable {
  const place = { label: name, device }
  const { type, shape } = array
  const dtype = { kind: 'type', value: type } as const
  const typedShape = { kind: 'shape', value: shape } as const
  const oper = graph.add({ ...place, type: 'VarHandleOp', inputs: [], attributes: { dtype, shape: typedShape, shared_name: { kind: 'string', value: name } } })
  const handle = { oper, index: 0 }
  const feed = { oper: graph.add({ ...place, type: 'Placeholder', inputs: [], attributes: { dtype, shape: typedShape } }), index: 0 }
  const assignFeed = graph.add({ ...place, type: 'AssignVariableOp', inputs: [handle, feed], attributes: { dtype } })
  const value = { oper: graph.add({ ...place, type: 'ReadVariableOp', inputs: [handle], attributes: { dtype } }), index: 0 }
  return { name, kind, type, shape, device, handle, feed, assignFeed, value }
}

/** The session's variables and resident arrays by name. */
export class VariableTable {
  readonly #variables = new Map<string, Variable>()

  has(name: string): boolean {
    return this.#variables.has(name)
  }

  add(variable: Variable): void {
    this.#variables.set(variable.name, variable)
  }

  /** @throws LoupeError `conflict` where the name is taken. */
  checkNew(name: string): void {
    if (this.#variables.has(name)) throw new LoupeError('conflict', `The session already holds "${name}". Use writeVariables to give it a new value.`, { name })
  }

  /** @throws LoupeError `not-found`, listing what there is. */
  get(name: string, kind: Variable['kind']): Variable {
    const variable = this.#variables.get(name)
    if (variable?.kind === kind) return variable
    const names = [...this.#variables.values()].filter((other) => other.kind === kind).map((other) => other.name)
    const word = kind === 'variable' ? 'variable' : 'resident array'
    throw new LoupeError('not-found', `The session has no ${word} "${name}". It has ${names.length > 0 ? names.slice(0, 20).join(', ') : 'none'}.`, { name })
  }
}

/** @throws LoupeError `shape-mismatch` where a value's shape or type is not the variable's. */
export function checkFits(name: string, variable: Pick<HostArray, 'shape' | 'type'>, value: { readonly shape: readonly number[]; readonly type: string }): void {
  if (value.type === variable.type && value.shape.length === variable.shape.length && value.shape.every((length, i) => length === variable.shape[i])) return
  throw new LoupeError(
    'shape-mismatch',
    `"${name}" is ${variable.type} [${variable.shape}], but was given ${value.type} [${value.shape}].`,
    { name, expected: { shape: variable.shape, type: variable.type }, received: { shape: value.shape, type: value.type } },
  )
}
