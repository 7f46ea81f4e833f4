import type { RunRecord, StudyRecord } from '../contract/records.ts'
import type { ChannelDecorrelationReport, DecorrelatedArm, NoiseFloor } from '../methods/channel-decorrelation/report.ts'
import { table } from './output.ts'
import { asFactor, inPercent, inPoints } from './spread-text.ts'

interface Told {
  readonly study: StudyRecord
  readonly runs: readonly RunRecord[]
  readonly report: ChannelDecorrelationReport
}

/**
 * A comparison of ways to train on few labels as the last line of `--json` gives it. Scripts read this: keys are not renamed.
 *
 * `accuracy` is that of the test examples, else of the validation examples; `wallMs` is training alone, without evaluations.
 */
export function decorrelationJson({ study, report }: Told): Readonly<Record<string, unknown>> {
  const { runs, verdict, confidence, arms, noiseFloors, warnings, spent, method } = report
  return {
    study: {
      id: study.id,
      method,
      runs: runs.map(({ runId, ...run }) => ({ id: runId, ...run })),
      verdict,
      comparison: { confidence, arms, noiseFloors, warnings, spent },
    },
  }
}

/** The same for people: the answer first, then what it rests on. */
export function decorrelationText({ study, runs, report }: Told): string {
  return [
    `Study ${study.id}${study.name ? ` "${study.name}"` : ''}: ${study.status}`,
    '',
    table(['way', 'labels', 'runs', 'accuracy %', 'to supervised, points', 'train − validation', 'mean |ρ|', 'rank', 'dead', 'variance', 'ms/step'], report.arms.map(row)),
    '',
    report.verdict.reason,
    ...report.noiseFloors.map(floorText),
    ...report.warnings.map((warning) => `Note: ${warning.message}`),
    ...runs.filter((run) => run.status === 'failed').map((run) => `Run ${run.id} (${run.key}) failed: ${run.error?.message ?? 'no reason logged'}`),
  ].join('\n')
}

function row(arm: DecorrelatedArm): string[] {
  return [
    arm.way,
    String(arm.labels),
    arm.failed === 0 ? `${arm.done}/${arm.runs}` : `${arm.done}/${arm.runs}, ${arm.failed} failed`,
    inPercent(arm.accuracy),
    inPoints(arm.against?.accuracy ?? null),
    arm.accuracyGap === null ? '–' : (arm.accuracyGap.mean * 100).toFixed(2),
    arm.meanCorrelation === null ? '–' : arm.meanCorrelation.mean.toFixed(3),
    arm.effectiveRank === null ? '–' : arm.effectiveRank.mean.toFixed(1),
    arm.deadChannels === null ? '–' : arm.deadChannels.mean.toFixed(1),
    asFactor(arm.against?.variance ?? null),
    arm.stepMs === null ? '–' : arm.stepMs.mean.toFixed(1),
  ]
}

function floorText({ stream, index, samples, meanAbsolute, meanSquared }: NoiseFloor): string {
  const name = stream === 'probe' ? 'the probe' : stream === 'labelled' ? 'labelled batches' : `batches of unlabelled set ${index + 1}`
  return `By chance, independent channels in ${name} of ${samples} have mean |ρ| ${meanAbsolute.toFixed(3)} and mean ρ² ${meanSquared.toPrecision(3)}`
}
