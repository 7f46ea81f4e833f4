import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CompressorConfig } from '../contract/exchange-config.ts'
import { createClient } from '../contract/rpc.ts'
import { studyConfig } from '../contract/study-config.ts'
import type { Trainer } from '../training/trainer.ts'
import type { EngineParts } from './parts.ts'
import { studyOf } from './study-of.ts'
import { fakeParts } from './test/fake-parts.ts'
import { openWorkbench } from './workbench.ts'

let workspace: string
beforeEach(async () => {
  workspace = await mkdtemp(join(tmpdir(), 'loupe-estimate-'))
})
afterEach(async () => {
  await rm(workspace, { recursive: true, force: true })
})

/** Ms of a step by the compressor of its exchange. */
const msOf: Partial<Record<CompressorConfig['kind'], number>> = { dense: 2, 'top-k': 6, fitted: 10 }

async function estimated(quantization: object) {
  const { parts } = fakeParts({ stepsOf: () => 1 })
  const loadCompressors: EngineParts['loadCompressors'] = async () => () => {
    throw new Error('A fake step compresses nothing.')
  }
  const measured: { readonly kind: string | undefined; readonly batchSize: number; readonly isToldHow: boolean }[] = []
  const measureStep: Trainer['measureStep'] = async ({ exchange, batchSize }, given) => {
    const kind = exchange?.compressor.kind
    measured.push({ kind, batchSize, isToldHow: given?.createCompressor !== undefined && given.gatherWorkers !== undefined })
    return { ms: msOf[kind ?? 'qsgd'] ?? Number.NaN, traceMs: 1 }
  }
  const createTrainer: EngineParts['createTrainer'] = async (options) => ({ ...(await parts.createTrainer(options)), measureStep })
  const workbench = await openWorkbench({ workspace, parts: { ...parts, createTrainer, loadCompressors }, studyOf })
  try {
    const config = studyConfig.parse({ method: 'gradient-quantization', run: { dataset: { name: 'digits' } }, exchange: { workers: 2 }, compression: { ratio: 0.5 }, quantization: { seeds: 2, batchSize: 10, epochs: 3, parallelRuns: 1, ...quantization } })
    return { estimate: await createClient(workbench).request('study.estimate', { config }), measured }
  } finally {
    await workbench.close()
  }
}

describe('the forecast of a study whose workers exchange gradients', () => {
  it('measures each way to send them once, with what makes compressors and brings workers together', async () => {
    const { measured } = await estimated({ arms: ['dense', 'top-k', 'fitted-laplace'] })
    expect(measured).toEqual(['dense', 'top-k', 'fitted'].map((kind) => ({ kind, batchSize: 10, isToldHow: true })))
  })

  it('adds up what each run takes its own way, and tells the mean step of a batch size', async () => {
    const { estimate } = await estimated({ arms: ['dense', 'top-k', 'fitted-laplace'] })
    expect(estimate).toMatchObject({ runs: 6, examples: 6 * 300, stepMs: [{ batchSize: 10, ms: 6 }] })
    // 30 steps a run: 100 training examples, 3 epochs, batches of 10. Two runs each of 2, 6 and 10 ms a step.
    expect(estimate.seconds).toBeCloseTo((2 * 30 * (2 + 6 + 10)) / 1000, 10)
  })
})

describe('the forecast of a study whose runs train in several ways', () => {
  it('measures each kind of step once, whatever its seed and its share of the labels', async () => {
    const { parts } = fakeParts({ stepsOf: () => 1 })
    const measured: (readonly [number | undefined, number | undefined])[] = []
    const measureStep: Trainer['measureStep'] = async ({ decorrelation }) => {
      measured.push([decorrelation?.unlabelledWeight, decorrelation?.labelledWeight])
      return { ms: (decorrelation?.unlabelledWeight ?? 0) > 0 ? 30 : 10, traceMs: 1 }
    }
    const createTrainer: EngineParts['createTrainer'] = async (options) => ({ ...(await parts.createTrainer(options)), measureStep })
    const workbench = await openWorkbench({ workspace, parts: { ...parts, createTrainer }, studyOf })
    try {
      const config = studyConfig.parse({ method: 'channel-decorrelation', run: { dataset: { name: 'digits' }, model: { kind: 'mlp', hidden: [8] } }, decorrelation: { unlabelledSets: [{ batchSize: 10 }] }, labels: { ways: ['supervised', '3a', '3c'], fractions: [0.5, 1], seeds: 2, batchSize: 10, steps: 100, parallelRuns: 1 } })
      const estimate = await createClient(workbench).request('study.estimate', { config })
      expect(measured).toEqual([[0, 0], [0.1, 0], [0, 0.1]])
      // Four runs of 100 steps a way.
      expect([estimate.runs, estimate.seconds]).toEqual([12, expect.closeTo((4 * 100 * (10 + 30 + 10)) / 1000, 10)])
    } finally {
      await workbench.close()
    }
  })
})
