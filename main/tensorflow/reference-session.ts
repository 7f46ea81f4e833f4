import type * as TensorFlow from '@tensorflow/tfjs'
import { LoupeError } from '../contract/errors.ts'
import { checkHostArray } from './element-types.ts'
import { updatedValues, updatedVariables } from './in-place-updates.ts'
import type { CompiledStep, HostArray, HostArrays, InputSpec, Session, StepDefinition, TraceContext } from './runtime.ts'
import { inputArray } from './step-inputs.ts'
import { tf } from './tf.ts'
import { withBackend } from './trace.ts'
import { checkFits } from './variables.ts'

type Arrays = Map<string, HostArray>

/** A session that keeps its variables as JavaScript arrays and runs steps eagerly. */
export function openEagerSession(): Session {
  const variables: Arrays = new Map()
  const residents: Arrays = new Map()
  let open = true
  let busy = false
  let operations = 0

  function checkOpen(doing: string): void {
    if (!open) throw new LoupeError('conflict', `${doing} needs an open session, but it was closed.`, { doing })
    if (busy) throw new LoupeError('conflict', `${doing} began while the session was busy. Calls on one session must not overlap: await the one before.`, { doing })
  }
  function add(arrays: Arrays, name: string, array: HostArray): void {
    if (variables.has(name) || residents.has(name)) {
      throw new LoupeError('conflict', `The session already holds "${name}". Use writeVariables to give it a new value.`, { name })
    }
    checkHostArray(`"${name}"`, array)
    arrays.set(name, { ...array, values: array.values.slice() })
  }

  return {
    device: '/device:CPU:0',
    threads: 1,
    get graphOperations() {
      return operations
    },
    has: (name) => variables.has(name) || residents.has(name),
    async createVariables(initial) {
      checkOpen('Creating variables')
      for (const [name, array] of Object.entries(initial)) {
        if (array.type !== 'float32' && array.type !== 'int32') {
          throw new LoupeError('invalid-input', `Variables are float32 or int32, but "${name}" is ${array.type}. Use createResident for data.`, { name, type: array.type })
        }
        add(variables, name, array)
      }
    },
    async createResident(name, array) {
      checkOpen(`Placing "${name}"`)
      add(residents, name, array)
    },
    async writeVariables(values) {
      checkOpen('Writing variables')
      for (const [name, array] of Object.entries(values)) {
        checkFits(name, find(variables, name, 'variable'), array)
        checkHostArray(`"${name}"`, array)
      }
      for (const [name, array] of Object.entries(values)) variables.set(name, { ...array, values: array.values.slice() })
    },
    async readVariables(names): Promise<HostArrays> {
      checkOpen('Reading variables')
      const copy = (array: HostArray): HostArray => ({ ...array, values: array.values.slice() })
      return Object.fromEntries(names.map((name) => [name, copy(find(variables, name, 'variable'))]))
    },
    compile<I extends Readonly<Record<string, InputSpec>>, O extends string>(definition: StepDefinition<I, O>): CompiledStep<I, O> {
      checkOpen(`Compiling "${definition.name}"`)
      operations += 1
      const run = async (inputs: EagerCall<I, O>['inputs']) => {
        checkOpen(`Running step "${definition.name}"`)
        busy = true
        try {
          return withBackend('cpu', () => runEagerly({ definition, inputs, variables, residents }))
        } finally {
          busy = false
        }
      }
      return {
        operations: 1,
        traceMs: 0,
        run,
        runTimed: async (inputs) => ({ outputs: await run(inputs), operations: [] }),
        async profile(inputs) {
          await run(inputs)
          return []
        },
        async measureMemory(inputs) {
          await run(inputs)
          return []
        },
      }
    },
    async close() {
      open = false
      variables.clear()
      residents.clear()
    },
  }
}

interface EagerCall<I extends Readonly<Record<string, InputSpec>>, O extends string> {
  readonly definition: StepDefinition<I, O>
  readonly inputs: { readonly [K in keyof I]: Float32Array | Int32Array | number }
  readonly variables: Arrays
  readonly residents: Arrays
}

