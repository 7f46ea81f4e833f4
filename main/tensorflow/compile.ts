import type * as TensorFlow from '@tensorflow/tfjs'
import { LoupeError } from '../contract/errors.ts'
import type { OutputReference, Pointer } from './c-api.ts'
import { allocate, sizeOf } from './element-types.ts'
import type { Attributes, Graph } from './graph.ts'
import type { TraceScope } from './graph-binding.ts'
import { newTensors } from './host-tensor.ts'
import { updatedVariables, updateOperation } from './in-place-updates.ts'
import { decodeExecutions, decodeMemory } from './proto.ts'
import { rawOp } from './raw-op.ts'
import type { CompiledStep, InputSpec, OperationTime, StepDefinition, TraceContext } from './runtime.ts'
import { prepareProfiledRun, prepareRun } from './session-run.ts'
import type { CallTarget, Runner } from './session-run.ts'
import { inputArray } from './step-inputs.ts'
import { tf } from './tf.ts'
import { outputOf, tensorOf, traceInto } from './trace.ts'
import { checkFits } from './variables.ts'
import type { Variable, VariableTable } from './variables.ts'

export interface CompileTarget extends CallTarget {
  readonly graph: Graph
  readonly device: string | undefined
  readonly variables: VariableTable
  /** Runs one call at a time; throws where the session is closed or busy. */
  exclusively<T>(doing: string, call: () => Promise<T>): Promise<T>
}

type Specs = Readonly<Record<string, InputSpec>>

/** Traces a step into the session's graph and prepares its call. */
export function compileStep<I extends Specs, O extends string>(target: CompileTarget, definition: StepDefinition<I, O>): CompiledStep<I, O> {
  const started = performance.now()
  const operationsBefore = target.graph.operations
  const scope: TraceScope = {
    graph: target.graph,
    label: definition.name,
    device: target.device,
    jit: definition.jit ?? false,
    constants: new Map(),
  }
  const traced = traceInto(scope, () => traceStep(target, scope, definition))
  const doing = `Running step "${definition.name}"`
  const plan = {
    doing,
    inputs: [...traced.inputs.values()],
    outputs: traced.outputs.map((output) => output.reference),
    targets: traced.targets,
  }
  const run = prepareRun(target, plan)
  type Given = Parameters<CompiledStep<I, O>['run']>[0]

  /** Feeds the inputs, calls, and gives the call's answer with the outputs' arrays. */
  async function call<T>(inputs: Given, runner: (...args: Parameters<Runner>) => Promise<T>) {
    const arrays = [...traced.inputs.keys()].map((name) => inputArray(definition.name, name, definition.inputs[name]!, inputs[name]))
    const feeds = newTensors(target.api, [...traced.inputs.keys()].map((name, i) => ({ ...definition.inputs[name]!, values: arrays[i]! })))
    const results = traced.outputs.map((output) => allocate(output.type, sizeOf(output.shape)))
    return { answer: await runner(feeds, results), results }
  }

  /** The trace returned exactly the names O, in this order. */
  function named(results: readonly (Float32Array | Int32Array | Uint8Array)[]): { [K in O]: Float32Array | Int32Array } {
    return Object.fromEntries(traced.outputs.map((output, i) => [output.name, results[i]])) as { [K in O]: Float32Array | Int32Array }
  }

  const runTimed = (inputs: Given) =>
    target.exclusively(doing, async () => {
      const { answer, results } = await call(inputs, prepareProfiledRun(target, plan))
      return { outputs: named(results), operations: operationTimes(answer) }
    })

  return {
    operations: target.graph.operations - operationsBefore,
    traceMs: performance.now() - started,
    run: (inputs) => target.exclusively(doing, async () => named((await call(inputs, run)).results)),
    runTimed,
    profile: async (inputs) => (await runTimed(inputs)).operations,
    measureMemory: (inputs) =>
      target.exclusively(doing, async () => decodeMemory((await call(inputs, prepareProfiledRun(target, plan))).answer)),
  }
}

function operationTimes(metadata: Uint8Array): OperationTime[] {
  return decodeExecutions(metadata)
    .map(({ device, operation, label, startMs, ms }) => ({ type: typeIn(label) ?? operation, operation, device, startMs, ms }))
    .sort((a, b) => a.startMs - b.startMs)
}

