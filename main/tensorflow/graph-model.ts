import { LoupeError } from '../contract/errors.ts'
import { constantOf } from './constant-node.ts'
import type { FrozenModel } from './freeze.ts'
import { graphJson, signatureJson } from './graph-proto.ts'
import type { NodeDefinition } from './graph-proto.ts'
import { tf } from './tf.ts'

/** The files of a tfjs graph model, by their names. */
export type GraphModelFiles = Readonly<Record<string, Uint8Array>>

export const MODEL_JSON = 'model.json'
/** As tfjs' own converter cuts weights: small enough for a browser to keep. */
const SHARD_BYTES = 4 * 2 ** 20

/**
 * A frozen model as `tf.loadGraphModel` reads it: `model.json` and weights in files of at most 4 MiB.
 *
 * `predict` gives the outputs by name.
 *
 * @throws LoupeError `unsupported` for an operation that tfjs does not know.
 */
export function encodeGraphModel({ graph, signature }: FrozenModel, { generatedBy }: { readonly generatedBy: string }): GraphModelFiles {
  const constants = graph.node.filter(({ op }) => op === 'Const').map((node) => ({ name: node.name, ...constantOf(node) }))
  const weights = Buffer.concat(constants.map(({ values }) => new Uint8Array(values.buffer, values.byteOffset, values.byteLength)))
  const count = Math.max(1, Math.ceil(weights.length / SHARD_BYTES))
  const shards = Array.from({ length: count }, (_, index) => ({ path: `group1-shard${index + 1}of${count}.bin`, bytes: new Uint8Array(weights.subarray(index * SHARD_BYTES, (index + 1) * SHARD_BYTES)) }))
  const model = {
    format: 'graph-model',
    generatedBy,
    convertedBy: generatedBy,
    signature: signatureJson(signature),
    userDefinedMetadata: { structuredOutputKeys: Object.keys(signature.outputs) },
    modelTopology: graphJson({ ...graph, node: graph.node.map(withoutValues) }),
    weightsManifest: [{ paths: shards.map(({ path }) => path), weights: constants.map(({ name, shape, type }) => ({ name, shape, dtype: type })) }],
  }
  return { [MODEL_JSON]: new TextEncoder().encode(JSON.stringify(model)), ...Object.fromEntries(shards.map(({ path, bytes }) => [path, bytes])) }
}

/** A constant's values are in the weights. */
function withoutValues(node: NodeDefinition): NodeDefinition {
  const tensor = node.attr?.['value']?.tensor
  if (node.op !== 'Const' || tensor === undefined) return node
  return { ...node, attr: { ...node.attr, value: { tensor: { dtype: tensor.dtype, ...(tensor.tensorShape === undefined ? {} : { tensorShape: tensor.tensorShape }) } } } }
}

/**
 * Runs the files of a graph model by tfjs' own loader and executor, in a trace or on the reference: what they give is what a
 * reader of the files gets, as fast as a session is.
 */
export function runGraphModel(files: GraphModelFiles, inputs: Readonly<Record<string, tf.Tensor>>, outputs: readonly string[]): readonly tf.Tensor[] {
  const json = files[MODEL_JSON]
  if (json === undefined) throw new LoupeError('invalid-input', `A graph model has a ${MODEL_JSON}.`)
  const described = JSON.parse(new TextDecoder().decode(json)) as tf.io.ModelJSON // written by encodeGraphModel, and read by tfjs
  const paths = described.weightsManifest?.flatMap((group) => group.paths) ?? []
  const weights = Buffer.concat(paths.map((path) => files[path] ?? new Uint8Array()))
  const model = tf.loadGraphModelSync([described, new Uint8Array(weights).buffer])
  const given = model.execute({ ...inputs }, [...outputs])
  return given instanceof tf.Tensor ? [given] : given
}
