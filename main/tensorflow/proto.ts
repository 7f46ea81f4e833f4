import protobuf from 'protobufjs/light.js'
import type { DeviceMemory } from './runtime.ts'

/** The few protocol buffer messages that the C API wants, with TensorFlow's field numbers (`core/protobuf/config.proto`, `core/framework/op_def.proto`, `core/framework/step_stats.proto`). */
const messages = {
  nested: {
    GpuOptions: { fields: { allowGrowth: { type: 'bool', id: 4 } } },
    OptimizerOptions: { fields: { globalJitLevel: { type: 'int32', id: 5 } } },
    RewriterConfig: {
      fields: {
        remapping: { type: 'int32', id: 14 },
        memoryOptimization: { type: 'int32', id: 4 },
        disableMetaOptimizer: { type: 'bool', id: 19 },
      },
    },
    GraphOptions: { fields: { optimizerOptions: { type: 'OptimizerOptions', id: 3 }, rewriteOptions: { type: 'RewriterConfig', id: 10 } } },
    Experimental: { fields: { executorType: { type: 'string', id: 3 } } },
    ConfigProto: {
      fields: {
        deviceCount: { keyType: 'string', type: 'int32', id: 1 },
        intraOpParallelismThreads: { type: 'int32', id: 2 },
        interOpParallelismThreads: { type: 'int32', id: 5 },
        gpuOptions: { type: 'GpuOptions', id: 6 },
        allowSoftPlacement: { type: 'bool', id: 7 },
        usePerSessionThreads: { type: 'bool', id: 9 },
        graphOptions: { type: 'GraphOptions', id: 10 },
        operationTimeoutInMs: { type: 'int64', id: 11 },
        isolateSessionState: { type: 'bool', id: 15 },
        experimental: { type: 'Experimental', id: 16 },
      },
    },
    JobDef: { fields: { name: { type: 'string', id: 1 }, tasks: { keyType: 'int32', type: 'string', id: 2 } } },
    ClusterDef: { fields: { job: { rule: 'repeated', type: 'JobDef', id: 1 } } },
    ServerDef: {
      fields: {
        cluster: { type: 'ClusterDef', id: 1 },
        jobName: { type: 'string', id: 2 },
        taskIndex: { type: 'int32', id: 3 },
        defaultSessionConfig: { type: 'ConfigProto', id: 4 },
        protocol: { type: 'string', id: 5 },
        port: { type: 'int32', id: 6 },
      },
    },
    RunOptions: { fields: { traceLevel: { type: 'int32', id: 1 }, timeoutInMs: { type: 'int64', id: 2 }, interOpThreadPool: { type: 'int32', id: 3 } } },
    AllocationRecord: { fields: { allocMicros: { type: 'int64', id: 1 }, allocBytes: { type: 'int64', id: 2 } } },
    AllocatorMemoryUsed: { fields: { allocatorName: { type: 'string', id: 1 }, allocationRecords: { rule: 'repeated', type: 'AllocationRecord', id: 6 } } },
    NodeExecStats: {
      fields: {
        nodeName: { type: 'string', id: 1 },
        allStartMicros: { type: 'int64', id: 2 },
        memory: { rule: 'repeated', type: 'AllocatorMemoryUsed', id: 6 },
        startRelativeMicros: { type: 'int64', id: 3 },
        endRelativeMicros: { type: 'int64', id: 4 },
        timelineLabel: { type: 'string', id: 8 },
        allStartNanos: { type: 'int64', id: 13 },
        startRelativeNanos: { type: 'int64', id: 14 },
        endRelativeNanos: { type: 'int64', id: 15 },
      },
    },
    DeviceStepStats: { fields: { device: { type: 'string', id: 1 }, nodeStats: { rule: 'repeated', type: 'NodeExecStats', id: 2 } } },
    StepStats: { fields: { deviceStats: { rule: 'repeated', type: 'DeviceStepStats', id: 1 } } },
    RunMetadata: { fields: { stepStats: { type: 'StepStats', id: 1 } } },
    ArgDef: {
      fields: {
        name: { type: 'string', id: 1 },
        type: { type: 'int32', id: 3 },
        typeAttr: { type: 'string', id: 4 },
        numberAttr: { type: 'string', id: 5 },
        typeListAttr: { type: 'string', id: 6 },
      },
    },
    OpDef: {
      fields: {
        name: { type: 'string', id: 1 },
        inputArg: { rule: 'repeated', type: 'ArgDef', id: 2 },
        outputArg: { rule: 'repeated', type: 'ArgDef', id: 3 },
        isStateful: { type: 'bool', id: 17 },
      },
    },
  },
}
const root = protobuf.Root.fromJSON(messages)

/** Options of a TensorFlow session or server; fields that are left out keep TensorFlow's default. */
export interface SessionConfig {
  readonly deviceCount?: Readonly<Record<string, number>>
  readonly intraOpParallelismThreads?: number
  readonly interOpParallelismThreads?: number
  readonly usePerSessionThreads?: boolean
  readonly allowSoftPlacement?: boolean
  readonly gpuOptions?: { readonly allowGrowth: boolean }
  readonly graphOptions?: {
    readonly optimizerOptions?: { readonly globalJitLevel: number }
    readonly rewriteOptions?: { readonly remapping?: number; readonly memoryOptimization?: number; readonly disableMetaOptimizer?: boolean }
  }
  /** Of a call to another process, from the session's creation to its close; without one they wait for ever. */
  readonly operationTimeoutInMs?: number
  /** A session over a server keeps its variables for itself, as a local one does. */
  readonly isolateSessionState?: boolean
  readonly experimental?: { readonly executorType: string }
}