/** The tracer labels an execution `name = Type(inputs)`. */
function typeIn(label: string): string | undefined {
  return / = (\w+)\(/.exec(label)?.[1]
}

interface TracedStep {
  readonly inputs: ReadonlyMap<string, OutputReference>
  readonly outputs: readonly { readonly name: string; readonly reference: OutputReference; readonly type: 'float32' | 'int32'; readonly shape: readonly number[] }[]
  readonly targets: readonly Pointer[]
}

function traceStep<I extends Specs, O extends string>(target: CompileTarget, scope: TraceScope, definition: StepDefinition<I, O>): TracedStep {
  const { graph, variables } = target
  const inputs = new Map<string, OutputReference>()
  const inputTensors: Record<string, TensorFlow.Tensor> = {}
  for (const [name, spec] of Object.entries(definition.inputs)) {
    const attributes = { dtype: { kind: 'type', value: spec.type }, shape: { kind: 'shape', value: spec.shape } } as const
    const output = { oper: graph.add({ type: 'Placeholder', label: scope.label, inputs: [], attributes, device: scope.device }), index: 0 }
    inputs.set(name, output)
    inputTensors[name] = tensorOf(output, 'Placeholder')
  }
  const read = new Map<string, TensorFlow.Tensor>()
  const assigned = new Map<string, TensorFlow.Tensor>()
  const updated = new Map<string, Pointer>()
  const context: TraceContext<I> = {
    inputs: inputTensors as { [K in keyof I]: TensorFlow.Tensor }, // one for each name, made just above
    read(name) {
      const variable = variables.get(name, 'variable')
      const current = assigned.get(name) ?? read.get(name)
      if (current) return current
      const value = tf.keep(tensorOf(readAgain(variable) ?? variable.value, 'ReadVariableOp'))
      read.set(name, value)
      return value
    },
    update(update) {
      const changed = updatedVariables(update).map((name) => variables.get(name, 'variable'))
      for (const { name, shape } of changed) {
        if (assigned.has(name)) throw new LoupeError('internal', `"${name}" was assigned and then updated in place in "${definition.name}": a trace does one of both.`, { name })
        checkFits(name, { type: 'float32', shape }, { type: update.gradient.dtype, shape: update.gradient.shape })
      }
      // All that was read of them comes first: the reads share the variables' memory.
      const before = changed.map(({ name, value }) => (read.has(name) ? outputOf(read.get(name)!).oper : (updated.get(name) ?? value.oper)))
      const { type, inputs: operands, attributes } = updateOperation(update, changed.map(({ handle }) => handle))
      const operation = graph.add({ type, label: scope.label, inputs: operands, attributes, device: changed[0]?.device, after: before })
      for (const { name } of changed) {
        updated.set(name, operation)
        read.get(name)?.dispose()
        read.delete(name)
      }
    },
    assign(name, value) {
      const variable = variables.get(name, 'variable')
      if (updated.has(name)) throw new LoupeError('internal', `"${name}" was updated in place and then assigned in "${definition.name}": a trace does one of both.`, { name })
      checkFits(name, variable, { shape: value.shape, type: value.dtype })
      assigned.set(name, tf.keep(value.clone()))
    },
    rows(name, indices) {
      return gatherRows(variables.get(name, 'resident'), indices)
    },
    range(name, start, count) {
      const { value, type, shape } = variables.get(name, 'resident')
      const begin = tf.stack([start, ...shape.slice(1).map(() => tf.scalar(0, 'int32'))])
      const size = tf.tensor1d([count, ...shape.slice(1)], 'int32')
      const attributes = { T: { kind: 'type', value: type }, Index: { kind: 'type', value: 'int32' } } as const
      return floatOf(rawOp('Slice', [tensorOf(value, 'ReadVariableOp'), begin, size], attributes)[0]!, type)
    },
  }
  try {
    const outputs = Object.entries<TensorFlow.Tensor>(definition.trace(context)).map(([name, tensor]) => describeOutput(definition.name, name, tensor))
    return { inputs, outputs, targets: finish(target, scope, { assigned, updates: [...updated.values()] }) }
  } finally {
    for (const tensor of [...read.values(), ...assigned.values()]) tensor.dispose()
  }

  /** The value after the trace's last update in place; undefined where there was none. */
  function readAgain({ name, handle, type, device }: Variable): OutputReference | undefined {
    const update = updated.get(name)
    if (update === undefined) return undefined
    const attributes = { dtype: { kind: 'type', value: type } } as const
    return { oper: graph.add({ type: 'ReadVariableOp', label: scope.label, inputs: [handle], attributes, device, after: [update] }), index: 0 }
  }

  function gatherRows({ handle, type, shape, device }: Variable, indices: TensorFlow.Tensor): TensorFlow.Tensor {
    const attributes: Attributes = { dtype: { kind: 'type', value: type }, Tindices: { kind: 'type', value: 'int32' } }
    const oper = graph.add({ type: 'ResourceGather', label: scope.label, inputs: [handle, outputOf(indices)], attributes, device })
    return floatOf(tensorOf({ oper, index: 0 }, `ResourceGather of [${shape}]`), type)
  }
}

/** Bytes as float32; other types as they are. */
function floatOf(rows: TensorFlow.Tensor, type: string): TensorFlow.Tensor {
  if (type !== 'uint8') return rows
  return rawOp('Cast', [rows], { SrcT: { kind: 'type', value: 'uint8' }, DstT: { kind: 'type', value: 'float32' } })[0]!
}

/** Every new value is assigned after every value of the call was read: reads share the variable's memory and come first. */
function finish(target: CompileTarget, scope: TraceScope, { assigned, updates }: { readonly assigned: ReadonlyMap<string, TensorFlow.Tensor>; readonly updates: readonly Pointer[] }): Pointer[] {
  const { graph, variables } = target
  const place = { label: scope.label, device: scope.device }
  const assigns = [...assigned].map(([name, value]) => {
    const { handle, type, device, value: reading } = variables.get(name, 'variable')
    return graph.add({ label: scope.label, device, type: 'AssignVariableOp', inputs: [handle, outputOf(value)], attributes: { dtype: { kind: 'type', value: type } }, after: [reading.oper] })
  })
  const changes = [...assigns, ...new Set(updates)]
  return changes.length === 0 ? [] : [graph.add({ ...place, type: 'NoOp', inputs: [], attributes: {}, after: changes })]
}

function describeOutput(step: string, name: string, tensor: TensorFlow.Tensor): TracedStep['outputs'][number] {
  const value = tensor.dtype === 'bool' ? tf.cast(tensor, 'int32') : tensor
  if (value.dtype !== 'float32' && value.dtype !== 'int32') {
    throw new LoupeError('unsupported', `Output "${name}" of step "${step}" is ${value.dtype}. Outputs are float32 or int32.`, { step, output: name })
  }
  return { name, reference: outputOf(value), type: value.dtype, shape: value.shape }
}
