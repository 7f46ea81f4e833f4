import { beforeAll, describe, expect, test } from 'vitest'
import type { Lever } from '../../contract/batch-policy-config.ts'
import type { RunConfigInput } from '../../contract/run-config.ts'
import { LoupeError } from '../../contract/errors.ts'
import { liveObjects } from '../../tensorflow/live-objects.ts'
import { openTensorFlow } from '../../tensorflow/open.ts'
import { openReference } from '../../tensorflow/reference.ts'
import type { CompiledStep, InputSpec, Runtime, Session, StepDefinition } from '../../tensorflow/runtime.ts'
import { tf } from '../../tensorflow/tf.ts'
import { makeTestDataset } from '../test-dataset.ts'
import { largestDifference, openTestUnit } from './test-unit.ts'
import type { TestUnit, TestUnitOptions } from './test-unit.ts'

let runtime: Runtime
beforeAll(async () => {
  runtime = await openTensorFlow()
})

/** Opens a unit, lets go of it in any case. */
async function withUnit<T>(options: Omit<TestUnitOptions, 'runtime'>, use: (unit: TestUnit) => Promise<T>): Promise<T> {
  const unit = await openTestUnit({ runtime, ...options })
  try {
    return await use(unit)
  } finally {
    await unit.close()
  }
}

const trained = (options: Omit<TestUnitOptions, 'runtime'>, { batchSize = 64, steps = 3 } = {}) =>
  withUnit(options, async (unit) => {
    const { realised, results } = await unit.train(batchSize, steps)
    return { shape: [realised.replicas, realised.microBatch, realised.loops], losses: Array.from(results.losses), norms: Array.from(results.gradientNorms ?? []), ...(await unit.values()) }
  })

const images = makeTestDataset({ shape: [8, 8, 3], train: 200 })
const resnet = (normalization: 'group' | 'batch'): RunConfigInput => ({ model: { kind: 'resnet', blocksPerStage: 1, width: 8, normalization } })

describe('accumulation', () => {
  test('R15: four loops of 16 make the update of one batch of 64, of an MLP', async () => {
    const [whole, cut] = [await trained({}), await trained({ realisation: { largestMicroBatch: 16 } })]
    expect([whole.shape, cut.shape]).toEqual([[1, 64, 1], [1, 16, 4]])
    expect(largestDifference(cut.parameters, whole.parameters)).toBeLessThan(1e-5)
    expect(largestDifference(cut.slots, whole.slots)).toBeLessThan(1e-5)
    cut.losses.forEach((loss, i) => expect(Math.abs(loss - whole.losses[i]!)).toBeLessThan(1e-5))
    cut.norms.forEach((norm, i) => expect(Math.abs(norm / whole.norms[i]! - 1)).toBeLessThan(1e-5))
    expect(cut.norms).toHaveLength(3)
  })

  test('R15: and of a ResNet with group norm', async () => {
    const options = { config: resnet('group'), dataset: images }
    const once = { batchSize: 64, steps: 1 }
    const [whole, cut] = [await trained(options, once), await trained({ ...options, realisation: { largestMicroBatch: 16 } }, once)]
    expect(largestDifference(cut.slots, whole.slots)).toBeLessThan(1e-5) // after one step, the velocity is the gradient
    expect(largestDifference(cut.parameters, whole.parameters)).toBeLessThan(1e-5)
  })

  test('weights micro-batches by their examples: a short last one does not count more', async () => {
    const [whole, cut] = [await trained({}, { batchSize: 50, steps: 3 }), await trained({ realisation: { largestMicroBatch: 16 } }, { batchSize: 50, steps: 3 })]
    expect(cut.shape).toEqual([1, 13, 4])
    expect(largestDifference(cut.parameters, whole.parameters)).toBeLessThan(1e-5)
  })

  test('gives the same losses and weights on the reference', async () => {
    const other = await openTestUnit({ runtime: await openReference(), realisation: { largestMicroBatch: 16, devices: 2 } })
    const { results } = await other.train(64, 2)
    const ours = await trained({ realisation: { largestMicroBatch: 16, devices: 2 } }, { batchSize: 64, steps: 2 })
    expect(largestDifference((await other.values()).parameters, ours.parameters)).toBeLessThan(1e-5)
    expect(Math.abs((results.losses[1] ?? 0) - (ours.losses[1] ?? 0))).toBeLessThan(1e-5)
    await other.close()
  })

  test('with batch norm it differs, and running statistics move once an update, by the mean over the micro-batches', async () => {
    const options = { config: resnet('batch'), dataset: images }
    const once = { batchSize: 64, steps: 1 }
    const [whole, cut] = [await trained(options, once), await trained({ ...options, realisation: { largestMicroBatch: 16 } }, once)]
    expect(largestDifference(cut.slots, whole.slots)).toBeGreaterThan(1e-3)
    // The mean of the first layer's means is the batch's mean: nothing was normalised before it.
    const name = Object.keys(whole.statistics).find((key) => key.endsWith('mean')) ?? ''
    const first = (from: typeof whole) => ({ [name]: from.statistics[name]! })
    expect(largestDifference(first(cut), first(whole))).toBeLessThan(1e-5)
  })

  test('is not spoilt by what was left in the sum when a loss was not finite', async () => {
    await withUnit({ realisation: { largestMicroBatch: 16 } }, async (unit) => {
      const before = await unit.values()
      const names = Object.keys(before.parameters)
      const prefixed = (values: typeof before.parameters) => Object.fromEntries(names.map((name) => [`model-0/parameters/${name}`, values[name]!]))
      const broken = Object.fromEntries(names.map((name) => [name, { ...before.parameters[name]!, values: new Float32Array(before.parameters[name]!.values.length).fill(Number.NaN) }]))
      await unit.session.writeVariables(prefixed(broken))
      expect((await unit.train(64, 1)).results.losses[0]).toBeNaN()
      await unit.session.writeVariables(prefixed(before.parameters))
      expect((await unit.train(64, 1)).results.losses[0]).toBeGreaterThan(0)
    })
  })
})

