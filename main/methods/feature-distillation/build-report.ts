import { depthOf } from '../../contract/model-depth.ts'
import { spentOn } from '../run-outcome.ts'
import type { DatasetFacts, StudiedRun } from '../study.ts'
import type { FeatureDistillationConfig } from './config.ts'
import { chooseRears, chooseStudent } from './decisions.ts'
import { earlyExitsOf } from './early-exits.ts'
import { readRuns } from './read-runs.ts'
import type { FeatureDistillationReport } from './report.ts'
import { sizeLawsOf } from './size-laws.ts'
import { summariseStudents } from './summarise-students.ts'
import { verdictOf } from './verdict.ts'
import { warningsOf } from './warnings.ts'

/** Everything that the comparison says so far. */
export function buildReport(config: FeatureDistillationConfig, runs: readonly StudiedRun[], facts: DatasetFacts): FeatureDistillationReport {
  const read = readRuns(config, runs, facts)
  const students = summariseStudents(config, read, facts)
  const decision = chooseStudent(config, students)
  return {
    method: 'feature-distillation',
    studyId: null,
    wholeDepth: depthOf(config.run.model),
    runs: read,
    students,
    decision,
    rearDecisions: chooseRears(config, students, facts),
    sizeLaws: sizeLawsOf(config, read, students),
    earlyExits: earlyExitsOf(config, runs, facts),
    verdict: verdictOf({ config, runs: read, students, decision }),
    spent: spentOn(runs, config.students.hourlyRate),
    warnings: warningsOf({ config, runs: read, students, decision, facts }),
  }
}
