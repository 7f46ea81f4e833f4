import type * as TensorFlow from '@tensorflow/tfjs'
import { LoupeError } from '../contract/errors.ts'
import { encodeOutputs } from './c-api.ts'
import type { CApi } from './c-api.ts'
import { Graph } from './graph.ts'
import type { TraceScope } from './graph-binding.ts'
import { installGraphBackend } from './kernels.ts'
import { acquired, released } from './live-objects.ts'
import { rawOp } from './raw-op.ts'
import { checked } from './status.ts'
import { tf } from './tf.ts'
import { isTracing, outputOf, tensorOf, traceInto } from './trace.ts'
import { checkFits } from './variables.ts'

type State = readonly TensorFlow.Tensor[]
let loops = 0

/**
 * Repeats a body for as long as a condition holds, within one call: each round works on the state that the one before returned.
 *
 * The functions may use any tfjs code, but no tensor of the step around them: pass all through the state. No gradient goes through
 * the loop; one may be taken inside the body.
 *
 * @param condition  State to a bool scalar.
 * @param body  State to the next state: the same number of tensors, of the same shapes and types.
 * @returns The state when the condition first fails.
 */
export function whileLoop(condition: (state: TensorFlow.Tensor[]) => TensorFlow.Tensor, body: (state: TensorFlow.Tensor[]) => TensorFlow.Tensor[], initial: State): TensorFlow.Tensor[] {
  if (!isTracing()) return loopEagerly(condition, body, initial)
  const { binding } = installGraphBackend()
  const scope = binding.scope
  if (!scope) throw new LoupeError('internal', 'whileLoop found no trace to add to.')
  const name = `loupe_loop_${loops++}`
  const { graph } = scope
  defineFunction({ scope, name: `${name}_condition`, initial, call: (state) => [scalarCondition(condition(state))] })
  defineFunction({ scope, name: `${name}_body`, initial, call: (state) => checkState(body(state), initial) })
  return rawOp(
    'StatelessWhile',
    initial,
    {
      T: { kind: 'types', value: initial.map((tensor) => graph.typeOf(outputOf(tensor))) },
      cond: { kind: 'function', value: `${name}_condition` },
      body: { kind: 'function', value: `${name}_body` },
      output_shapes: { kind: 'shapes', value: initial.map((tensor) => tensor.shape) },
      // Lowered to Switch and Merge nodes, the body's ops run among the step's own instead of in a function call.
      _lower_using_switch_merge: { kind: 'bool', value: true },
    },
    initial.length,
  )
}

interface FunctionDefinition {
  readonly scope: TraceScope
  readonly name: string
  readonly initial: State
  call(state: TensorFlow.Tensor[]): TensorFlow.Tensor[]
}

/** Traces a function of the state into a graph of its own and adds it to the step's graph under a name. */
function defineFunction({ scope, name, initial, call }: FunctionDefinition): void {
  const { api } = scope.graph
  const graph = new Graph(api)
  try {
    const own: TraceScope = { ...scope, graph, constants: new Map() }
    const { inputs, outputs } = traceInto(own, () => {
      const placeholders = initial.map((tensor) => {
        const attributes = { dtype: { kind: 'type', value: tensor.dtype as 'float32' | 'int32' | 'bool' }, shape: { kind: 'shape', value: tensor.shape } } as const
        return { oper: graph.add({ type: 'Placeholder', label: name, inputs: [], attributes }), index: 0 }
      })
      const results = call(placeholders.map((output) => tensorOf(output, 'Placeholder'))).map(outputOf)
      // A result that is an input as it came needs an operation of its own.
      return { inputs: placeholders, outputs: results }
    })
    addFunction(api, { from: graph, to: scope.graph, name, inputs, outputs })
  } finally {
    graph.free()
  }
}

function addFunction(api: CApi, f: { from: Graph; to: Graph; name: string; inputs: Parameters<typeof encodeOutputs>[0]; outputs: Parameters<typeof encodeOutputs>[0] }): void {
  const made = acquired(
    checked(api, `Making the function ${f.name}`, (status) =>
      api.graphToFunction(f.from.pointer, f.name, 0, -1, 0n, f.inputs.length, encodeOutputs(f.inputs), f.outputs.length, encodeOutputs(f.outputs), 0n, 0n, null, status),
    ),
  )
  try {
    checked(api, `Adding the function ${f.name}`, (status) => api.copyFunction(f.to.pointer, made, 0n, status))
  } finally {
    api.deleteFunction(released(made))
  }
}

function loopEagerly(condition: (state: TensorFlow.Tensor[]) => TensorFlow.Tensor, body: (state: TensorFlow.Tensor[]) => TensorFlow.Tensor[], initial: State): TensorFlow.Tensor[] {
  let state = [...initial]
  while (tf.tidy(() => scalarCondition(condition(state)).dataSync()[0])) state = checkState(body(state), initial)
  return state
}

function scalarCondition(value: TensorFlow.Tensor): TensorFlow.Tensor {
  if (value.dtype === 'bool' && value.size === 1) return tf.reshape(value, [])
  throw new LoupeError('shape-mismatch', `A loop's condition is a bool scalar, got ${value.dtype} [${value.shape}].`)
}

function checkState(state: TensorFlow.Tensor[], initial: State): TensorFlow.Tensor[] {
  if (state.length !== initial.length) throw new LoupeError('shape-mismatch', `The loop's state is ${initial.length} tensors, but its body returned ${state.length}.`)
  initial.forEach((tensor, i) => checkFits(`state ${i} of the loop`, { shape: tensor.shape, type: tensor.dtype as 'float32' }, { shape: state[i]!.shape, type: state[i]!.dtype }))
  return state
}
