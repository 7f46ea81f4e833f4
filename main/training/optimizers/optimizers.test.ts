import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { optimizerConfig } from '../../contract/optimizer-config.ts'
import { z } from '../../contract/zod.ts'
import type { HostArrays, Tensors } from '../../tensorflow/runtime.ts'
import { tf } from '../../tensorflow/tf.ts'
import { createOptimizer } from './index.ts'

const path = z.array(z.record(z.string(), z.array(z.number())))
const peer = z
  .object({
    initial: z.record(z.string(), z.object({ shape: z.array(z.number()), values: z.array(z.number()) })),
    steps: z.array(z.object({ learningRate: z.number(), gradients: z.record(z.string(), z.array(z.number())) })),
    cases: z.array(z.object({ config: optimizerConfig, parameters: path })),
  })
  .parse(JSON.parse(readFileSync(new URL('./reference/pytorch.json', import.meta.url), 'utf8')))

const initial: HostArrays = Object.fromEntries(
  Object.entries(peer.initial).map(([name, { shape, values }]) => [name, { shape, type: 'float32', values: Float32Array.from(values) }]),
)

beforeAll(async () => {
  await tf.setBackend('cpu')
})

describe('createOptimizer', () => {
  it.each(peer.cases)('follows PyTorch for ten steps under a moving learning rate: $config', ({ config, parameters: expected }) => {
    const optimizer = createOptimizer(config)
    let state = { parameters: tensorsOf(initial), slots: tensorsOf(optimizer.initSlots(initial)) }
    peer.steps.forEach(({ learningRate, gradients }, step) => {
      const given = Object.fromEntries(Object.entries(gradients).map(([name, values]) => [name, tf.tensor(values, [...(initial[name]?.shape ?? [])])]))
      state = { ...optimizer.update(state.parameters, given, state.slots, tf.scalar(learningRate)) }
      for (const [name, values] of Object.entries(expected[step] ?? {})) {
        const moved = state.parameters[name]?.dataSync() ?? []
        values.forEach((value, i) => expect(Math.abs((moved[i] ?? Number.NaN) - value), `step ${step + 1}, ${name}[${i}]`).toBeLessThan(1e-6 * Math.max(1, Math.abs(value))))
      }
    })
  })

  it.each(peer.cases)('returns the slots it was given, by name and shape: $config', ({ config }) => {
    const optimizer = createOptimizer(config)
    const slots = tensorsOf(optimizer.initSlots(initial))
    const update = optimizer.update(tensorsOf(initial), tensorsOf(initial), slots, tf.scalar(0.1))
    expect(shapesOf(update.slots)).toEqual(shapesOf(slots))
    expect(shapesOf(update.parameters)).toEqual({ kernel: [2, 2], bias: [3] })
  })

  it('multiplies the distance to the minimum of ½x² by 1 − η at each sgd step', () => {
    expect(descend({ kind: 'sgd' }, { start: 8, learningRate: 0.25, steps: 3 })).toBeCloseTo(8 * 0.75 ** 3, 6)
  })

  it('follows the two-term recursion of heavy-ball momentum on ½x²', () => {
    // x₁ = x₀ − ηx₀; xₖ₊₁ = xₖ + μ(xₖ − xₖ₋₁) − ηxₖ, here 8, 6, 3.5, 1.375.
    expect(descend({ kind: 'momentum', momentum: 0.5 }, { start: 8, learningRate: 0.25, steps: 3 })).toBeCloseTo(1.375, 6)
  })

  it('moves by exactly the learning rate at the first adam step, whatever the gradient', () => {
    expect(descend({ kind: 'adam' }, { start: 8, learningRate: 0.25, steps: 1 })).toBeCloseTo(7.75, 6)
    expect(descend({ kind: 'adam' }, { start: 0.5, learningRate: 0.001, steps: 1 })).toBeCloseTo(0.499, 7)
  })

  it('shrinks weights by 1 − ηλ under adamw where the gradient is zero', () => {
    const optimizer = createOptimizer(optimizerConfig.parse({ kind: 'adamw', weightDecay: 0.5 }))
    const parameters: HostArrays = { x: { shape: [], type: 'float32', values: Float32Array.of(8) } }
    const { parameters: moved } = optimizer.update(tensorsOf(parameters), { x: tf.scalar(0) }, tensorsOf(optimizer.initSlots(parameters)), tf.scalar(0.25))
    expect(moved['x']?.dataSync()[0]).toBe(7)
  })

  it('counts updates in a slot, so that a resumed adam corrects its bias as if never stopped', () => {
    const config = { kind: 'adam' } as const
    const whole = descend(config, { start: 8, learningRate: 0.25, steps: 6 })
    expect(descend(config, { start: 8, learningRate: 0.25, steps: 6, copyAfter: 3 })).toBe(whole)
  })

  it('leaves the line search to the training loop', () => {
    expect(() => createOptimizer(optimizerConfig.parse({ kind: 'armijo' }))).toThrow(/training loop/)
  })

  it('names the gradient that is missing', () => {
    const optimizer = createOptimizer(optimizerConfig.parse({ kind: 'sgd' }))
    expect(() => optimizer.update(tensorsOf(initial), {}, {}, tf.scalar(0.1))).toThrow(/needs "kernel"/)
  })
})

/** x after some steps on ½x², whose gradient is x. */
function descend(
  config: z.input<typeof optimizerConfig>,
  { start, learningRate, steps, copyAfter }: { start: number; learningRate: number; steps: number; copyAfter?: number },
): number | undefined {
  const optimizer = createOptimizer(optimizerConfig.parse(config))
  const parameters: HostArrays = { x: { shape: [], type: 'float32', values: Float32Array.of(start) } }
  let state: { parameters: Tensors; slots: Tensors } = { parameters: tensorsOf(parameters), slots: tensorsOf(optimizer.initSlots(parameters)) }
  for (let step = 0; step < steps; step++) {
    state = optimizer.update(state.parameters, state.parameters, state.slots, tf.scalar(learningRate))
    if (step + 1 === copyAfter) state = { parameters: copied(state.parameters), slots: copied(state.slots) }
  }
  return state.parameters['x']?.dataSync()[0]
}

/** The same values in new tensors, as a checkpoint brings them back. */
function copied(tensors: Tensors): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tf.tensor(tensor.dataSync(), tensor.shape)]))
}

function tensorsOf(arrays: HostArrays): Tensors {
  return Object.fromEntries(Object.entries(arrays).map(([name, { shape, values }]) => [name, tf.tensor(values, [...shape])]))
}

function shapesOf(tensors: Tensors): Record<string, number[]> {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.shape]))
}
