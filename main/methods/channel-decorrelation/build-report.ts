import { spentOn } from '../run-outcome.ts'
import type { DatasetFacts, StudiedRun } from '../study.ts'
import type { ChannelDecorrelationConfig } from './config.ts'
import { noiseFloors } from './noise-floors.ts'
import { readRuns } from './read-runs.ts'
import type { ChannelDecorrelationReport } from './report.ts'
import { summariseArms } from './summarise-arms.ts'
import { verdictOf } from './verdict.ts'
import { warningsOf } from './warnings.ts'

/** Everything that the comparison says so far. */
export function buildReport(config: ChannelDecorrelationConfig, runs: readonly StudiedRun[], facts: DatasetFacts): ChannelDecorrelationReport {
  const read = readRuns(config, runs)
  const arms = summariseArms(config, read, facts.trainExamples)
  const floors = noiseFloors(config, facts.validationExamples)
  return {
    method: 'channel-decorrelation',
    studyId: null,
    confidence: config.labels.confidence,
    runs: read,
    arms,
    noiseFloors: floors,
    verdict: verdictOf({ config, runs: read, arms }),
    spent: spentOn(runs, config.labels.hourlyRate),
    warnings: warningsOf({ config, runs: read, arms, floors, facts }),
  }
}
