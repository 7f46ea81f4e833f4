import type * as TensorFlow from '@tensorflow/tfjs'
import { LoupeError } from '../contract/errors.ts'
import type { CApi, OutputReference, Pointer } from './c-api.ts'
import { allocate, sizeOf } from './element-types.ts'
import type { Attributes, Graph } from './graph.ts'
import type { TraceScope } from './graph-binding.ts'
import { newTensors } from './host-tensor.ts'
import { rawOp } from './raw-op.ts'
import type { CompiledStep, InputSpec, StepDefinition, TraceContext } from './runtime.ts'
import { prepareRun } from './session-run.ts'
import { inputArray } from './step-inputs.ts'
import { tf } from './tf.ts'
import { outputOf, tensorOf, traceInto } from './trace.ts'
import { checkFits } from './variables.ts'
import type { VariableTable } from './variables.ts'

export interface CompileTarget {
  readonly api: CApi
  readonly graph: Graph
  readonly session: Pointer
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
  const run = prepareRun(target.api, target.session, {
    doing,
    inputs: [...traced.inputs.values()],
    outputs: traced.outputs.map((output) => output.reference),
    targets: traced.targets,
  })
  return {
    operations: target.graph.operations - operationsBefore,
    traceMs: performance.now() - started,
    run: (inputs) =>
      target.exclusively(doing, async () => {
        const arrays = [...traced.inputs.keys()].map((name) => inputArray(definition.name, name, definition.inputs[name]!, inputs[name]))
        const feeds = newTensors(target.api, [...traced.inputs.keys()].map((name, i) => ({ ...definition.inputs[name]!, values: arrays[i]! })))
        const results = traced.outputs.map((output) => allocate(output.type, sizeOf(output.shape)))
        await run(feeds, results)
        // The trace returned exactly the names O, in this order.
        return Object.fromEntries(traced.outputs.map((output, i) => [output.name, results[i]])) as { [K in O]: Float32Array | Int32Array }
      }),
  }
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
  const context: TraceContext<I> = {
    inputs: inputTensors as { [K in keyof I]: TensorFlow.Tensor }, // one for each name, made just above
    read(name) {
      const variable = variables.get(name, 'variable')
      const current = assigned.get(name) ?? read.get(name)
      if (current) return current
      const value = tf.keep(tensorOf(variable.value, 'ReadVariableOp'))
      read.set(name, value)
      return value
    },
    assign(name, value) {
      const variable = variables.get(name, 'variable')
      checkFits(name, variable, { shape: value.shape, type: value.dtype })
      assigned.set(name, tf.keep(value.clone()))
    },
    rows(name, indices) {
      const resident = variables.get(name, 'resident')
      return gatherRows({ oper: resident.handle.oper, index: 0 }, resident.type, resident.shape, indices)
    },
  }
  try {
    const outputs = Object.entries<TensorFlow.Tensor>(definition.trace(context)).map(([name, tensor]) => describeOutput(definition.name, name, tensor))
    return { inputs, outputs, targets: finish(target, scope, assigned) }
  } finally {
    for (const tensor of [...read.values(), ...assigned.values()]) tensor.dispose()
  }

  function gatherRows(handle: OutputReference, type: string, shape: readonly number[], indices: TensorFlow.Tensor): TensorFlow.Tensor {
    const dtype = { kind: 'type', value: type as 'float32' | 'int32' | 'uint8' } as const
    const attributes: Attributes = { dtype, Tindices: { kind: 'type', value: 'int32' } }
    const oper = graph.add({ type: 'ResourceGather', label: scope.label, inputs: [handle, outputOf(indices)], attributes, device: scope.device })
    const rows = tensorOf({ oper, index: 0 }, `ResourceGather of [${shape}]`)
    return type === 'uint8' ? rawOp('Cast', [rows], { SrcT: dtype, DstT: { kind: 'type', value: 'float32' } })[0]! : rows
  }
}

/** Every new value is assigned after every value of the call was read: reads share the variable's memory and come first. */
function finish(target: CompileTarget, scope: TraceScope, assigned: ReadonlyMap<string, TensorFlow.Tensor>): Pointer[] {
  const { graph, variables } = target
  const place = { label: scope.label, device: scope.device }
  const assigns = [...assigned].map(([name, value]) => {
    const { handle, type, value: reading } = variables.get(name, 'variable')
    return graph.add({ ...place, type: 'AssignVariableOp', inputs: [handle, outputOf(value)], attributes: { dtype: { kind: 'type', value: type } }, after: [reading.oper] })
  })
  return assigns.length === 0 ? [] : [graph.add({ ...place, type: 'NoOp', inputs: [], attributes: {}, after: assigns })]
}

function describeOutput(step: string, name: string, tensor: TensorFlow.Tensor): TracedStep['outputs'][number] {
  const value = tensor.dtype === 'bool' ? tf.cast(tensor, 'int32') : tensor
  if (value.dtype !== 'float32' && value.dtype !== 'int32') {
    throw new LoupeError('unsupported', `Output "${name}" of step "${step}" is ${value.dtype}. Outputs are float32 or int32.`, { step, output: name })
  }
  return { name, reference: outputOf(value), type: value.dtype, shape: value.shape }
}
