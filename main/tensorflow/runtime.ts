import type * as tf from '@tensorflow/tfjs'

/** Element types of the arrays that cross into and out of a session. */
export type ElementType = 'float32' | 'int32' | 'uint8' | 'bool'

/** A tensor's values outside the session, row-major. */
export interface HostArray {
  readonly shape: readonly number[]
  readonly type: ElementType
  readonly values: Float32Array | Int32Array | Uint8Array
}

/** Named host arrays: initial weights, optimiser slots, a checkpoint. Names are paths such as `stem/kernel`. */
export type HostArrays = Readonly<Record<string, HostArray>>
/** Named tensors inside a trace. */
export type Tensors = Readonly<Record<string, tf.Tensor>>

export interface DeviceInfo {
  /** TensorFlow's own name, such as `/device:GPU:0`. */
  readonly name: string
  readonly kind: 'CPU' | 'GPU'
  readonly memoryBytes: number
  readonly description: string
}

export interface SessionOptions {
  /** Device the traces are placed on; the first CPU when left out. */
  readonly device?: string
  /** Virtual CPU devices to make, so that several replicas can be tested without a GPU. 1 when left out. */
  readonly cpuDevices?: number
  /**
   * Threads an op may use; 0 or left out: as many as cores. Each session has its own. Steps of less than about a millisecond are
   * fastest on 1. Part of what makes a run reproducible.
   */
  readonly threads?: number
  /**
   * Ops that may run at the same time; 1 when left out: then they run one after the other in the calling thread, which costs
   * least. More pays where a step has many ops that are too small to be shared out. Results do not depend on it.
   */
  readonly parallelOps?: number
  /**
   * A worker's TensorFlow server, such as `grpc://127.0.0.1:7171`: steps then run in its cluster, whose devices are named
   * `/job:worker/task:0/device:CPU:0` and so on, the first worker's by default. In this process when left out.
   *
   * How many devices and threads there are was said when the workers started: `cpuDevices`, `threads` and `parallelOps` are for sessions
   * of this process.
   */
  readonly target?: string
  /** Longest that a call to another process may take, in ms; 60,000 when left out. What takes longer fails with `worker-lost`. */
  readonly callTimeoutMs?: number
}

export interface InputSpec {
  readonly shape: readonly number[]
  readonly type: 'float32' | 'int32'
}

/**
 * What a step's code sees while it is traced. It runs once, on symbols; after that the graph runs without it.
 *
 * Random numbers, times and anything else drawn in JavaScript would be frozen into the graph: use the ops of `ops.ts`
 * with a seed that is fed. Reading a tensor's value is an error that names the op.
 */
export interface TraceContext<I extends Readonly<Record<string, InputSpec>>> {
  readonly inputs: { readonly [K in keyof I]: tf.Tensor }
  /** A variable's value: as it was when the call began, or as `assign` left it. */
  read(variable: string): tf.Tensor
  /** Gives a variable a new value of the same shape. The session's variable changes when the call ends. */
  assign(variable: string, value: tf.Tensor): void
  /**
   * Changes float32 variables in their own memory, in one pass over each; what is read of them afterwards is new. In one trace a
   * variable is changed either so or by `assign`.
   */
  update(update: InPlaceUpdate): void
  /**
   * Rows of a resident array as float32 (int32 where the array is int32).
   *
   * @param indices  int32 `[n]`, each within the array's first dimension.
   * @returns `[n, ...the array's other dimensions]`.
   */
  rows(resident: string, indices: tf.Tensor1D): tf.Tensor
  /**
   * The rows of a resident array from `start` on, as `rows` gives them. Float rows whose size is a multiple of 64 bytes are
   * not copied: they stay where they are.
   *
   * @param start  int32 scalar; `start + count` is within the array's first dimension.
   */
  range(resident: string, start: tf.Tensor, count: number): tf.Tensor
}

/**
 * A new parameter p from a gradient g of its shape, along with what the optimizer remembers. Names are the session's.
 *
 *     descent:   p ← p − ηg
 *     momentum:  v ← μv + g, p ← p − ηv;  nesterov:  p ← p − η(g + μv)
 *     adam:      m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g², p ← p − ηm/(√v + ε)
 *
 * η, and adam's ε, are scalars of the trace; adam's bias is corrected in them.
 */
