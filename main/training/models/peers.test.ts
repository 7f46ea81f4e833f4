import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { modelConfig } from '../../contract/model-config.ts'
import { z } from '../../contract/zod.ts'
import { openTensorFlow } from '../../tensorflow/open.ts'
import { openReference } from '../../tensorflow/reference.ts'
import { Random } from '../random.ts'
import { createModel } from './index.ts'
import { evaluate } from './reference/evaluate.ts'
import { formulaFor, inputFor } from './reference/formula.ts'

const peerCases = z.object({
  classes: z.number(),
  labels: z.array(z.number()),
  labelSmoothing: z.number(),
  cases: z.array(
    z.object({
      config: modelConfig,
      inputShape: z.array(z.number()),
      logits: z.array(z.array(z.number())),
      loss: z.number(),
      gradients: z.record(z.string(), z.tuple([z.number(), z.number()])),
      statistics: z.record(z.string(), z.array(z.number())),
    }),
  ),
})
const peer = peerCases.parse(JSON.parse(readFileSync(new URL('./reference/pytorch.json', import.meta.url), 'utf8')))

describe.each([
  { kind: 'reference', open: openReference },
  { kind: 'tensorflow', open: () => openTensorFlow() },
])('with the same weights as PyTorch in float64, on the $kind runtime,', ({ open }) => {
  const rows = peer.cases.map((row) => ({ ...row, model: createModel(row.config, row.inputShape, peer.classes) }))

  it.each(rows)('$model.title on $inputShape gives its logits, loss, gradients and running statistics', async ({ model, ...row }) => {
    const parameters = formulaFor(model.init(Random.seeded(0)))
    const result = await evaluate(await open(), {
      model,
      parameters,
      statistics: formulaFor(model.initStatistics()),
      x: inputFor(peer.labels.length, row.inputShape),
      labels: peer.labels,
      labelSmoothing: peer.labelSmoothing,
    })
    expect(Object.keys(result.gradients).sort()).toEqual(Object.keys(row.gradients).sort())
    expectClose(result.logits, row.logits.flat(), 1e-4)
    expect(Math.abs(result.loss - row.loss)).toBeLessThan(2e-5)
    for (const [name, [norm, projection]] of Object.entries(row.gradients)) {
      const gradient = result.gradients[name] ?? new Float32Array()
      const measuredNorm = Math.hypot(...gradient)
      const measuredProjection = gradient.reduce((sum, value, i) => sum + value * Math.cos(1.3 * i), 0)
      // A bias before a softmax over positions has a gradient of exactly 0, which float32 meets to 1e-6.
      expect(Math.abs(measuredNorm - norm), `${name} norm`).toBeLessThan(2e-3 * norm + 2e-5)
      expect(Math.abs(measuredProjection - projection), `${name} projection`).toBeLessThan(2e-3 * norm + 2e-5)
    }
    expect(Object.keys(result.statistics).sort()).toEqual(Object.keys(row.statistics).sort())
    for (const [name, values] of Object.entries(row.statistics)) expectClose(result.statistics[name] ?? [], values, 1e-4)
  })
})

function expectClose(measured: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(measured.length).toBe(expected.length)
  expected.forEach((value, i) => expect(Math.abs((measured[i] ?? Number.NaN) - value), `[${i}]`).toBeLessThan(tolerance * (1 + Math.abs(value))))
}
