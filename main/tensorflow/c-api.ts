import koffi from 'koffi'
import type { LibraryHandle } from 'koffi'
import { loadLibraries } from './dynamic-loading.ts'
import type { Library } from './library.ts'
import { cLibrary } from './platform.ts'

/** An address in TensorFlow's memory; 0n is null. */
export type Pointer = bigint

/** `TF_Output`: one output of an operation. */
export interface OutputReference {
  readonly oper: Pointer
  readonly index: number
}

/** What `TF_SessionRun` takes, in its order. Arrays are encoded by the caller, so that a step encodes them once. */
export type SessionRunArguments = [
  session: Pointer,
  runOptions: Pointer,
  inputs: Uint8Array,
  inputValues: BigUint64Array,
  numberOfInputs: number,
  outputs: Uint8Array,
  outputValues: BigUint64Array,
  numberOfOutputs: number,
  targets: BigUint64Array,
  numberOfTargets: number,
  runMetadata: Pointer,
  status: Pointer,
]

/** A blocking call that can also run on a thread of libuv's pool, so that the process goes on. */
export interface SessionRun {
  (...args: SessionRunArguments): void
  async(...args: [...SessionRunArguments, callback: (error: Error | null) => void]): void
}

/** Closing a session over a server waits for that server. */
export interface CloseSession {
  (session: Pointer, status: Pointer): void
  async(session: Pointer, status: Pointer, callback: (error: Error | null) => void): void
}

export type CApi = ReturnType<typeof declare>

/**
 * Loads TensorFlow and declares the part of its C API that Loupe uses.
 *
 * Takes 0.2-1 s and 340 MB.
 */
export function loadCApi(library: Library): CApi {
  // Read when the library loads. oneDNN is worth 1.1 to 2.3 times in every model measured; what the user set stays.
  process.env['TF_ENABLE_ONEDNN_OPTS'] ??= '1'
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2'
  // A pool of threads for each session, or the first session's number would hold for all: small steps are fastest on one thread.
  process.env['TF_OVERRIDE_GLOBAL_THREADPOOL'] ??= '1'
  // TensorFlow's default waits for ever for a worker that is gone. A call to one then fails at once with UNAVAILABLE.
  process.env['GRPC_FAIL_FAST'] ??= 'true'
  // Workers are reached directly: what a machine sets as its way to the web is no way to them.
  process.env['TF_GRPC_DEFAULT_OPTIONS'] ??= 'grpc.enable_http_proxy=0'
  return declare(loadLibraries(library), koffi.load(cLibrary()))
}

/** Encodes references as the C array of `TF_Output`: a pointer, an int, 4 bytes of padding each. */
export function encodeOutputs(references: readonly OutputReference[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(Math.max(1, references.length) * 16))
  references.forEach((reference, i) => {
    view.setBigUint64(i * 16, reference.oper, true)
    view.setInt32(i * 16 + 8, reference.index, true)
  })
  return new Uint8Array(view.buffer)
}