function runEagerly<I extends Readonly<Record<string, InputSpec>>, O extends string>(call: EagerCall<I, O>): { [K in O]: Float32Array | Int32Array } {
  const { definition, variables, residents } = call
  const engine = tf.engine()
  engine.startScope()
  try {
    const current = new Map<string, TensorFlow.Tensor>()
    const assigned = new Map<string, TensorFlow.Tensor>()
    const context: TraceContext<I> = {
      // One tensor for each declared input.
      inputs: Object.fromEntries(
        Object.entries(definition.inputs).map(([name, spec]) => [name, tf.tensor(inputArray(definition.name, name, spec, call.inputs[name]).slice(), [...spec.shape], spec.type)]),
      ) as { [K in keyof I]: TensorFlow.Tensor },
      read(name) {
        const array = find(variables, name, 'variable')
        const value = assigned.get(name) ?? current.get(name) ?? tf.keep(tf.tensor(array.values.slice(), [...array.shape], array.type === 'int32' ? 'int32' : 'float32'))
        if (!assigned.has(name)) current.set(name, value)
        return value
      },
      assign(name, value) {
        checkFits(name, find(variables, name, 'variable'), { shape: value.shape, type: value.dtype })
        assigned.set(name, tf.keep(value.clone()))
      },
      update(update) {
        const old = Object.fromEntries(updatedVariables(update).map((name) => [name, context.read(name)]))
        for (const [name, value] of Object.entries(updatedValues(update, old))) context.assign(name, value)
      },
      rows: (name, indices) => gatherRows(find(residents, name, 'resident array'), indices),
      range: (name, start, count) => gatherRows(find(residents, name, 'resident array'), tf.tidy(() => tf.add<TensorFlow.Tensor1D>(tf.range(0, count, 1, 'int32'), start))),
    }
    try {
      const outputs = Object.entries<TensorFlow.Tensor>(definition.trace(context)).map(([name, tensor]) => [name, outputValues(definition.name, name, tensor)])
      for (const [name, value] of assigned) variables.set(name, { ...find(variables, name, 'variable'), values: value.dataSync<'float32' | 'int32'>().slice() })
      return Object.fromEntries(outputs) as { [K in O]: Float32Array | Int32Array } // the trace returned exactly the names O
    } finally {
      for (const tensor of [...current.values(), ...assigned.values()]) tensor.dispose()
    }
  } finally {
    engine.endScope()
  }
}

function gatherRows(array: HostArray, indices: TensorFlow.Tensor1D): TensorFlow.Tensor {
  const rowSize = array.values.length / (array.shape[0] ?? 1)
  const wanted = indices.dataSync<'int32'>()
  const type = array.type === 'int32' ? 'int32' : 'float32'
  const rows = type === 'int32' ? new Int32Array(wanted.length * rowSize) : new Float32Array(wanted.length * rowSize)
  wanted.forEach((row, i) => {
    if (row < 0 || row >= (array.shape[0] ?? 0)) throw new LoupeError('tensorflow', `Row ${row} is not within the ${array.shape[0]} rows of the resident array.`, { row })
    rows.set(array.values.subarray(row * rowSize, (row + 1) * rowSize), i * rowSize)
  })
  return tf.tensor(rows, [wanted.length, ...array.shape.slice(1)], type)
}

function outputValues(step: string, name: string, tensor: TensorFlow.Tensor): Float32Array | Int32Array {
  if (tensor.dtype === 'bool') return Int32Array.from(tensor.dataSync<'bool'>())
  if (tensor.dtype === 'float32') return tensor.dataSync<'float32'>().slice()
  if (tensor.dtype === 'int32') return tensor.dataSync<'int32'>().slice()
  throw new LoupeError('unsupported', `Output "${name}" of step "${step}" is ${tensor.dtype}. Outputs are float32 or int32.`, { step, output: name })
}

function find(arrays: Arrays, name: string, word: string): HostArray {
  const array = arrays.get(name)
  if (array) return array
  throw new LoupeError('not-found', `The session has no ${word} "${name}". It has ${[...arrays.keys()].slice(0, 20).join(', ') || 'none'}.`, { name })
}
