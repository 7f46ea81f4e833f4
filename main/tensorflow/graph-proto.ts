import protobuf from 'protobufjs/light.js'

/** TensorFlow's messages for a graph and a model that lies on a disk, with its field numbers (`core/framework/graph.proto`, `core/protobuf/saved_model.proto`, `core/protobuf/meta_graph.proto`). */
const messages = {
  nested: {
    DataType: { values: { DT_INVALID: 0, DT_FLOAT: 1, DT_DOUBLE: 2, DT_INT32: 3, DT_UINT8: 4, DT_INT16: 5, DT_INT8: 6, DT_STRING: 7, DT_COMPLEX64: 8, DT_INT64: 9, DT_BOOL: 10, DT_HALF: 19, DT_RESOURCE: 20, DT_VARIANT: 21 } },
    Dim: { fields: { size: { type: 'int64', id: 1 }, name: { type: 'string', id: 2 } } },
    TensorShapeProto: { fields: { dim: { rule: 'repeated', type: 'Dim', id: 2 }, unknownRank: { type: 'bool', id: 3 } } },
    TensorProto: {
      fields: {
        dtype: { type: 'DataType', id: 1 },
        tensorShape: { type: 'TensorShapeProto', id: 2 },
        versionNumber: { type: 'int32', id: 3 },
        tensorContent: { type: 'bytes', id: 4 },
        floatVal: { rule: 'repeated', type: 'float', id: 5 },
        doubleVal: { rule: 'repeated', type: 'double', id: 6 },
        intVal: { rule: 'repeated', type: 'int32', id: 7 },
        stringVal: { rule: 'repeated', type: 'bytes', id: 8 },
        int64Val: { rule: 'repeated', type: 'int64', id: 10 },
        boolVal: { rule: 'repeated', type: 'bool', id: 11 },
      },
    },
    ListValue: {
      fields: {
        s: { rule: 'repeated', type: 'bytes', id: 2 },
        i: { rule: 'repeated', type: 'int64', id: 3 },
        f: { rule: 'repeated', type: 'float', id: 4 },
        b: { rule: 'repeated', type: 'bool', id: 5 },
        type: { rule: 'repeated', type: 'DataType', id: 6 },
        shape: { rule: 'repeated', type: 'TensorShapeProto', id: 7 },
        tensor: { rule: 'repeated', type: 'TensorProto', id: 8 },
      },
    },
    AttrValue: {
      fields: {
        list: { type: 'ListValue', id: 1 },
        s: { type: 'bytes', id: 2 },
        i: { type: 'int64', id: 3 },
        f: { type: 'float', id: 4 },
        b: { type: 'bool', id: 5 },
        type: { type: 'DataType', id: 6 },
        shape: { type: 'TensorShapeProto', id: 7 },
        tensor: { type: 'TensorProto', id: 8 },
        placeholder: { type: 'string', id: 9 },
      },
      // One of them is there, even where it is 0 or false.
      oneofs: { value: { oneof: ['list', 's', 'i', 'f', 'b', 'type', 'shape', 'tensor', 'placeholder'] } },
    },
    NodeDef: {
      fields: {
        name: { type: 'string', id: 1 },
        op: { type: 'string', id: 2 },
        input: { rule: 'repeated', type: 'string', id: 3 },
        device: { type: 'string', id: 4 },
        attr: { keyType: 'string', type: 'AttrValue', id: 5 },
      },
    },
    VersionDef: { fields: { producer: { type: 'int32', id: 1 }, minConsumer: { type: 'int32', id: 2 } } },
    GraphDef: { fields: { node: { rule: 'repeated', type: 'NodeDef', id: 1 }, versions: { type: 'VersionDef', id: 4 } } },
    TensorInfo: { fields: { name: { type: 'string', id: 1 }, dtype: { type: 'DataType', id: 2 }, tensorShape: { type: 'TensorShapeProto', id: 3 } } },
    SignatureDef: {
      fields: {
        inputs: { keyType: 'string', type: 'TensorInfo', id: 1 },
        outputs: { keyType: 'string', type: 'TensorInfo', id: 2 },
        methodName: { type: 'string', id: 3 },
      },
    },
    MetaInfoDef: {
      fields: {
        metaGraphVersion: { type: 'string', id: 1 },
        tags: { rule: 'repeated', type: 'string', id: 4 },
        tensorflowVersion: { type: 'string', id: 5 },
      },
    },
    MetaGraphDef: {
      fields: {
        metaInfoDef: { type: 'MetaInfoDef', id: 1 },
        graphDef: { type: 'GraphDef', id: 2 },
        signatureDef: { keyType: 'string', type: 'SignatureDef', id: 5 },
      },
    },
    SavedModel: { fields: { savedModelSchemaVersion: { type: 'int64', id: 1 }, metaGraphs: { rule: 'repeated', type: 'MetaGraphDef', id: 2 } } },
  },
}
const root = protobuf.Root.fromJSON(messages)

