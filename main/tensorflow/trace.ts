import type * as TensorFlow from '@tensorflow/tfjs'
import { LoupeError } from '../contract/errors.ts'
import type { OutputReference } from './c-api.ts'
import { randomDraw } from './graph-binding.ts'
import type { TraceScope } from './graph-binding.ts'
import { graphBackendName, installGraphBackend, wrapOutput } from './kernels.ts'
import { tf } from './tf.ts'

/** tfjs ops that draw random numbers in JavaScript, whatever their seed. */
const drawing = new Set(['rand', 'randomGamma', 'randomNormal', 'randomStandardNormal', 'randomUniform', 'randomUniformInt', 'truncatedNormal'])

/** Runs tfjs code with its operations going to a scope's graph. Every tensor made on the way is let go of at the end. */
export function traceInto<T>(scope: TraceScope, trace: () => T): T {
  const { binding } = installGraphBackend()
  return withBackend(graphBackendName, () => guarded(scope, () => binding.within(scope, () => inTidy(trace))))
}

/** True while a step is traced into a graph; false on the reference, where ops run at once. */
export function isTracing(): boolean {
  return tf.engine().backendName === graphBackendName
}

/**
 * Runs code of a trace with its operations placed on another device of the session. TensorFlow copies what crosses; variables and
 * resident arrays stay where they are. On the reference, which has one device, the code just runs.
 */
export function onDevice<T>(device: string, call: () => T): T {
  if (!isTracing()) return call()
  const { binding } = installGraphBackend()
  const { scope } = binding
  if (scope === null) throw new LoupeError('internal', `onDevice(${device}) was called outside of a trace.`)
  return scope.device === device ? call() : binding.within({ ...scope, device, constants: new Map() }, call)
}

/** Runs code of a trace with a part's name in the names of its operations, so that a profile tells how long that part took. */
export function inPhase<T>(phase: string, call: () => T): T {
  if (!isTracing()) return call()
  const { binding } = installGraphBackend()
  const { scope } = binding
  if (scope === null) throw new LoupeError('internal', `inPhase(${phase}) was called outside of a trace.`)
  return binding.within({ ...scope, label: `${scope.label}/${phase}` }, call)
}

/** Runs a function with one of tfjs' backends, which must be ready, and goes back to the one before. */
export function withBackend<T>(name: string, call: () => T): T {
  const before = tf.engine().backendName
  switchTo(name)
  try {
    return call()
  } finally {
    if (before) switchTo(before)
  }
}

/** A tensor of the running trace for an output of its graph. */
export function tensorOf(output: OutputReference, type: string): TensorFlow.Tensor {
  const backend = installGraphBackend()
  return wrapOutput(backend, backend.binding.adopt(output, type))
}

/** The output of the running trace's graph that holds a tensor. */
export function outputOf(tensor: TensorFlow.Tensor): OutputReference {
  const { binding, kernels } = installGraphBackend()
  const id = kernels.getInputTensorIds([tensor])[0]
  if (id === undefined) throw new LoupeError('internal', 'A tensor has no place in the graph.')
  return binding.outputOf(id)
}

/** setBackend answers with a promise, but a backend that is made synchronously is switched to before it returns. */
function switchTo(name: string): void {
  if (tf.engine().backendName !== name) void tf.setBackend(name)
  if (tf.engine().backendName !== name) throw new LoupeError('internal', `The ${name} backend of tfjs is not ready.`)
}

/** tf.tidy for any result: values that are not tensors pass through. */
function inTidy<T>(call: () => T): T {
  const engine = tf.engine()
  engine.startScope()
  try {
    return call()
  } finally {
    engine.endScope()
  }
}

/** Refuses what would be frozen into the trace: random numbers drawn in JavaScript. */
function guarded<T>(scope: TraceScope, trace: () => T): T {
  const engine = tf.engine()
  const before = { random: Math.random, startScope: engine.startScope }
  Math.random = () => {
    throw randomDraw('Math.random', scope.label)
  }
  engine.startScope = function (name?: string) {
    const operation = (name ?? '').replace(/__op$/, '')
    if (drawing.has(operation)) throw randomDraw(`tf.${operation}`, scope.label)
    return before.startScope.call(this, name)
  }
  try {
    return trace()
  } catch (error) {
    if (!(error instanceof RangeError && error.message.includes('allocation failed'))) throw error
    throw new LoupeError('out-of-memory', `Tracing "${scope.label}" made a constant that does not fit into memory. Use a smaller batch or model.`, { step: scope.label }, { cause: error })
  } finally {
    Math.random = before.random
    engine.startScope = before.startScope
  }
}
