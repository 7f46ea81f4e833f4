import type { RunPredictions } from '../../contract/distillation-records.ts'
import type { ModelConfig } from '../../contract/model-config.ts'
import type { DatasetFacts, StudiedRun } from '../study.ts'
import { runKey } from '../arm-runs.ts'
import { isChain, modelOfArm } from './arms.ts'
import type { FeatureDistillationConfig } from './config.ts'
import { earlyExitCurve, type ExitPoint } from './early-exit.ts'
import type { EarlyExit } from './report.ts'
import { armsOf } from './trained-arms.ts'

/** The early-exit curve of each arm whose runs logged what their exits predict, means over the seeds. */
export function earlyExitsOf(config: FeatureDistillationConfig, runs: readonly StudiedRun[], facts: DatasetFacts): EarlyExit[] {
  const { firstSeed, seeds } = config.students
  return armsOf(config, facts)
    .filter(({ way }) => isChain(way))
    .flatMap((arm) => {
      const keys = Array.from({ length: seeds }, (_, index) => runKey({ arm: arm.id, seed: firstSeed + index }))
      const predictions = runs.filter(({ key, status }) => status === 'finished' && keys.includes(key)).flatMap((run) => run.predictions?.() ?? [])
      const curves = predictions.map((one) => ({ depths: depthsOf(one), points: curveOf(one, modelOfArm(config, arm), facts) }))
      const [first] = curves
      return first === undefined ? [] : [{ arm: arm.id, way: arm.way, seeds: curves.length, depths: first.depths, points: meanOf(curves.map(({ points }) => points)) }]
    })
}

function depthsOf({ exits }: RunPredictions): number[] {
  return exits.map(({ depth }) => depth).sort((one, other) => one - other)
}

function curveOf({ exits, labels }: RunPredictions, model: ModelConfig, { cutCost }: DatasetFacts): ExitPoint[] {
  const byDepth = exits.toSorted((one, other) => one.depth - other.depth)
  let heads = 0
  const priced = byDepth.map(({ depth, predicted, confidence }) => {
    const cost = cutCost?.(model, depth)
    if (cost === undefined) return { predicted, confidence, macs: null }
    heads += cost.head.macsPerExample
    return { predicted, confidence, macs: cost.macsPerExample - cost.head.macsPerExample + heads }
  })
  return earlyExitCurve({ exits: priced, labels })
}

/** Curves at the same thresholds. */
function meanOf(curves: readonly (readonly ExitPoint[])[]): EarlyExit['points'] {
  const [first = []] = curves
  return first.map(({ threshold, shares }, index) => {
    const here = curves.flatMap((curve) => curve[index] ?? [])
    const mean = (of: (point: ExitPoint) => number) => here.reduce((sum, point) => sum + of(point), 0) / here.length
    return {
      threshold,
      accuracy: mean((point) => point.accuracy),
      macs: here.some(({ macs }) => macs === null) ? null : mean(({ macs }) => macs ?? 0),
      shares: shares.map((_, exit) => mean((point) => point.shares[exit] ?? 0)),
    }
  })
}
