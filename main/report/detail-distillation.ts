import type { Block } from '../contract/report-document.ts'
import type { FeatureDistillationConfig } from '../methods/feature-distillation/config.ts'
import type { FeatureDistillationReport, SizeLaw } from '../methods/feature-distillation/report.ts'
import { chartBlock, display, formula, numbers, paragraph, tableBlock, tableOf, text } from './blocks.ts'
import type { Detail } from './detail.ts'
import { gainsChart } from './gains-chart.ts'
import { groupedSeries } from './grouped-series.ts'
import { count, percent } from './numbers.ts'

/** The question, charts and tables of a comparison of students. */
export function detailDistillation(report: FeatureDistillationReport, { students }: FeatureDistillationConfig): Detail {
  const share = percent(students.confidence)
  return {
    question: [
      paragraph([
        text('How small may the student be? The first blocks of a network end with a feature '),
        formula('z_1'),
        text(', further blocks read it and make '),
        formula('z_2'),
        text(' of the same dimensions. Drawing the first towards the second teaches the first blocks to give by themselves what both give together; the others are left out afterwards. Beside it stand students trained alone, deep supervision and soft targets.'),
      ]),
      display('L = L_{\\text{task}}(z_1) + L_{\\text{task}}(z_2) + w\\,d(z_1, z_2)'),
    ],
    results: [
      ...sizeChart(report, share),
      ...gainsChart({
        title: 'Accuracy against the student alone',
        label: 'Accuracy minus that of the student alone, percentage points',
        rows: report.students.map(({ id, gain }) => ({ name: id, gain })),
        tolerance: students.accuracyTolerance,
        caption: `Accuracy against the student of the same depth trained alone: means over the seeds that both have, with ${share} intervals. The tolerated loss is ${percent(students.accuracyTolerance)}.`,
      }),
      ...decisionTable(report),
      ...lawTable(report),
    ],
  }
}

function sizeChart({ students }: FeatureDistillationReport, share: string): readonly Block[] {
  const points = students.flatMap(({ way, accuracy, cost }) => (accuracy === null || cost === null ? [] : [{ group: way, x: cost.parameters, y: accuracy }]))
  return chartBlock(`Accuracy against size: means over the seeds, with ${share} intervals. Up and to the left is better.`, {
    title: 'Accuracy against size',
    x: numbers('Parameters', 'log'),
    y: numbers('Accuracy, per cent'),
    series: groupedSeries(points, 100),
  })
}

function decisionTable({ decision }: FeatureDistillationReport): readonly Block[] {
  if (decision.candidates.length === 0) return []
  const { limits } = decision
  const wanted = [
    ...(limits.memoryBytes === null ? [] : [`memory at most ${count(limits.memoryBytes)} bytes`]),
    ...(limits.macs === null ? [] : [`at most ${count(limits.macs)} MACs`]),
    ...(limits.latencyMs === null ? [] : [`latency at most ${limits.latencyMs} ms`]),
    ...(limits.accuracy === null ? [] : [`accuracy at least ${percent(limits.accuracy)}`]),
  ]
  const isOnFront = (id: string) => Object.entries(decision.pareto).flatMap(([name, ids]) => (ids.includes(id) ? [name] : []))
  return [
    tableBlock(
      `The choice by ${decision.objective}${wanted.length === 0 ? ', without limits' : `, within ${wanted.join(', ')}`}. Best for its size: no other student is as good at less of what is named.`,
      tableOf(
        ['<Student', 'Accuracy', 'Parameters', 'Memory, bytes', 'MACs', 'Latency, ms', '<Verdict', '<Best for its size'],
        decision.candidates.map(({ id, accuracy, parameters, memoryBytes, macs, latencyMs, verdict, breaks }) => [
          id,
          accuracy === null ? '–' : `${(accuracy * 100).toFixed(1)} %`,
          count(parameters),
          count(memoryBytes),
          count(macs),
          latencyMs === null ? '–' : latencyMs.toPrecision(2),
          breaks.length === 0 ? verdict : `${verdict}: ${breaks.join(', ')}`,
          isOnFront(id).join(', ') || 'no',
        ]),
      ),
    ),
  ]
}

const reasons: Readonly<Record<NonNullable<SizeLaw['reason']>, string>> = { 'few-sizes': 'too few sizes', 'no-error': 'no error left', 'no-costs': 'sizes not known' }

function lawTable({ sizeLaws }: FeatureDistillationReport): readonly Block[] {
  if (sizeLaws.length === 0) return []
  return [
    paragraph([text('How the error falls with the number of parameters P, by least squares on the logarithms: '), formula('\\text{error} = a\\,P^{-k}'), text('.')]),
    tableBlock(
      'The law of size of each way, with the interval of its exponent.',
      tableOf(
        ['<Way', 'Sizes', 'Scale a', 'Exponent k', '<Interval', 'Floor', 'Variance explained'],
        sizeLaws.map(({ way, points, fit, reason }) =>
          fit === null
            ? [way, String(points.length), '–', '–', reason === null ? 'no fit' : reasons[reason], '–', '–']
            : [way, String(points.length), fit.scale.toPrecision(3), fit.exponent.toFixed(3), fit.low === null || fit.high === null ? '–' : `${fit.low.toFixed(3)} to ${fit.high.toFixed(3)}`, fit.floor === null ? '–' : fit.floor.toFixed(4), percent(fit.r2)],
        ),
      ),
    ),
  ]
}