describe('replicas', () => {
  test.each([2, 3])('R16: %i virtual devices make the update of one', async (devices) => {
    const options = { config: resnet('group'), dataset: images }
    const once = { batchSize: 48, steps: 1 }
    const [one, several] = [await trained(options, once), await trained({ ...options, realisation: { devices, devicesAtStart: devices } }, once)]
    expect(several.shape).toEqual([devices, 48 / devices, 1])
    expect(largestDifference(several.slots, one.slots)).toBeLessThan(1e-5)
    expect(largestDifference(several.parameters, one.parameters)).toBeLessThan(1e-5)
  })

  test('R16: each replica’s gradient is computed on its own device', async () => {
    await withUnit({ realisation: { devices: 3, devicesAtStart: 3 } }, async ({ unit }) => {
      const realised = await unit.realise(12)
      const times = await realised.call(1).profile({ indices: new Int32Array(12), searchIndices: new Int32Array(1), seeds: new Int32Array(2), learningRates: new Float32Array(1), epochStarts: new Float32Array(1), positions: new Float64Array(1) })
      const devices = times.filter(({ type }) => type.includes('MatMul')).map(({ device }) => device.replace(/^.*device:/, ''))
      expect(new Set(devices)).toEqual(new Set(['CPU:0', 'CPU:1', 'CPU:2']))
    })
  })

  test('replicas and loops together make the update of one batch', async () => {
    const [whole, cut] = [await trained({}, { batchSize: 101, steps: 2 }), await trained({ realisation: { devices: 2, devicesAtStart: 2, largestMicroBatch: 16 } }, { batchSize: 101, steps: 2 })]
    expect(cut.shape).toEqual([2, 13, 4])
    expect(largestDifference(cut.parameters, whole.parameters)).toBeLessThan(1e-5)
  })

  test('the same seed gives the same bits within one realisation', async () => {
    const config: RunConfigInput = { model: { kind: 'mlp', hidden: [8], dropout: 0.3 } }
    const options = { realisation: { devices: 2, devicesAtStart: 2, largestMicroBatch: 16 }, config }
    expect(await trained(options)).toEqual(await trained(options))
  })

  test('dropout draws another mask for each micro-batch', async () => {
    const config: RunConfigInput = { model: { kind: 'mlp', hidden: [64], dropout: 0.5 } }
    const [whole, cut] = [await trained({ config }), await trained({ config, realisation: { largestMicroBatch: 32 } })]
    expect(largestDifference(cut.slots, whole.slots)).toBeGreaterThan(1e-3)
  })
})

