import type { DatasetFacts } from '../study.ts'
import { choosesRear, everyArm } from './arms.ts'
import type { FeatureDistillationConfig } from './config.ts'
import { trainingCost } from './costs.ts'
import { decide } from './decide.ts'
import type { Candidate, Decision, DistilledStudent, RearDecision } from './report.ts'
import { MEGA, MIB } from './trained-arms.ts'

/** Chooses the student: among all of them, those trained alone included and the whole stack left out. */
export function chooseStudent({ students: settings }: FeatureDistillationConfig, students: readonly DistilledStudent[]): Decision {
  const { maxMemoryMiB, maxMegaMacs, maxLatencyMs, minAccuracy, objective } = settings
  const candidates = students.flatMap(({ id, way, cost, accuracy }): Candidate[] => {
    if (way === 'whole' || cost === null) return []
    const { parameters, memoryBytes, macs, latencyMs } = cost
    return [{ id, parameters, memoryBytes, macs, latencyMs, accuracy: accuracy?.mean ?? null }]
  })
  return decide({ candidates, limits: { memoryBytes: times(maxMemoryMiB, MIB), macs: times(maxMegaMacs, MEGA), latencyMs: maxLatencyMs, accuracy: minAccuracy }, objective })
}

/**
 * Chooses the second extractor of each student that has several: by what training with it takes and how accurate the student becomes.
 *
 * A latency is the student's alone, whatever is stacked on it while it trains, so accuracy stands in for that objective.
 */
export function chooseRears(config: FeatureDistillationConfig, students: readonly DistilledStudent[], facts: DatasetFacts): RearDecision[] {
  const { ways, depths, maxTrainingMemoryMiB, maxTrainingMegaMacs, minAccuracy, objective } = config.students
  const limits = { memoryBytes: times(maxTrainingMemoryMiB, MIB), macs: times(maxTrainingMegaMacs, MEGA), latencyMs: null, accuracy: minAccuracy }
  return ways.filter(choosesRear).flatMap((way) =>
    depths.flatMap((depth) => {
      const candidates = everyArm(config)
        .filter((arm) => arm.way === way && arm.depth === depth)
        .flatMap((arm): Candidate[] => {
          const cost = trainingCost(config, facts, arm)
          return cost === null ? [] : [{ ...cost, id: arm.id, latencyMs: null, accuracy: students.find(({ id }) => id === arm.id)?.accuracy?.mean ?? null }]
        })
      return candidates.length < 2 ? [] : [{ way, depth, decision: decide({ candidates, limits, objective: objective === 'latency' ? 'accuracy' : objective }) }]
    }),
  )
}

function times(limit: number | null, unit: number): number | null {
  return limit === null ? null : limit * unit
}
