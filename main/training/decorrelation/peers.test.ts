import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from '../../contract/zod.ts'
import { openTensorFlow } from '../../tensorflow/open.ts'
import { openReference } from '../../tensorflow/reference.ts'
import { evaluate, valueAndGradients } from '../features/reference/evaluate.ts'
import { wave } from '../features/reference/formula.ts'
import { channelMoments } from './channel-moments.ts'
import { channelReadings } from './channel-readings.ts'
import { channelSamples } from './channel-samples.ts'
import { decorrelationLoss } from './decorrelation-loss.ts'

const numbers = z.array(z.number())
const pooling = z.enum(['average', 'maximum', 'positions'])
const peer = z
  .object({
    losses: z.array(
      z.object({
        shape: numbers,
        pooling,
        of: z.enum(['correlation', 'covariance']),
        penalty: z.enum(['squared', 'absolute', 'smooth-absolute']),
        reduction: z.enum(['mean', 'sum', 'channel']),
        divisor: z.enum(['freedom', 'samples']),
        loss: z.number(),
        gradient: numbers,
      }),
    ),
    readings: z.array(z.object({ shape: numbers, pooling, meanAbsolute: z.number(), meanSquared: z.number(), effectiveRank: z.number(), deviations: numbers, spectrum: numbers, correlations: numbers })),
  })
  .parse(JSON.parse(readFileSync(new URL('./reference/pytorch.json', import.meta.url), 'utf8')))

describe.each([
  { kind: 'reference', open: openReference },
  { kind: 'tensorflow', open: () => openTensorFlow() },
])('on the $kind runtime, as PyTorch in float64,', ({ open }) => {
  it.each(peer.losses)('the $reduction of $penalty $of of $shape, by $pooling, and its gradient', async ({ shape, pooling, loss, gradient, ...kind }) => {
    const { value, gradients } = await valueAndGradients(await open(), { x: wave('x', shape) }, ({ x }) => decorrelationLoss(channelMoments(channelSamples(x!, pooling)), { ...kind, deadLimit: 1e-4 }))
    expect(Math.abs(value - loss)).toBeLessThan(1e-5 * (1 + loss))
    expectClose(gradients['x'], gradient)
  })

  it.each(peer.readings)('the readings of $shape, by $pooling', async ({ shape, pooling, ...expected }) => {
    const received = await evaluate(await open(), { x: wave('x', shape) }, ({ x }) => ({ ...channelReadings(channelMoments(channelSamples(x!, pooling)), 1e-4) }))
    expect(received['deadChannels']).toEqual(Float32Array.of(0))
    for (const name of ['meanAbsolute', 'meanSquared'] as const) expect(received[name]?.[0]).toBeCloseTo(expected[name], 5)
    expect(received['effectiveRank']?.[0]).toBeCloseTo(expected.effectiveRank, 3)
    for (const name of ['deviations', 'spectrum', 'correlations'] as const) expectClose(received[name], expected[name])
  })
})

function expectClose(received: Float32Array | undefined, expected: readonly number[]): void {
  expect(received).toHaveLength(expected.length)
  const largest = Math.max(...expected.map(Math.abs))
  expected.forEach((value, i) => expect(Math.abs(value - received![i]!), `${i}`).toBeLessThan(2e-5 * largest))
}