describe('the unit', () => {
  test('R13: answers a request for a batch size with what it did and why', async () => {
    await withUnit({ realisation: { devices: 2, largestMicroBatch: 16 } }, async ({ unit }) => {
      expect(await unit.realise(16)).toMatchObject({ batchSize: 16, replicas: 1, microBatch: 16, loops: 1, lever: null, reason: 'at the start: 1 × 16 × 1' })
      expect(await unit.realise(32)).toMatchObject({ replicas: 2, microBatch: 16, loops: 1, lever: 'devices', reason: 'CPU:1 was free and joins: 2 × 16 × 1' })
      expect(await unit.realise(64)).toMatchObject({ replicas: 2, microBatch: 16, loops: 2, lever: 'loops' })
      expect(await unit.realise(32)).toMatchObject({ replicas: 2, microBatch: 16, loops: 1, lever: 'loops' })
      expect(await unit.realise(16)).toMatchObject({ replicas: 1, microBatch: 16, loops: 1, lever: 'devices' })
    })
  })

  test('R14: builds the model again at a larger micro-batch where memory allows, and at a smaller one on the way back', async () => {
    await withUnit({}, async ({ unit }) => {
      await unit.realise(16)
      expect(await unit.realise(32)).toMatchObject({ microBatch: 32, lever: 'memory', reason: 'no free device; CPU:0 has room for micro-batches of 32: 1 × 32 × 1' })
      expect(await unit.realise(8)).toMatchObject({ microBatch: 8, lever: 'memory' })
    })
  })

  test('traces a new shape once', async () => {
    await withUnit({ realisation: { largestMicroBatch: 16, devices: 2 } }, async ({ unit }) => {
      const first: number[] = []
      const again: number[] = []
      for (const times of [first, again]) for (const batchSize of [16, 32, 64]) times.push((await unit.realise(batchSize)).traceMs)
      expect(Math.min(...first)).toBeGreaterThan(0)
      expect(again).toEqual([0, 0, 0])
    })
  })

  test('R18, R19: measures memory, and loops where a larger micro-batch would go over the limit', async () => {
    const config: RunConfigInput = { ...resnet('group'), batchSize: 16 }
    await withUnit({ config, dataset: images, realisation: { memoryLimitMiB: 2 } }, async ({ unit }) => {
      const shapes: (number | null)[][] = []
      for (const batchSize of [16, 32, 64, 128]) {
        const { microBatch, loops, bytesFree } = await unit.realise(batchSize)
        shapes.push([microBatch * loops, loops])
        expect(bytesFree).toBeGreaterThanOrEqual(0.05 * 2 * 2 ** 20)
        expect(bytesFree).toBeLessThan(2 * 2 ** 20)
      }
      expect(shapes[0]).toEqual([16, 1])
      expect(shapes.at(-1)?.[1]).toBeGreaterThan(1)
    })
  })

  test('refuses with the table of devices what fits nowhere', async () => {
    await withUnit({ realisation: { memoryLimitMiB: 1e-4 } }, async ({ unit }) => {
      await expect(unit.realise(16)).rejects.toThrow('no device holds even a micro-batch of 1. Devices: CPU:0 free, at most 0 examples at once')
    })
  })

  test('R21: lets go of a device that is taken away, and takes it again', async () => {
    await withUnit({ realisation: { devices: 2, devicesAtStart: 2, largestMicroBatch: 16 } }, async ({ unit, pool }) => {
      expect(await unit.realise(32)).toMatchObject({ replicas: 2, loops: 1 })
      pool.setAvailable('/device:CPU:1', 'gone')
      expect(await unit.realise(32)).toMatchObject({ replicas: 1, loops: 2, reason: expect.stringContaining('CPU:1 is gone') })
      pool.setAvailable('/device:CPU:1', 'available')
      expect(await unit.realise(64)).toMatchObject({ replicas: 2, loops: 2 })
      expect(() => pool.setAvailable('/device:CPU:0', 'gone')).toThrow('holds the run')
    })
  })

  test('halves the micro-batch and makes the same update again where memory runs out after a trial that fitted', async () => {
    const memory = { isShort: false }
    const options = { realisation: { devices: 2, devicesAtStart: 2 }, wrap: (session: Session) => failing(session, (name) => memory.isShort && name.startsWith('accumulate-8+8')) }
    await withUnit(options, async (unit) => {
      await unit.train(16, 2)
      memory.isShort = true
      const { results } = await unit.train(16, 2)
      expect(results.losses).toHaveLength(2)
      expect(unit.smaller.map(({ microBatch, loops, replicas, reason }) => [replicas, microBatch, loops, reason])).toEqual([[2, 4, 2, expect.stringContaining('memory ran out with micro-batches of 8')]])
      const undisturbed = await withUnit({ realisation: options.realisation }, async (other) => {
        await other.train(16, 2)
        await other.train(16, 2)
        return await other.values()
      })
      expect(largestDifference((await unit.values()).parameters, undisturbed.parameters)).toBeLessThan(1e-5)
      expect((await unit.unit.realise(16)).microBatch).toBe(4)
    })
  })

  test('also where one device was all, once a step takes much of its memory', async () => {
    const memory = { isShort: false }
    // A device is free: what runs out of memory loops all the same.
    const options = { stepBytes: 4500, realisation: { devices: 2, growOrder: ['memory', 'devices', 'loops'] as Lever[] }, wrap: (session: Session) => failing(session, (name) => memory.isShort && name.startsWith('accumulate-32')) }
    await withUnit(options, async (unit) => {
      await unit.train(16, 1)
      expect((await unit.train(32, 1)).realised).toMatchObject({ microBatch: 32, loops: 1, stepsPerCall: 1 })
      memory.isShort = true
      await unit.train(32, 1)
      expect(unit.smaller.map(({ replicas, microBatch, loops }) => [replicas, microBatch, loops])).toEqual([[1, 16, 2]])
    })
  })

  test('R18: survives a trial step that runs out of memory, and loops instead', async () => {
    const fails = (step: string) => step.startsWith('accumulate-32') || step.startsWith('accumulate-31')
    await withUnit({ stepBytes: 5000, wrap: (session) => failing(session, fails) }, async (unit) => {
      await unit.train(16, 1)
      const { realised, results } = await unit.train(32, 1)
      expect(realised).toMatchObject({ loops: 2, microBatch: 16, lever: 'loops' })
      expect(results.losses[0]).toBeGreaterThan(0)
    })
  })

  test('goes on after a resume as if it had not been stopped', async () => {
    const realisation = { devices: 2, largestMicroBatch: 32 }
    const sizes = [16, 32, 64, 128, 48]
    const shape = async ({ unit }: TestUnit, batchSize: number) => {
      const { replicas, microBatch, loops, lever } = await unit.realise(batchSize)
      return [replicas, microBatch, loops, lever]
    }
    const whole = await withUnit({ realisation }, async (unit) => {
      const shapes = []
      for (const batchSize of sizes) shapes.push(await shape(unit, batchSize))
      return shapes
    })
    const saved = await withUnit({ realisation }, async (unit) => {
      for (const batchSize of sizes.slice(0, 3)) await unit.unit.realise(batchSize)
      return unit.unit.state
    })
    await withUnit({ realisation, saved }, async (unit) => {
      // The batch in force is realised as it was.
      expect((await shape(unit, 64)).slice(0, 3)).toEqual(whole[2]?.slice(0, 3))
      for (const i of [3, 4]) expect(await shape(unit, sizes[i] ?? 0)).toEqual(whole[i])
    })
  })

  test('leaks nothing', async () => {
    const [objects, tensors] = [liveObjects(), tf.memory().numTensors]
    for (let round = 0; round < 2; round++) await trained({ realisation: { devices: 2, devicesAtStart: 2, largestMicroBatch: 16, memoryLimitMiB: 100 } })
    expect(liveObjects()).toBe(objects)
    expect(tf.memory().numTensors).toBe(tensors)
  })
})

/** A session in which some steps run out of memory. */
function failing(session: Session, fails: (step: string) => boolean): Session {
  function compile<I extends Readonly<Record<string, InputSpec>>, O extends string>(definition: StepDefinition<I, O>): CompiledStep<I, O> {
    const compiled = session.compile(definition)
    const unlessItFails = <T>(call: (inputs: Parameters<typeof compiled.run>[0]) => Promise<T>) => async (inputs: Parameters<typeof compiled.run>[0]) => {
      if (fails(definition.name)) throw new LoupeError('out-of-memory', `Running step "${definition.name}" ran out of memory.`)
      return await call(inputs)
    }
    return { ...compiled, run: unlessItFails(compiled.run), measureMemory: unlessItFails(compiled.measureMemory) }
  }
  return Object.assign(Object.create(session) as Session, { compile })
}
