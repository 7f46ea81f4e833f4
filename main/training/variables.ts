import type { tf } from '../tensorflow/tf.ts'
import type { HostArrays, InputSpec, Session, Tensors, TraceContext } from '../tensorflow/runtime.ts'

/**
 * Session variables that belong together, such as a model's parameters: in a trace they are read and assigned as one record.
 *
 * Within the session each has the group's prefix, so that two models can share a session; outside it, in a checkpoint, the
 * plain names.
 */
export interface VariableGroup {
  readonly prefix: string
  readonly names: readonly string[]
}

/**
 * Makes the group's variables, or gives those that are there already the new values.
 *
 * @param device  Of those that are made; the session's when left out.
 */
export async function writeGroup(session: Session, prefix: string, values: HostArrays, device?: string): Promise<VariableGroup> {
  const names = Object.keys(values)
  const prefixed = Object.entries(values).map(([name, value]) => [prefix + name, value] as const)
  const fresh = prefixed.filter(([name]) => !session.has(name))
  const known = prefixed.filter(([name]) => session.has(name))
  if (fresh.length > 0) await session.createVariables(Object.fromEntries(fresh), device)
  if (known.length > 0) await session.writeVariables(Object.fromEntries(known))
  return { prefix, names }
}

/** Reads the group's values under their plain names. */
export async function readGroup(session: Session, group: VariableGroup): Promise<HostArrays> {
  if (group.names.length === 0) return {}
  const values = await session.readVariables(group.names.map((name) => group.prefix + name))
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name.slice(group.prefix.length), value]))
}

/** The group's values inside a trace, under their plain names. */
export function readTensors<I extends Readonly<Record<string, InputSpec>>>(context: TraceContext<I>, group: VariableGroup): Tensors {
  return Object.fromEntries(group.names.map((name) => [name, context.read(group.prefix + name)]))
}

/** Gives the group's variables new values when the call ends. Those that did not change are left alone. */
export function assignTensors<I extends Readonly<Record<string, InputSpec>>>(context: TraceContext<I>, group: VariableGroup, { before, after }: { readonly before: Tensors; readonly after: Tensors }): void {
  for (const name of group.names) {
    const value: tf.Tensor | undefined = after[name]
    if (value !== undefined && value !== before[name]) context.assign(group.prefix + name, value)
  }
}
