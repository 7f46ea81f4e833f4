import { availableParallelism } from 'node:os'
import { LoupeError } from '../contract/errors.ts'
import type { CApi, Pointer } from './c-api.ts'
import { compileStep } from './compile.ts'
import { allocate, checkHostArray, sizeOf } from './element-types.ts'
import { registerFasterGradients } from './faster-gradients.ts'
import { Graph } from './graph.ts'
import { newTensors } from './host-tensor.ts'
import { installGraphBackend } from './kernels.ts'
import { acquired, released } from './live-objects.ts'
import { workerDevice } from './lost-worker.ts'
import { encodeSessionConfig } from './proto.ts'
import type { SessionConfig } from './proto.ts'
import type { HostArray, HostArrays, Session, SessionOptions } from './runtime.ts'
import { prepareRun } from './session-run.ts'
import type { CallTarget } from './session-run.ts'
import { checked } from './status.ts'
import { addVariable, checkFits, VariableTable } from './variables.ts'
import type { Variable } from './variables.ts'

/** Opens a session over TensorFlow: one graph that grows with every trace, and the variables that all traces share. */
export function openGraphSession(api: CApi, options: SessionOptions): Session {
  installGraphBackend()
  registerFasterGradients()
  const graph = new Graph(api)
  const device = options.device ?? (options.target === undefined ? undefined : workerDevice(0))
  const remote = options.target === undefined ? null : { target: options.target, callTimeoutMs: options.callTimeoutMs ?? CALL_TIMEOUT_MS }
  const session = newSession(api, graph.pointer, options)
  const target: CallTarget = { api, session, remote }
  const variables = new VariableTable()
  let state: 'open' | 'busy' | 'closed' = 'open'
  let isLost = false

  function checkOpen(doing: string): void {
    if (state === 'closed') throw new LoupeError('conflict', `${doing} needs an open session, but it was closed.`, { doing })
  }

  async function exclusively<T>(doing: string, call: () => Promise<T>): Promise<T> {
    checkOpen(doing)
    if (state === 'busy') throw new LoupeError('conflict', `${doing} began while the session was busy. Calls on one session must not overlap: await the one before.`, { doing })
    state = 'busy'
    try {
      return await call()
    } catch (error) {
      isLost ||= error instanceof LoupeError && error.code === 'worker-lost'
      throw error
    } finally {
      state = 'open'
    }
  }

  /** Fills variables from outside, in one call. */
  async function fill(doing: string, filled: readonly (readonly [Variable, HostArray])[]): Promise<void> {
    if (filled.length === 0) return
    if (remote !== null) filled.forEach(([{ name }, array]) => checkMessageSize(name, array))
    const run = prepareRun(target, { doing, inputs: filled.map(([v]) => v.feed), outputs: [], targets: filled.map(([v]) => v.assignFeed) })
    await run(newTensors(api, filled.map(([, array]) => array)), [])
  }

  async function create(kind: Variable['kind'], arrays: HostArrays, place = device): Promise<void> {
    const entries = Object.entries(arrays)
    for (const [name, array] of entries) {
      variables.checkNew(name)
      checkHostArray(`"${name}"`, array)
    }
    const added = entries.map(([name, array]) => [addVariable(graph, kind, name, array, place), array] as const)
    await fill('Creating variables', added)
    for (const [variable] of added) variables.add(variable)
  }

  return {
    device: device ?? '/device:CPU:0',
    threads: options.threads || availableParallelism(),
    get graphOperations() {
      return graph.operations
    },
    has: (name) => variables.has(name),
    createVariables: (initial, place) =>
      exclusively('Creating variables', async () => {
        for (const [name, array] of Object.entries(initial)) {
          if (array.type === 'float32' || array.type === 'int32') continue
          throw new LoupeError('invalid-input', `Variables are float32 or int32, but "${name}" is ${array.type}. Use createResident for data.`, { name, type: array.type })
        }
        await create('variable', initial, place)
      }),
    createResident: (name, array, place) => exclusively(`Placing "${name}"`, () => create('resident', { [name]: array }, place)),
    writeVariables: (values) =>
      exclusively('Writing variables', async () => {
        const filled = Object.entries(values).map(([name, array]) => {
          const variable = variables.get(name, 'variable')
          checkFits(name, variable, array)
          checkHostArray(`"${name}"`, array)
          return [variable, array] as const
        })
        await fill('Writing variables', filled)
      }),
    readVariables: (names) =>
      exclusively('Reading variables', async () => {
        if (names.length === 0) return {}
        const read = names.map((name) => variables.get(name, 'variable'))
        const results = read.map((variable) => allocate(variable.type, sizeOf(variable.shape)))
        await prepareRun(target, { doing: 'Reading variables', inputs: [], outputs: read.map((v) => v.value), targets: [] })([], results)
        return Object.fromEntries(read.map((v, i) => [v.name, { shape: v.shape, type: v.type, values: results[i]! }]))
      }),
    compile(definition) {
      checkOpen(`Compiling "${definition.name}"`)
      return compileStep({ ...target, graph, device, variables, exclusively }, definition)
    },
    async close() {
      if (state === 'closed') return
      if (state === 'busy') throw new LoupeError('conflict', 'The session was closed while a call was running. Await the call first.')
      state = 'closed'
      if (remote === null) deleteSession(api, session)
      else await leaveSession(target, { isLost })
      graph.free()
    },
  }
}

