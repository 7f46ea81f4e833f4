import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { distillationConfig } from '../../contract/distillation-config.ts'
import { modelConfig } from '../../contract/model-config.ts'
import type { z } from '../../contract/zod.ts'
import { encodeGraphModel, MODEL_JSON, runGraphModel } from '../../tensorflow/graph-model.ts'
import { encodeSavedModel } from '../../tensorflow/graph-proto.ts'
import { freezeModel, loadSavedModel, openTensorFlow } from '../../tensorflow/open.ts'
import { openReference } from '../../tensorflow/reference.ts'
import type { HostArray, HostArrays, Runtime } from '../../tensorflow/runtime.ts'
import { tf } from '../../tensorflow/tf.ts'
import { createChain } from '../distillation/chain.ts'
import { createModel, createStack } from '../models/index.ts'
import { Random } from '../random.ts'
import { exportedModel } from './exported-model.ts'
import type { ExportedModel, ExportedModelOptions } from './exported-model.ts'

const CLASSES = 3
const IMAGE = { shape: [8, 8, 1], classes: CLASSES, normalization: { offset: Float32Array.of(120), scale: Float32Array.of(1 / 64) } }
const SERIES = { shape: [16, 2], classes: CLASSES, normalization: { offset: new Float32Array(32).fill(100), scale: Float32Array.from({ length: 32 }, (_, i) => 1 / (50 + i)) } }
const TABLE = { shape: [12], classes: CLASSES, normalization: { offset: Float32Array.from({ length: 12 }, (_, i) => 10 * i), scale: new Float32Array(12).fill(0.02) } }

const kinds: readonly (readonly [z.input<typeof modelConfig>, ExportedModelOptions['dataset']])[] = [
  [{ kind: 'mlp', hidden: [6, 5], activation: 'tanh', dropout: 0.5 }, IMAGE],
  [{ kind: 'mlp', hidden: [], activation: 'relu' }, TABLE],
  [{ kind: 'cnn', channels: [3, 4], kernelSize: 3, dense: 5, normalization: 'batch' }, IMAGE],
  [{ kind: 'cnn', channels: [3, 4], kernelSize: 3, dense: 5, normalization: 'none' }, IMAGE],
  [{ kind: 'resnet', blocksPerStage: 1, width: 4, normalization: 'batch' }, IMAGE],
  [{ kind: 'resnet', blocksPerStage: 1, width: 4, normalization: 'group' }, IMAGE],
  [{ kind: 'resnet', blocksPerStage: 1, width: 4, normalization: 'none' }, IMAGE],
  [{ kind: 'vit', patchSize: 4, width: 8, depth: 2, heads: 2, mlpRatio: 2 }, IMAGE],
  [{ kind: 'mixer', patchSize: 4, width: 6, depth: 2, tokenHidden: 4, channelHidden: 8 }, IMAGE],
  [{ kind: 'residual-mlp', width: 6, depth: 2 }, TABLE],
  [{ kind: 'series-transformer', frameSize: 4, width: 8, depth: 2, heads: 2, mlpRatio: 2 }, SERIES],
  [{ kind: 'series-transformer', frameSize: 4, width: 8, depth: 2, heads: 2, mlpRatio: 2, attention: 'causal' }, SERIES],
]

