import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { constantOf } from './constant-node.ts'
import type { FrozenDefinition } from './freeze.ts'
import { encodeGraphModel } from './graph-model.ts'
import { encodeSavedModel } from './graph-proto.ts'
import { liveObjects } from './live-objects.ts'
import { freezeModel, loadSavedModel } from './open.ts'
import type { HostArray } from './runtime.ts'
import { tf } from './tf.ts'

const kernel: HostArray = { shape: [2, 1], type: 'float32', values: Float32Array.of(10, 1) }
/** 10·a + b of each row, and the same through a reshape that names the batch. */
const line: FrozenDefinition = {
  name: 'line',
  inputShape: [2],
  constants: { 'dense/kernel': kernel },
  trace: (x, { 'dense/kernel': weights }) => ({ sum: tf.matMul(tf.reshape(x, [x.shape[0] ?? 1, 2]), weights!), raw: x }),
}

describe('a frozen function', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'loupe-frozen-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  it('holds its numbers as constants under their own names, and leaves the batch open', async () => {
    const before = liveObjects()
    const { graph, signature } = await freezeModel(line)
    expect(liveObjects()).toBe(before)
    const byName = new Map(graph.node.map((node) => [node.name, node]))
    expect(constantOf(byName.get('dense/kernel')!)).toEqual(kernel)
    expect(byName.get('input')?.attr?.['shape']?.shape).toEqual({ dim: [{ size: -1 }, { size: 2 }] })
    const shape = graph.node.find(({ op }) => op === 'Reshape')?.input?.[1]
    expect([...constantOf(byName.get(shape!)!).values]).toEqual([-1, 2])
    expect(signature.outputs['sum']).toEqual({ name: 'sum:0', dtype: 'DT_FLOAT', tensorShape: { dim: [{ size: -1 }, { size: 1 }] } })
  })

  it('is loaded by TensorFlow as a SavedModel, and leaves nothing behind', async () => {
    const frozen = await freezeModel(line)
    await writeFile(join(folder, 'saved_model.pb'), encodeSavedModel({ ...frozen, tensorflow: '2.21.0' }))
    const before = liveObjects()
    const model = await loadSavedModel(folder)
    expect(Object.keys(model.signature.outputs).toSorted()).toEqual(['raw', 'sum'])
    const { sum } = await model.run({ input: { shape: [3, 2], type: 'float32', values: Float32Array.of(1, 2, 3, 4, 5, 6) } })
    expect(sum).toEqual(Float32Array.of(12, 34, 56))
    await expect(model.run({ image: kernel })).rejects.toThrow(/no input "image"\. It has input/)
    model.close()
    expect(liveObjects()).toBe(before)
    await mkdir(join(folder, 'empty'))
    await expect(loadSavedModel(join(folder, 'empty'))).rejects.toMatchObject({ code: 'tensorflow' })
    expect(liveObjects()).toBe(before)
  })

  it('is refused where the batch size goes into something that cannot be left open', async () => {
    const tiled: FrozenDefinition = { ...line, trace: (x) => ({ tiled: tf.tile(tf.ones([1, 2]), [x.shape[0] ?? 1, 1]) }) }
    await expect(freezeModel(tiled)).rejects.toMatchObject({ code: 'unsupported', message: /holds the batch size of its trace.*Tile reads it/ })
    const scaled: FrozenDefinition = { ...line, trace: (x) => ({ mean: tf.mul(x, 1 / (x.shape[0] ?? 1)) }) }
    await expect(freezeModel(scaled)).rejects.toMatchObject({ code: 'unsupported', message: /depends on it/ })
    const twice: FrozenDefinition = { ...line, trace: (x) => ({ square: tf.reshape(tf.matMul(x, x, false, true), [x.shape[0] ?? 1, x.shape[0] ?? 1, 1]) }) }
    await expect(freezeModel(twice)).rejects.toMatchObject({ code: 'unsupported', message: /\[2,2,1\] becomes \[3,3,1\]/ })
    const grown: FrozenDefinition = { ...line, trace: (x) => ({ y: (x.shape[0] ?? 1) > 2 ? tf.neg(x) : x }) }
    await expect(freezeModel(grown)).rejects.toMatchObject({ code: 'unsupported', message: /operations at one batch size/ })
  })

  it('is cut into weight files of at most 4 MiB', async () => {
    const values = Float32Array.from({ length: 1_200_000 }, (_, i) => i)
    const frozen = await freezeModel({ ...line, constants: { large: { shape: [2, 600_000], type: 'float32', values } }, trace: (x, { large }) => ({ y: tf.matMul(x, large!) }) })
    const files = encodeGraphModel(frozen, { generatedBy: 'Loupe' })
    expect(Object.entries(files).map(([name, bytes]) => [name, bytes.length]).slice(1)).toEqual([['group1-shard1of2.bin', 4_194_304], ['group1-shard2of2.bin', 605_696]])
  })
})
