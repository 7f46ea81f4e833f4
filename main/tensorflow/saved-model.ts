import { LoupeError } from '../contract/errors.ts'
import { addressOf } from './c-api.ts'
import type { CApi, OutputReference } from './c-api.ts'
import { lengthsOf } from './constant-node.ts'
import { sizeOf } from './element-types.ts'
import { Graph } from './graph.ts'
import { decodeServingSignature, SERVE } from './graph-proto.ts'
import type { Signature, TensorInfo } from './graph-proto.ts'
import { newTensors } from './host-tensor.ts'
import { acquired, released } from './live-objects.ts'
import type { HostArray } from './runtime.ts'
import { deleteSession } from './session.ts'
import { bufferBytes, prepareRun } from './session-run.ts'
import { checked } from './status.ts'

/** A SavedModel in a session of its own. Owned by who opened it. */
export interface OpenSavedModel {
  readonly signature: Signature
  /** Runs the serving signature on a batch of any size; calls must not overlap. float32 each. */
  run(inputs: Readonly<Record<string, HostArray>>): Promise<Readonly<Record<string, Float32Array>>>
  close(): void
}

/**
 * Loads a SavedModel as everybody does, by TensorFlow's own loader.
 *
 * @throws LoupeError `tensorflow` where the folder holds none, `unsupported` where it has no serving signature.
 */
export function openSavedModel(api: CApi, folder: string): OpenSavedModel {
  const graph = new Graph(api)
  const metaGraph = acquired(api.newEmptyBuffer())
  const options = acquired(api.newSessionOptions())
  const tag = Buffer.from(`${SERVE}\0`)
  try {
    const session = acquired(
      checked(api, `Loading the model in ${folder}`, (status) => api.loadSession(options, 0n, folder, BigUint64Array.of(addressOf(tag)), 1, graph.pointer, metaGraph, status)),
    )
    const signature = decodeServingSignature(bufferBytes(api, metaGraph))
    if (signature === undefined) {
      deleteSession(api, session)
      throw new LoupeError('unsupported', `The model in ${folder} has no serving signature.`, { folder })
    }
    return {
      signature,
      async run(inputs) {
        const given = Object.entries(inputs)
        const batch = given[0]?.[1].shape[0] ?? 0
        const outputs = Object.entries(signature.outputs)
        const plan = {
          doing: `Running the model in ${folder}`,
          inputs: given.map(([name]) => referenceTo(api, graph, inputOf(signature, name))),
          outputs: outputs.map(([, info]) => referenceTo(api, graph, info)),
          targets: [],
        }
        const results = outputs.map(([, { tensorShape }]) => new Float32Array(sizeOf(lengthsOf(tensorShape).map((length) => (length < 0 ? batch : length)))))
        await prepareRun({ api, session, remote: null }, plan)(newTensors(api, given.map(([, array]) => array)), results)
        return Object.fromEntries(outputs.map(([name], index) => [name, results[index]!]))
      },
      close() {
        deleteSession(api, session)
        graph.free()
      },
    }
  } catch (error) {
    graph.free()
    throw error
  } finally {
    api.deleteSessionOptions(released(options))
    api.deleteBuffer(released(metaGraph))
  }
}

function inputOf({ inputs }: Signature, name: string): TensorInfo {
  const info = inputs[name]
  if (info !== undefined) return info
  throw new LoupeError('invalid-input', `The model has no input "${name}". It has ${Object.keys(inputs).join(', ')}.`, { name })
}

function referenceTo(api: CApi, graph: Graph, { name }: TensorInfo): OutputReference {
  const [node = name, index = '0'] = name.split(':')
  return { oper: api.operationByName(graph.pointer, node), index: Number(index) }
}