function declare(tensorflow: LibraryHandle, c: LibraryHandle) {
  const output = koffi.struct({ oper: 'void *', index: 'int' })
  // koffi types every function as (...any) => any: the cast states the C signature given beside it.
  const f = <F extends (...args: never[]) => unknown>(name: string, result: string, args: (string | typeof output)[]): F =>
    tensorflow.func(name, result, args) as unknown as F
  type Free = (object: Pointer) => void
  type New = () => Pointer
  type Describe<V> = (description: Pointer, name: string, value: V) => void
  type DescribeList = (description: Pointer, name: string, values: BigInt64Array, length: number) => void
  return {
    version: f<() => string>('TF_Version', 'str', []),
    /** Copies `bytes` bytes from TensorFlow's memory into an array. Never a view: Electron forbids external buffers. */
    copyOut: c.func('memcpy', 'void *', ['void *', 'void *', 'size_t']) as unknown as (to: ArrayBufferView, from: Pointer, bytes: number) => Pointer,
    copyIn: c.func('memcpy', 'void *', ['void *', 'void *', 'size_t']) as unknown as (to: Pointer, from: ArrayBufferView, bytes: number) => Pointer,

    newStatus: f<New>('TF_NewStatus', 'void *', []),
    deleteStatus: f<Free>('TF_DeleteStatus', 'void', ['void *']),
    statusCode: f<(status: Pointer) => number>('TF_GetCode', 'int', ['void *']),
    statusMessage: f<(status: Pointer) => string>('TF_Message', 'str', ['void *']),

    newBuffer: f<(bytes: Uint8Array, length: number) => Pointer>('TF_NewBufferFromString', 'void *', ['void *', 'size_t']),
    newEmptyBuffer: f<New>('TF_NewBuffer', 'void *', []),
    deleteBuffer: f<Free>('TF_DeleteBuffer', 'void', ['void *']),

    allocateTensor: f<(type: number, shape: BigInt64Array, rank: number, bytes: number) => Pointer>('TF_AllocateTensor', 'void *', ['int', 'void *', 'int', 'size_t']),
    deleteTensor: f<Free>('TF_DeleteTensor', 'void', ['void *']),
    tensorData: f<(tensor: Pointer) => Pointer>('TF_TensorData', 'void *', ['void *']),
    tensorBytes: f<(tensor: Pointer) => number | bigint>('TF_TensorByteSize', 'size_t', ['void *']),

    newGraph: f<New>('TF_NewGraph', 'void *', []),
    deleteGraph: f<Free>('TF_DeleteGraph', 'void', ['void *']),
    rank: f<(graph: Pointer, output: OutputReference, status: Pointer) => number>('TF_GraphGetTensorNumDims', 'int', ['void *', output, 'void *']),
    shape: f<(graph: Pointer, output: OutputReference, shape: BigInt64Array, rank: number, status: Pointer) => void>('TF_GraphGetTensorShape', 'void', ['void *', output, 'void *', 'int', 'void *']),
    outputType: f<(output: OutputReference) => number>('TF_OperationOutputType', 'int', [output]),
    operationDefinition: f<(graph: Pointer, type: string, buffer: Pointer, status: Pointer) => void>('TF_GraphGetOpDef', 'void', ['void *', 'str', 'void *', 'void *']),

    graphDefinition: f<(graph: Pointer, buffer: Pointer, status: Pointer) => void>('TF_GraphToGraphDef', 'void', ['void *', 'void *', 'void *']),
    operationByName: f<(graph: Pointer, name: string) => Pointer>('TF_GraphOperationByName', 'void *', ['void *', 'str']),
    operationName: f<(operation: Pointer) => string>('TF_OperationName', 'str', ['void *']),

    newOperation: f<(graph: Pointer, type: string, name: string) => Pointer>('TF_NewOperation', 'void *', ['void *', 'str', 'str']),
    finishOperation: f<(description: Pointer, status: Pointer) => Pointer>('TF_FinishOperation', 'void *', ['void *', 'void *']),
    setDevice: f<(description: Pointer, device: string) => void>('TF_SetDevice', 'void', ['void *', 'str']),
    addInput: f<(description: Pointer, input: OutputReference) => void>('TF_AddInput', 'void', ['void *', output]),
    addInputList: f<(description: Pointer, inputs: Uint8Array, length: number) => void>('TF_AddInputList', 'void', ['void *', 'void *', 'int']),
    addControlInput: f<(description: Pointer, operation: Pointer) => void>('TF_AddControlInput', 'void', ['void *', 'void *']),
    setType: f<Describe<number>>('TF_SetAttrType', 'void', ['void *', 'str', 'int']),
    setTypes: f<(description: Pointer, name: string, values: Int32Array, length: number) => void>('TF_SetAttrTypeList', 'void', ['void *', 'str', 'void *', 'int']),
    setInt: f<Describe<number>>('TF_SetAttrInt', 'void', ['void *', 'str', 'int64_t']),
    setInts: f<DescribeList>('TF_SetAttrIntList', 'void', ['void *', 'str', 'void *', 'int']),
    setFloat: f<Describe<number>>('TF_SetAttrFloat', 'void', ['void *', 'str', 'float']),
    setBool: f<Describe<number>>('TF_SetAttrBool', 'void', ['void *', 'str', 'uint8_t']),
    setString: f<(description: Pointer, name: string, value: Uint8Array, length: number) => void>('TF_SetAttrString', 'void', ['void *', 'str', 'void *', 'size_t']),
    setShape: f<DescribeList>('TF_SetAttrShape', 'void', ['void *', 'str', 'void *', 'int']),
    setShapes: f<(description: Pointer, name: string, shapes: BigUint64Array, ranks: Int32Array, length: number) => void>('TF_SetAttrShapeList', 'void', ['void *', 'str', 'void *', 'void *', 'int']),
    setTensor: f<(description: Pointer, name: string, tensor: Pointer, status: Pointer) => void>('TF_SetAttrTensor', 'void', ['void *', 'str', 'void *', 'void *']),
    setFunction: f<(description: Pointer, name: string, value: string, length: number) => void>('TF_SetAttrFuncName', 'void', ['void *', 'str', 'str', 'size_t']),

    graphToFunction: f<
      (graph: Pointer, name: string, appendHash: number, operations: number, list: Pointer, inputs: number, inputList: Uint8Array, outputs: number, outputList: Uint8Array, names: Pointer, options: Pointer, description: null, status: Pointer) => Pointer
    >('TF_GraphToFunction', 'void *', ['void *', 'str', 'uint8_t', 'int', 'void *', 'int', 'void *', 'int', 'void *', 'void *', 'void *', 'str', 'void *']),
    copyFunction: f<(graph: Pointer, func: Pointer, gradient: Pointer, status: Pointer) => void>('TF_GraphCopyFunction', 'void', ['void *', 'void *', 'void *', 'void *']),
    deleteFunction: f<Free>('TF_DeleteFunction', 'void', ['void *']),

    newSessionOptions: f<New>('TF_NewSessionOptions', 'void *', []),
    deleteSessionOptions: f<Free>('TF_DeleteSessionOptions', 'void', ['void *']),
    setTarget: f<(options: Pointer, target: string) => void>('TF_SetTarget', 'void', ['void *', 'str']),
    setConfig: f<(options: Pointer, proto: Uint8Array, bytes: number, status: Pointer) => void>('TF_SetConfig', 'void', ['void *', 'void *', 'size_t', 'void *']),
    newSession: f<(graph: Pointer, options: Pointer, status: Pointer) => Pointer>('TF_NewSession', 'void *', ['void *', 'void *', 'void *']),
    loadSession: f<
      (options: Pointer, runOptions: Pointer, folder: string, tags: BigUint64Array, numberOfTags: number, graph: Pointer, metaGraph: Pointer, status: Pointer) => Pointer
    >('TF_LoadSessionFromSavedModel', 'void *', ['void *', 'void *', 'str', 'void *', 'int', 'void *', 'void *', 'void *']),
    closeSession: f<CloseSession>('TF_CloseSession', 'void', ['void *', 'void *']),
    deleteSession: f<(session: Pointer, status: Pointer) => void>('TF_DeleteSession', 'void', ['void *', 'void *']),
    run: f<SessionRun>('TF_SessionRun', 'void', ['void *', 'void *', 'void *', 'void *', 'int', 'void *', 'void *', 'int', 'void *', 'int', 'void *', 'void *']),

    newServer: f<(definition: Uint8Array, bytes: number, status: Pointer) => Pointer>('TF_NewServer', 'void *', ['void *', 'size_t', 'void *']),
    startServer: f<(server: Pointer, status: Pointer) => void>('TF_ServerStart', 'void', ['void *', 'void *']),
    serverTarget: f<(server: Pointer) => string>('TF_ServerTarget', 'str', ['void *']),
    deleteServer: f<Free>('TF_DeleteServer', 'void', ['void *']),

    listDevices: f<(session: Pointer, status: Pointer) => Pointer>('TF_SessionListDevices', 'void *', ['void *', 'void *']),
    deleteDeviceList: f<Free>('TF_DeleteDeviceList', 'void', ['void *']),
    deviceCount: f<(list: Pointer) => number>('TF_DeviceListCount', 'int', ['void *']),
    deviceName: f<(list: Pointer, index: number, status: Pointer) => string>('TF_DeviceListName', 'str', ['void *', 'int', 'void *']),
    deviceType: f<(list: Pointer, index: number, status: Pointer) => string>('TF_DeviceListType', 'str', ['void *', 'int', 'void *']),
    deviceMemory: f<(list: Pointer, index: number, status: Pointer) => number | bigint>('TF_DeviceListMemoryBytes', 'int64_t', ['void *', 'int', 'void *']),
  }
}

/** Where an array's bytes are: for C arrays of pointers. The array must outlive the call. */
export function addressOf(array: ArrayBufferView): Pointer {
  return koffi.address(array)
}
