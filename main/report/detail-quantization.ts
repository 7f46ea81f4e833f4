import type { Block } from '../contract/report-document.ts'
import type { GradientQuantizationConfig } from '../methods/gradient-quantization/config.ts'
import type { GradientQuantizationReport } from '../methods/gradient-quantization/report.ts'
import { chartBlock, display, numbers, paragraph, series, tableBlock, tableOf } from './blocks.ts'
import type { Detail } from './detail.ts'
import { gainsChart } from './gains-chart.ts'
import { percent } from './numbers.ts'

/** The question, charts and tables of a comparison of ways to send gradients. */
export function detailQuantization(report: GradientQuantizationReport, { quantization }: GradientQuantizationConfig): Detail {
  const share = percent(quantization.confidence)
  return {
    question: [
      paragraph('How much of a gradient must travel between the workers that train one model? A distribution is fitted to its values; the threshold beyond which the wanted share δ of them lies follows from the fit, without sorting. Only values beyond it are sent, what is not sent is kept for later steps.'),
      ...(report.localSteps === null ? [] : [paragraph(`${report.target === 'weight-delta' ? 'Here the values are no gradients' : 'Ways that end in -deltas do not send gradients'}, but weight deltas: how far each worker has moved its weights in ${report.localSteps} ${report.localSteps === 1 ? 'step' : 'steps'} by itself since the last exchange. Bytes a step are means over all steps, those that send nothing included.`)]),
      display('\\text{send } x_i \\text{ where } |x_i - m| \\ge \\tau'),
      display('\\tau_{\\text{normal}} = \\sigma\\,\\Phi^{-1}(1 - \\tfrac{\\delta}{2}), \\quad \\tau_{\\text{Laplace}} = -b \\ln \\delta, \\quad \\tau_{\\text{Cauchy}} = \\gamma \\cot \\tfrac{\\pi \\delta}{2}, \\quad \\tau_{t} = s\\,t_{\\nu}^{-1}(1 - \\tfrac{\\delta}{2})'),
    ],
    results: [
      ...costChart(report, share),
      ...gainsChart({
        title: 'Accuracy against dense',
        label: 'Accuracy minus that of dense, percentage points',
        rows: report.arms.map(({ arm, accuracyGain }) => ({ name: arm, gain: accuracyGain })),
        tolerance: quantization.accuracyTolerance,
        caption: `Accuracy against sending everything: means over the seeds that both have, with ${share} intervals. The tolerated loss is ${(quantization.accuracyTolerance * 100).toFixed(2)} points.`,
      }),
      tableBlock(
        'Where the time of a step goes, in ms, at the steps where it was logged, and how near what is sent comes to the gradient or weight delta.',
        tableOf(
          ['<Way', 'Compute', 'Fit', 'Encode', 'Transfer', 'Update', 'Relative error', 'Cosine', 'Empty exchanges'],
          report.arms.map(({ arm, parts, relativeError, cosine, emptyShare }) => [
            arm,
            ...[parts.compute, parts.fit, parts.encode, parts.transfer, parts.update].map((ms) => (ms === null ? '–' : ms.toFixed(2))),
            relativeError === null ? '–' : relativeError.mean.toFixed(3),
            cosine === null ? '–' : cosine.mean.toFixed(3),
            emptyShare === null ? '–' : percent(emptyShare.mean),
          ]),
        ),
      ),
    ],
  }
}

function costChart({ arms }: GradientQuantizationReport, share: string): readonly Block[] {
  const known = arms.flatMap(({ arm, accuracy, bytesUpPerStep }) => (accuracy === null || bytesUpPerStep === null ? [] : [{ arm, accuracy, bytes: bytesUpPerStep.mean }]))
  return chartBlock(`Accuracy against the bytes that a worker sends in a step: means over the seeds, with ${share} intervals. Up and to the left is better.`, {
    title: 'Accuracy against bytes sent',
    x: numbers('Bytes up a step', 'log'),
    y: numbers('Accuracy, per cent'),
    series: known.map(({ arm, accuracy, bytes }, colour) =>
      series({ name: arm, colour, x: [bytes], y: [accuracy.mean * 100], low: [accuracy.low === null ? null : accuracy.low * 100], high: [accuracy.high === null ? null : accuracy.high * 100] }),
    ),
  })
}