export function encodeSessionConfig(config: SessionConfig): Uint8Array {
  return root.lookupType('ConfigProto').encode({ ...config }).finish()
}

export interface RunConfiguration {
  /** 3 records each op's times. */
  readonly traceLevel?: number
  /** The call ends with DEADLINE_EXCEEDED after so long. */
  readonly timeoutInMs?: number
  /** -1 runs the ops in the calling thread. */
  readonly interOpThreadPool?: number
}

export function encodeRunOptions(options: RunConfiguration): Uint8Array {
  return root.lookupType('RunOptions').encode({ ...options }).finish()
}

/** One process of a cluster, as TensorFlow's server wants it described: every process is told of all. */
export interface ServerDefinition {
  readonly job: string
  /** `host:port` of each task's server, as the others reach it. */
  readonly addresses: readonly string[]
  readonly task: number
  /** To listen on; the one in the task's address when left out. */
  readonly port?: number
  readonly config: SessionConfig
}

export function encodeServerDefinition({ job, addresses, task, port, config }: ServerDefinition): Uint8Array {
  const tasks = Object.fromEntries(addresses.entries())
  const message = { cluster: { job: [{ name: job, tasks }] }, jobName: job, taskIndex: task, protocol: 'grpc', defaultSessionConfig: config, ...(port === undefined ? {} : { port }) }
  return root.lookupType('ServerDef').encode(message).finish()
}

/** An input or output of an op: one tensor, or a list whose length an attribute gives. */
export interface ArgumentDefinition {
  readonly name: string
  /** Attribute that gives the list's length; empty for none. */
  readonly numberAttr: string
  /** Attribute that gives the list's types; empty for none. */
  readonly typeListAttr: string
}

export interface OperationDefinition {
  readonly name: string
  readonly inputs: readonly ArgumentDefinition[]
  readonly outputs: readonly ArgumentDefinition[]
  readonly isStateful: boolean
}

export function decodeOperationDefinition(bytes: Uint8Array): OperationDefinition {
  const type = root.lookupType('OpDef')
  const decoded = type.toObject(type.decode(bytes), { defaults: true, arrays: true })
  return { name: decoded['name'], inputs: decoded['inputArg'], outputs: decoded['outputArg'], isStateful: decoded['isStateful'] }
}

/** One execution of one operation, as TensorFlow's tracer recorded it. */
export interface OperationExecution {
  readonly device: string
  /** The graph's name of it. */
  readonly operation: string
  /** Such as `block1/MatMul = MatMul(a, b)`; empty on some devices. */
  readonly label: string
  /** Since the first operation of the call, where the tracer tells nanoseconds. */
  readonly startMs: number
  readonly ms: number
}

/** The operations of one call, from the bytes of its `RunMetadata`. */
export function decodeExecutions(bytes: Uint8Array): readonly OperationExecution[] {
  const type = root.lookupType('RunMetadata')
  const { stepStats } = type.toObject(type.decode(bytes), { defaults: true, arrays: true, longs: Number })
  const all = ((stepStats?.deviceStats ?? []) as readonly { device: string; nodeStats: readonly Record<string, number | string>[] }[]).flatMap(({ device, nodeStats }) =>
    // Of what came from another worker only microseconds are told.
    nodeStats.map((node) => ({ device, node, startNanos: Number(node['allStartNanos']) || Number(node['allStartMicros']) * 1e3 })),
  )
  const begin = all.reduce((least, { startNanos }) => Math.min(least, startNanos), Infinity)
  return all.map(({ device, node, startNanos }) => {
    const nanos = Number(node['endRelativeNanos']) - Number(node['startRelativeNanos'])
    const micros = Number(node['endRelativeMicros']) - Number(node['startRelativeMicros'])
    return { device, operation: String(node['nodeName']), label: String(node['timelineLabel']), startMs: (startNanos - begin) / 1e6, ms: nanos > 0 ? nanos / 1e6 : micros / 1e3 }
  })
}

interface AllocationRecord {
  readonly allocMicros: number
  /** Below 0 where memory is given back. */
  readonly allocBytes: number
}

/** The memory of one call, from the bytes of its `RunMetadata`: what each operation took and gave back, in the order of time. */
export function decodeMemory(bytes: Uint8Array): readonly DeviceMemory[] {
  const type = root.lookupType('RunMetadata')
  const { stepStats } = type.toObject(type.decode(bytes), { defaults: true, arrays: true, longs: Number })
  type Node = { readonly memory: readonly { readonly allocationRecords: readonly AllocationRecord[] }[] }
  return ((stepStats?.deviceStats ?? []) as readonly { device: string; nodeStats: readonly Node[] }[]).map(({ device, nodeStats }) => {
    const records = nodeStats.flatMap(({ memory }) => memory.flatMap(({ allocationRecords }) => allocationRecords))
    // Within a microsecond nobody knows the order: what is taken is counted first.
    records.sort((a, b) => a.allocMicros - b.allocMicros || b.allocBytes - a.allocBytes)
    let [now, peakBytes] = [0, 0]
    for (const { allocBytes } of records) {
      now += allocBytes
      peakBytes = Math.max(peakBytes, now)
    }
    return { device, peakBytes }
  })
}