export type InPlaceUpdate = { readonly parameter: string; readonly gradient: tf.Tensor; readonly learningRate: tf.Tensor } & (
  | { readonly kind: 'descent' }
  | { readonly kind: 'momentum'; readonly velocity: string; readonly momentum: number; readonly nesterov: boolean }
  | { readonly kind: 'adam'; readonly mean: string; readonly square: string; readonly beta1: number; readonly beta2: number; readonly epsilon: tf.Tensor }
)

export interface StepDefinition<I extends Readonly<Record<string, InputSpec>>, O extends string> {
  /** For messages and for the profiler. */
  readonly name: string
  readonly inputs: I
  /** Ordinary tfjs code over symbols. Called once. Must be synchronous and pure but for `context.assign`. */
  trace(context: TraceContext<I>): Readonly<Record<O, tf.Tensor>>
  /** Cluster this step's ops with XLA. Off when left out. */
  readonly jit?: boolean
}

/** One execution of one operation. */
export interface OperationTime {
  /** TensorFlow's type of it, such as `MatMul`; `_FusedMatMul` and the like are what its optimizer made of several. */
  readonly type: string
  /** The graph's name of it. */
  readonly operation: string
  readonly device: string
  /** Since the first operation of the call began. */
  readonly startMs: number
  readonly ms: number
}

/** Memory that a call took on one device for as long as it ran: variables and data that were there before are not in it. */
export interface DeviceMemory {
  readonly device: string
  /** Most that was taken at one time. */
  readonly peakBytes: number
}

/** A step compiled against a session's variables. */
export interface CompiledStep<I extends Readonly<Record<string, InputSpec>>, O extends string> {
  /**
   * Runs the step. The process stays responsive while it runs. Calls on one session must not overlap.
   *
   * @param inputs  One typed array an input, of the declared size; a number for a scalar.
   * @throws LoupeError `out-of-memory`, `not-finite` never (a NaN is a value), `worker-lost` where the session's target or another worker
   *   is gone or hangs, `tensorflow` with the status otherwise.
   */
  run(inputs: { readonly [K in keyof I]: Float32Array | Int32Array | number }): Promise<{ readonly [K in O]: Float32Array | Int32Array }>
  /**
   * Runs the step once, as `run` does, and tells what each operation took. Timing adds some microseconds an operation.
   *
   * @returns One entry an execution, in the order of their starts; none on the reference, which has no graph.
   */
  profile(inputs: { readonly [K in keyof I]: Float32Array | Int32Array | number }): Promise<readonly OperationTime[]>
  /**
   * Runs the step once, as `run` does, and tells both its outputs and what each operation took.
   */
  runTimed(inputs: { readonly [K in keyof I]: Float32Array | Int32Array | number }): Promise<{ readonly outputs: { readonly [K in O]: Float32Array | Int32Array }; readonly operations: readonly OperationTime[] }>
  /**
   * Runs the step once, as `run` does, and tells how much memory it took beyond what the session held before.
   *
   * @returns One entry a device; none on the reference.
   */
  measureMemory(inputs: { readonly [K in keyof I]: Float32Array | Int32Array | number }): Promise<readonly DeviceMemory[]>
  /** Ops in the trace. */
  readonly operations: number
  readonly traceMs: number
}

/** Holds variables and data on a device, and runs steps over them. */
export interface Session {
  readonly device: string
  readonly threads: number
  /**
   * Makes float32 or int32 variables. Their names must be new to the session.
   *
   * @param device  Where they live; the session's device when left out.
   */
  createVariables(initial: HostArrays, device?: string): Promise<void>
  /** Overwrites variables: shapes and types must match. */
  writeVariables(values: HostArrays): Promise<void>
  readVariables(names: readonly string[]): Promise<HostArrays>
  /** Puts an array that never changes on the session's device, or on the one given. uint8 stays uint8 there. Its name must be new to the session. */
  createResident(name: string, array: HostArray, device?: string): Promise<void>
  /** True for a variable or a resident array. */
  has(name: string): boolean
  compile<I extends Readonly<Record<string, InputSpec>>, O extends string>(definition: StepDefinition<I, O>): CompiledStep<I, O>
  /** Ops in all traces so far: a TensorFlow graph only grows, so a long-lived session is renewed above some number. */
  readonly graphOperations: number
  close(): Promise<void>
}

/** Where steps run: TensorFlow's C library, or tfjs' plain CPU backend as the reference that tests compare with. */
export interface Runtime {
  readonly kind: 'tensorflow' | 'reference'
  readonly version: string
  /** Folder of the library; empty for the reference. */
  readonly library: string
  devices(): Promise<readonly DeviceInfo[]>
  openSession(options?: SessionOptions): Promise<Session>
}