let runtime: Runtime
let folder: string
beforeAll(async () => {
  runtime = await openTensorFlow()
  await openReference()
  folder = await mkdtemp(join(tmpdir(), 'loupe-exported-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('an exported model', () => {
  it.each(kinds.map(([config, dataset]) => ({ title: createModel(modelConfig.parse(config), dataset.shape, CLASSES).title, config: modelConfig.parse(config), dataset })))(
    'predicts what the session predicts, at any batch size, as a SavedModel and as a graph model: $title',
    async ({ config, dataset }) => {
      const model = createModel(config, dataset.shape, CLASSES)
      const exported = exportedModel({ config: { model: config, distillation: null }, dataset, variables: trained(model), depth: null })
      const frozen = await freezeModel({ name: 'export', inputShape: dataset.shape, constants: exported.constants, trace: exported.trace })
      const files = encodeGraphModel(frozen, { generatedBy: 'Loupe' })
      expect(frozen.graph.node.filter(({ op }) => /Variable|VarHandle|Resource/.test(op))).toEqual([])
      const path = await written(frozen, files)
      const saved = await loadSavedModel(join(path, 'saved_model'))
      const graphModel = await tf.loadGraphModel(fileHandler(join(path, 'tfjs')))
      try {
        for (const batch of [1, 5, 64]) {
          const x = rawInput(batch, dataset.shape)
          const expected = await inSession(exported, x)
          const bySaved = await saved.run({ input: x })
          expectClose(bySaved['logits'], expected.logits)
          expectClose(bySaved['probabilities'], expected.probabilities)
          const byTfjs = graphModel.predict(tf.tensor(x.values, [...x.shape])) as tf.NamedTensorMap // it has structured outputs
          expect(byTfjs['logits']?.shape).toEqual([batch, CLASSES])
          expectClose(byTfjs['logits']?.dataSync(), expected.logits)
          expectClose(byTfjs['probabilities']?.dataSync(), expected.probabilities)
        }
      } finally {
        saved.close()
        graphModel.dispose()
      }
    },
  )

  it('is what tfjs reads even where a session runs it', async () => {
    const config = modelConfig.parse({ kind: 'cnn', channels: [3], kernelSize: 3, dense: 5 })
    const exported = exportedModel({ config: { model: config, distillation: null }, dataset: IMAGE, variables: trained(createModel(config, IMAGE.shape, CLASSES)), depth: null })
    const files = encodeGraphModel(await freezeModel({ name: 'export', inputShape: IMAGE.shape, ...exported }), { generatedBy: 'Loupe' })
    const x = rawInput(7, IMAGE.shape)
    const session = await runtime.openSession()
    const before = tf.memory().numTensors
    const step = session.compile({ name: 'graph-model', inputs: { x: { shape: x.shape, type: 'float32' } }, trace: ({ inputs }) => ({ logits: runGraphModel(files, { input: inputs.x }, ['logits'])[0]! }) })
    expect(tf.memory().numTensors).toBe(before)
    const { logits } = await step.run({ x: x.values as Float32Array })
    await session.close()
    expectClose(logits, (await inSession(exported, x)).logits)
  })

  it('is a student of a run that distils, with the head that was trained there', async () => {
    const config = { model: modelConfig.parse({ kind: 'mlp', hidden: [6, 6, 6] }), distillation: distillationConfig.parse({ students: [2, 1] }) }
    const { model } = createChain(createStack(config.model, IMAGE.shape, CLASSES), config.distillation)
    const variables = trained(model)
    const student = exportedModel({ config, dataset: IMAGE, variables, depth: null })
    expect([student.depth, student.isWhole, student.model.title]).toEqual([2, false, 'MLP 64-6-6-3'])
    // An MLP's head after two blocks is called as its third block: the exit's own one is taken.
    expect(student.constants['dense3/kernel']?.values).toBe(variables['parameters/exit2/dense3/kernel']?.values)
    const whole = exportedModel({ config, dataset: IMAGE, variables, depth: 3 })
    expect([whole.depth, whole.isWhole]).toEqual([3, true])
    expect(whole.constants['dense3/kernel']?.values).toBe(variables['parameters/dense3/kernel']?.values)
  })

  it('is refused at a depth without a trained head, and where the checkpoint is of another model', () => {
    const model = modelConfig.parse({ kind: 'mlp', hidden: [6, 6, 6] })
    const variables = trained(createModel(model, IMAGE.shape, CLASSES))
    const options = { config: { model, distillation: null }, dataset: IMAGE, variables, depth: 2 }
    expect(() => exportedModel(options)).toThrow(/no trained model of 2 blocks\. The run does not distil.*Choose 3\./)
    const distilled = { ...options, config: { model, distillation: distillationConfig.parse({ students: [1] }) } }
    expect(() => exportedModel(distilled)).toThrow(/heads at the depths 1, 3 .*Choose 1 or 3\./)
    expect(() => exportedModel({ ...options, depth: null, variables: {} })).toThrow(/holds nothing for parameters\/dense1\/kernel.*\[64, 6\]/)
  })
})

/** Parameters and statistics away from where they start. */
function trained(model: ExportedModel['model']): HostArrays {
  const random = Random.seeded(7)
  const moved = (arrays: HostArrays, place: string) =>
    Object.entries(arrays).map(([name, array]) => [`${place}${name}`, { ...array, values: Float32Array.from(array.values, (value) => value + 0.2 * random.uniform()) }] as const)
  return Object.fromEntries([...moved(model.init(random), 'parameters/'), ...moved(model.initStatistics(), 'statistics/')])
}

/** Bytes as float32. */
function rawInput(batch: number, shape: readonly number[]): HostArray {
  const random = Random.seeded(batch)
  const all = [batch, ...shape]
  return { shape: all, type: 'float32', values: Float32Array.from({ length: all.reduce((product, length) => product * length) }, () => random.integer(256)) }
}

async function inSession({ constants, trace }: ExportedModel, x: HostArray) {
  const session = await runtime.openSession()
  await session.createVariables(constants)
  const step = session.compile({ name: 'predict', inputs: { x: { shape: x.shape, type: 'float32' } }, trace: ({ inputs, read }) => trace(inputs.x, Object.fromEntries(Object.keys(constants).map((name) => [name, read(name)]))) })
  const outputs = await step.run({ x: x.values as Float32Array })
  await session.close()
  return outputs
}

async function written(frozen: Awaited<ReturnType<typeof freezeModel>>, files: Readonly<Record<string, Uint8Array>>): Promise<string> {
  const path = await mkdtemp(join(folder, 'model-'))
  await mkdir(join(path, 'saved_model'))
  await writeFile(join(path, 'saved_model', 'saved_model.pb'), encodeSavedModel({ ...frozen, tensorflow: runtime.version }))
  await mkdir(join(path, 'tfjs'))
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(path, 'tfjs', name), bytes)
  return path
}

/** Reads a graph model from a folder, as a program of somebody else does. */
function fileHandler(path: string): tf.io.IOHandler {
  return {
    async load() {
      const { weightsManifest, modelTopology, ...rest } = JSON.parse(await readFile(join(path, MODEL_JSON), 'utf8')) as tf.io.ModelJSON
      const shards = await Promise.all(weightsManifest.flatMap(({ paths }) => paths).map((name) => readFile(join(path, name))))
      return { ...rest, modelTopology: modelTopology as object, weightSpecs: weightsManifest.flatMap(({ weights }) => weights), weightData: new Uint8Array(Buffer.concat(shards)).buffer }
    },
  }
}

/** Equal to float rounding, in the size of the largest. */
function expectClose(measured: ArrayLike<number> | undefined, expected: ArrayLike<number>): void {
  expect(measured?.length).toBe(expected.length)
  const largest = Math.max(...Array.from(expected, Math.abs))
  Array.from(expected).forEach((value, i) => expect(Math.abs((measured?.[i] ?? Number.NaN) - value), `[${i}]`).toBeLessThan(2e-5 * (largest + 1e-3)))
}