/** -1 for a length that is not fixed. */
export interface ShapeProto {
  readonly dim?: readonly { readonly size?: number }[]
}

export interface TensorProto {
  readonly dtype: string
  readonly tensorShape?: ShapeProto
  /** Little-endian values; else they are in the list of their type, the last one standing for all that follow. */
  readonly tensorContent?: Uint8Array
  readonly floatVal?: readonly number[]
  readonly intVal?: readonly number[]
  readonly boolVal?: readonly boolean[]
}

export interface AttributeValue {
  readonly shape?: ShapeProto
  readonly tensor?: TensorProto
  readonly [kind: string]: unknown
}

export interface NodeDefinition {
  readonly name: string
  readonly op: string
  /** `name` or `name:index`. */
  readonly input?: readonly string[]
  readonly attr?: Readonly<Record<string, AttributeValue>>
}

/** A graph as TensorFlow writes it down. */
export interface GraphDefinition {
  readonly node: readonly NodeDefinition[]
  readonly versions?: { readonly producer?: number; readonly minConsumer?: number }
}

export interface TensorInfo {
  /** `node:index`. */
  readonly name: string
  readonly dtype: string
  readonly tensorShape: ShapeProto
}

export interface Signature {
  readonly inputs: Readonly<Record<string, TensorInfo>>
  readonly outputs: Readonly<Record<string, TensorInfo>>
  readonly methodName: string
}

export function decodeGraph(bytes: Uint8Array): GraphDefinition {
  const type = root.lookupType('GraphDef')
  return type.toObject(type.decode(bytes), { enums: String, longs: Number }) as GraphDefinition // as the messages above say
}

/** A graph as protocol buffers are written in JSON: bytes in base64, 64-bit numbers as texts. */
export function graphJson(graph: GraphDefinition): Record<string, unknown> {
  return plainJson('GraphDef', { ...graph })
}

export function signatureJson(signature: Signature): Record<string, unknown> {
  return plainJson('SignatureDef', { ...signature })
}

function plainJson(name: string, value: Record<string, unknown>): Record<string, unknown> {
  const type = root.lookupType(name)
  return type.toObject(type.fromObject(value), { enums: String, longs: String, bytes: String })
}

/** Tag of a model that is to be used, not trained, and name of its signature: where others look first. */
export const SERVE = 'serve'
export const SERVING_SIGNATURE = 'serving_default'

/** `saved_model.pb` of a graph without variables. */
export function encodeSavedModel({ graph, signature, tensorflow }: { readonly graph: GraphDefinition; readonly signature: Signature; readonly tensorflow: string }): Uint8Array {
  const type = root.lookupType('SavedModel')
  const metaInfoDef = { tags: [SERVE], tensorflowVersion: tensorflow }
  return type.encode(type.fromObject({ savedModelSchemaVersion: 1, metaGraphs: [{ metaInfoDef, graphDef: graph, signatureDef: { [SERVING_SIGNATURE]: signature } }] })).finish()
}

/** The serving signature of a `MetaGraphDef`; undefined where it has none. */
export function decodeServingSignature(metaGraph: Uint8Array): Signature | undefined {
  const type = root.lookupType('MetaGraphDef')
  const { signatureDef } = type.toObject(type.decode(metaGraph), { enums: String, longs: Number, objects: true })
  return signatureDef[SERVING_SIGNATURE] as Signature | undefined // as the messages above say
}
