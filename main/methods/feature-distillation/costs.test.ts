import { describe, expect, it } from 'vitest'
import type { DatasetFacts } from '../study.ts'
import { everyArm } from './arms.ts'
import { inferenceBytes, optimizerSlots, studentCost, trainingBytes, trainingCost } from './costs.ts'
import { cutCost, facts, madeConfig } from './test/made-runs.ts'

const costOf = (id: string, config = madeConfig({ ways: ['whole', 'alone', 'deep-supervision', 'distilled', 'deep-supervision-exits'], rearDepths: [1] }), data: DatasetFacts = facts) => {
  const arm = everyArm(config).find((one) => one.id === id)
  return arm === undefined ? undefined : trainingCost(config, data, arm)
}

describe('what a student costs', () => {
  it('is its parameters and what is alive at once at inference, in bytes', () => {
    expect(inferenceBytes({ parameters: 1000, liveBytesPerExample: 300 })).toBe(4300)
    expect(studentCost(facts, madeConfig().run.model, 2)).toEqual({ parameters: 2110, macs: 2_110_000, memoryBytes: 4 * 2110 + 2500, latencyMs: null, latencyP95Ms: null })
    expect(studentCost({ ...facts, latencies: new Map([[2, { medianMs: 0.5, p95Ms: 0.8 }]]) }, madeConfig().run.model, 2)).toMatchObject({ latencyMs: 0.5, latencyP95Ms: 0.8 })
    expect(studentCost({ trainExamples: 1, validationExamples: 1 }, madeConfig().run.model, 2)).toBeNull()
  })

  it('is parameters, gradients, slots and stored activations while it trains', () => {
    expect(trainingBytes({ parameters: 1000, activationBytesPerExample: 200, slots: 2, batchSize: 32 })).toBe(22_400)
    expect(['sgd', 'armijo', 'momentum', 'nesterov', 'adam', 'adamw'].map((kind) => optimizerSlots({ kind: kind as 'sgd' }))).toEqual([0, 0, 1, 1, 2, 2])
  })

  it('does not depend on the second extractor at inference, and counts it with its head in training', () => {
    expect(costOf('alone depth=2')).toEqual({ parameters: 2110, macs: 2_110_000, memoryBytes: 4 * 2110 * 4 + 40 * 4540 })
    expect(costOf('whole')).toMatchObject({ parameters: 4110, macs: 4_110_000 })
    expect(costOf('distilled depth=2')).toEqual({ parameters: 4120, macs: 4_120_000, memoryBytes: 4 * 4120 * 4 + 40 * 8580 })
    expect(costOf('distilled depth=2 rear=1')).toMatchObject({ parameters: 3120, macs: 3_120_000 })
    expect(costOf('deep-supervision-exits')).toMatchObject({ parameters: 4130 })
    expect(costOf('whole', undefined, { trainExamples: 1, validationExamples: 1 })).toBeNull()
  })

  it('counts a projector where features differ in width, and only where they are compared', () => {
    const wider: DatasetFacts = { ...facts, cutCost: (model, depth) => ({ ...cutCost(model, depth), featureShape: depth < 3 ? [14, 14, 8] : [7, 7, 16] }) }
    // 8·16 + 16 parameters; 7·7·8·16 multiply-accumulates; 4·7·7·16 bytes.
    expect(costOf('distilled depth=2', undefined, wider)).toEqual({ parameters: 4120 + 144, macs: 4_120_000 + 6272, memoryBytes: 4 * 4264 * 4 + 40 * (8580 + 3136) })
    expect(costOf('deep-supervision depth=2', undefined, wider)).toMatchObject({ parameters: 4120 })
  })
})
