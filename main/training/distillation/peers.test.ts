import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { featureLossKind, featureNormalization } from '../../contract/distillation-config.ts'
import { z } from '../../contract/zod.ts'
import { openTensorFlow } from '../../tensorflow/open.ts'
import { openReference } from '../../tensorflow/reference.ts'
import type { tf } from '../../tensorflow/tf.ts'
import { featureLoss } from './feature-losses.ts'
import { evaluate, valueAndGradients } from '../features/reference/evaluate.ts'
import { wave } from '../features/reference/formula.ts'
import { resample } from './resampling.ts'
import { effectiveRank, featureVariance, linearCka, participationRatio, varianceBetweenExamples } from './similarity.ts'
import { softTargetLoss } from './soft-targets.ts'

const numbers = z.array(z.number())
const peer = z
  .object({
    features: z.array(
      z.object({
        kind: featureLossKind,
        normalization: featureNormalization,
        shape: numbers,
        loss: z.number(),
        student: numbers,
        target: numbers,
      }),
    ),
    softTargets: z.array(z.object({ temperature: z.number(), shape: numbers, loss: z.number(), student: numbers, teacher: numbers })),
    similarities: z.array(z.object({ shape: numbers, other: numbers, cka: z.number(), variance: z.number(), betweenExamples: z.number(), effectiveRank: z.number(), participationRatio: z.number() })),
    resampling: z.array(z.object({ shape: numbers, sides: z.tuple([z.number(), z.number()]), values: numbers })),
  })
  .parse(JSON.parse(readFileSync(new URL('./reference/pytorch.json', import.meta.url), 'utf8')))

describe.each([
  { kind: 'reference', open: openReference },
  { kind: 'tensorflow', open: () => openTensorFlow() },
])('on the $kind runtime, as PyTorch in float64,', ({ open }) => {
  it.each(peer.features)('the feature loss $kind of $shape, normalised by $normalization, and both its gradients', async ({ kind, normalization, shape, ...expected }) => {
    const arrays = { student: wave('student', shape), target: wave('target', shape) }
    const { value, gradients } = await valueAndGradients(await open(), arrays, ({ student, target }) => featureLoss({ kind, normalization, student: student!, target: target! }))
    expect(Math.abs(value - expected.loss)).toBeLessThan(1e-5 * (1 + expected.loss))
    expectClose(gradients['student'], expected.student)
    expectClose(gradients['target'], expected.target)
  })

  it.each(peer.softTargets)('soft targets at temperature $temperature, and both gradients', async ({ temperature, shape, ...expected }) => {
    const arrays = { student: wave('student', shape), teacher: wave('teacher', shape) }
    const { value, gradients } = await valueAndGradients(await open(), arrays, ({ student, teacher }) =>
      softTargetLoss({ student: student as tf.Tensor2D, teacher: teacher as tf.Tensor2D, temperature }),
    )
    expect(Math.abs(value / expected.loss - 1)).toBeLessThan(3e-5)
    expectClose(gradients['student'], expected.student)
    expectClose(gradients['teacher'], expected.teacher)
  })

  it.each(peer.similarities)('CKA, variances and ranks of $shape', async ({ shape, other, ...expected }) => {
    const received = await evaluate(await open(), { x: wave('x', shape), y: wave('y', other) }, ({ x, y }) => ({
      cka: linearCka(x!, y!),
      variance: featureVariance(x!),
      betweenExamples: varianceBetweenExamples(x!),
      effectiveRank: effectiveRank(x!),
      participationRatio: participationRatio(x!),
    }))
    for (const [name, value] of Object.entries(expected)) expect(Math.abs((received[name]?.[0] ?? Number.NaN) / value - 1), name).toBeLessThan(1e-5)
  })

  it.each(peer.resampling)('$shape brought to $sides pixels', async ({ shape, sides, values }) => {
    const { y } = await evaluate(await open(), { x: wave('x', shape) }, ({ x }) => ({ y: resample(resample(x!, 1, sides[0]), 2, sides[1]) }))
    expectClose(y, values)
  })
})

it('compiled by XLA, the losses and ranks are those of PyTorch as well', async () => {
  const rows = peer.features.filter(({ normalization, shape }) => normalization !== 'l2' && shape.length > 2)
  const received = await evaluate(
    await openTensorFlow(),
    Object.fromEntries(rows.flatMap(({ shape }, i) => [[`student${i}`, wave('student', shape)], [`target${i}`, wave('target', shape)]])),
    (given) => Object.fromEntries(rows.map(({ kind, normalization }, i) => [`loss${i}`, featureLoss({ kind, normalization, student: given[`student${i}`]!, target: given[`target${i}`]! })])),
    true,
  )
  rows.forEach(({ kind, loss }, i) => expect(Math.abs((received[`loss${i}`]?.[0] ?? Number.NaN) - loss), kind).toBeLessThan(1e-5 * (1 + loss)))
  const [row] = peer.similarities
  const { rank } = await evaluate(await openTensorFlow(), { x: wave('x', row!.shape) }, ({ x }) => ({ rank: effectiveRank(x!) }), true)
  expect(rank?.[0]).toBeCloseTo(row!.effectiveRank, 4)
})

/** To 2e-5 of the largest. */
function expectClose(received: ArrayLike<number> | undefined, expected: readonly number[]): void {
  expect(received?.length).toBe(expected.length)
  const largest = Math.max(...expected.map(Math.abs))
  expected.forEach((value, i) => expect(Math.abs((received?.[i] ?? Number.NaN) - value), `[${i}]`).toBeLessThan(2e-5 * largest))
}