const CALL_TIMEOUT_MS = 60_000

/** A message of gRPC, and of protocol buffers, holds less than this. */
const MESSAGE_BYTES = 2 ** 31 - 2 ** 20

/** @throws LoupeError `unsupported` for an array that no message holds: TensorFlow would end the process. */
function checkMessageSize(name: string, array: HostArray): void {
  if (array.values.byteLength < MESSAGE_BYTES) return
  throw new LoupeError('unsupported', `"${name}" takes ${(array.values.byteLength / 2 ** 30).toFixed(1)} GiB, and at most 2 GiB go to a worker in one array. Split it.`, { name, bytes: array.values.byteLength })
}

/** Ops of one thread run in the thread that runs the call, not in a second pool: a fifth less processor time on small steps of few ops. */
const inCallingThread = -1

/** Makes a `TF_Session` on a graph. */
export function newSession(api: CApi, graph: Pointer, options: SessionOptions): Pointer {
  const sessionOptions = acquired(api.newSessionOptions())
  if (options.target !== undefined) api.setTarget(sessionOptions, options.target)
  try {
    const config = encodeSessionConfig(options.target === undefined ? localConfig(options) : remoteConfig(options))
    checked(api, 'Configuring a session', (status) => api.setConfig(sessionOptions, config, config.length, status))
    return acquired(checked(api, 'Opening a session', (status) => api.newSession(graph, sessionOptions, status)))
  } finally {
    api.deleteSessionOptions(released(sessionOptions))
  }
}

/** How a session of this process uses the machine. */
function localConfig(options: SessionOptions): SessionConfig {
  const parallelOps = options.parallelOps ?? 1
  // Primitives of oneDNN are kept by the thread that ran them first, with the number of threads that they had then: a session whose ops use
  // several has threads of its own, or it would go on with what another session left in the calling thread.
  const hasOwnThreads = parallelOps > 1 || options.threads !== 1
  return {
    deviceCount: { CPU: options.cpuDevices ?? 1 },
    intraOpParallelismThreads: options.threads ?? 0,
    interOpParallelismThreads: hasOwnThreads ? parallelOps : inCallingThread,
    usePerSessionThreads: hasOwnThreads,
    allowSoftPlacement: true,
    gpuOptions: { allowGrowth: true },
  }
}

/** Threads and devices are the servers'. State is the session's own, or two sessions would share variables of one name. */
function remoteConfig({ callTimeoutMs = CALL_TIMEOUT_MS }: SessionOptions): SessionConfig {
  return { allowSoftPlacement: true, isolateSessionState: true, operationTimeoutInMs: callTimeoutMs }
}

export function deleteSession(api: CApi, session: Pointer): void {
  checked(api, 'Closing a session', (status) => api.closeSession(session, status))
  checked(api, 'Closing a session', (status) => api.deleteSession(released(session), status))
}

/** Closes a session over a server without blocking the process. Of a cluster that lost a worker nothing is asked any more: it ends as a whole. */
async function leaveSession({ api, session }: CallTarget, { isLost }: { readonly isLost: boolean }): Promise<void> {
  const status = acquired(api.newStatus())
  try {
    // What comes back is of no use: a server that does not answer, or that was never called, has nothing to close.
    if (!isLost) await new Promise<void>((resolve, reject) => api.closeSession.async(session, status, (error) => (error ? reject(error) : resolve())))
  } finally {
    api.deleteStatus(released(status))
    checked(api, 'Closing a session', (deleted) => api.deleteSession(released(session), deleted))
  }
}
