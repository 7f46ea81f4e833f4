import type { Block, ChartSeries } from '../contract/report-document.ts'
import type { CriticalBatchSizeReport, LawFit } from '../methods/critical-batch-size/report.ts'
import { chartBlock, display, facts, formula, numbers, paragraph, series, tableBlock, tableOf, text } from './blocks.ts'
import type { Detail } from './detail.ts'
import { count, interval, percent } from './numbers.ts'

/** The question, charts and tables of a sweep over batch sizes. */
export function detailSweep(report: CriticalBatchSizeReport, confidence: number): Detail {
  return {
    question: [
      paragraph([
        text('How large should the batch be? The same network is trained at many batch sizes b to the same target. K(b) is the number of steps that it takes, and '),
        formula('N(b) = b\\,K(b)'),
        text(' the number of examples. Small batches never settle below their noise, large ones stop saving steps: in between lies the critical batch size b*, where N is smallest.'),
      ]),
      paragraph('Three laws are fitted to the same runs, that of Iiduka, that of McCandlish et al., which has no smallest N, and one that holds both:', 'quiet'),
      display('K_{\\mathrm{I}}(b) = \\frac{C_1 b}{\\varepsilon^2 b - C_2} \\qquad K_{\\mathrm{M}}(b) = S_{\\min}\\left(1 + \\frac{B_c}{b}\\right) \\qquad K_{\\mathrm{C}}(b) = S\\,\\frac{1 + B/b}{1 - b_0/b}'),
    ],
    results: [
      ...curveChart(report, { of: 'examples', title: 'Examples to the target', symbol: 'N(b)', confidence }),
      ...curveChart(report, { of: 'steps', title: 'Steps to the target', symbol: 'K(b)', confidence }),
      ...linearisedChart(report),
      ...(report.fits.length === 0 ? [] : [lawTable(report)]),
      facts(furtherFacts(report)),
    ],
  }
}

function curveChart(report: CriticalBatchSizeReport, options: { readonly of: 'examples' | 'steps'; readonly title: string; readonly symbol: string; readonly confidence: number }): readonly Block[] {
  const { of, title, symbol, confidence } = options
  const points = report.points.filter(({ role }) => role === 'sweep')
  const reached = points.flatMap((point) => (point[of] === null ? [] : [{ x: point.batchSize, y: point[of] }]))
  const givenUp = points.flatMap(({ batchSize, censoredAtSteps }) => (censoredAtSteps === null ? [] : [{ x: batchSize, y: censoredAtSteps * (of === 'examples' ? batchSize : 1) }]))
  const fit = report.fits.find(({ law }) => law === report.preferredLaw)
  const largest = Math.max(...[...reached, ...givenUp].map(({ y }) => y))
  const { estimate, low, high } = report.criticalBatchSize
  const hasMark = of === 'examples' && estimate !== null
  const measured = [{ name: 'Runs', colour: 6, points: reached }, { name: 'Given up before the target', colour: 2, points: givenUp }].map(({ name, colour, points: of }) => series({ name, colour, x: of.map(({ x }) => x), y: of.map(({ y }) => y) }))
  return chartBlock(`${title} against batch size: each run${givenUp.length === 0 ? '' : ', and where runs were given up'}${fit === undefined ? '' : `, and the ${fit.law} law with its ${percent(confidence)} band`}.${hasMark ? ` The dashed line is b* (${interval({ low, high, confidence })}).` : ''}`, {
    title,
    x: numbers('Batch size b, examples a step', 'log'),
    y: numbers(`${symbol}, ${of}`, 'log'),
    series: [...(fit === undefined ? [] : [lawSeries(fit, of, largest * 3)]), ...measured.filter(({ x }) => x.length > 0)],
    marks: hasMark ? [{ axis: 'x', value: estimate, label: `b* = ${count(estimate)}` }] : [],
  })
}

/** The law as far as it stays near the runs: it goes to infinity at its asymptote. */
function lawSeries({ law, ...curves }: LawFit, of: 'examples' | 'steps', most: number): ChartSeries {
  const { batchSize, value, low, high } = curves[of]
  const kept = batchSize.flatMap((_, index) => ((value[index] ?? Infinity) <= most && (high?.[index] ?? 0) <= most * 3 ? [index] : []))
  const at = <Value>(values: readonly Value[]) => kept.map((index) => values[index]!) // indices of the same columns
  return series({ name: `Law ${law}`, drawn: 'line', interval: 'band', colour: 0, x: at(batchSize), y: at(value), low: low === null ? null : at(low), high: high === null ? null : at(high) })
}

function linearisedChart({ linearised }: CriticalBatchSizeReport): readonly Block[] {
  if (linearised === null) return []
  const order = linearised.x.map((_, index) => index).sort((one, other) => linearised.x[one]! - linearised.x[other]!)
  return chartBlock('The first law as a straight line: 1/K falls with 1/b. Where the points leave the line, the law does not hold.', {
    title: 'The law as a line',
    x: numbers('1/b'),
    y: numbers('1/K'),
    series: [
      series({ name: 'Fitted', drawn: 'line', colour: 0, x: order.map((index) => linearised.x[index]!), y: order.map((index) => linearised.fitted[index]!) }),
      series({ name: 'Mean of a batch size', colour: 6, x: [...linearised.x], y: [...linearised.y] }),
    ],
  })
}

function lawTable({ fits, preferredLaw }: CriticalBatchSizeReport): Block {
  return tableBlock(
    'Laws fitted to K(b). AICc is on log K, the smaller the better; the error is that of log K with each batch size left out in turn.',
    tableOf(
      ['<Law', '<Constants', 'AICc', 'Error', '<Taken'],
      fits.map(({ law, constants, aicc, crossValidation }) => [
        law,
        Object.entries(constants).map(([name, value]) => `${name} ${Number(value.toPrecision(4))}`).join(', '),
        aicc === null ? '–' : aicc.toFixed(1),
        crossValidation === null ? '–' : crossValidation.toFixed(3),
        law === preferredLaw ? 'yes' : 'no',
      ]),
    ),
  )
}

function furtherFacts({ efficientRange, timeOptimalBatchSize, asymptote, noiseScale, criticalBatchSize }: CriticalBatchSizeReport): [string, string][] {
  return [
    ['N within 20 % of the smallest', efficientRange === null ? 'not known' : `from ${count(efficientRange.low)} to ${count(efficientRange.high)} examples a batch`],
    ['Soonest in time', timeOptimalBatchSize === null ? 'not known' : `batch size ${count(timeOptimalBatchSize)}`],
    ['Never arrives below', asymptote === null ? 'not known' : `batch size ${count(asymptote)}`],
    ['Interval by', criticalBatchSize.intervalMethod ?? 'none'],
    ...(noiseScale?.value === null || noiseScale === null ? [] : [['Gradient noise scale', `${count(noiseScale.value)} examples${noiseScale.low === null || noiseScale.high === null ? '' : ` (${count(noiseScale.low)} to ${count(noiseScale.high)})`}`] as [string, string]]),
  ]
}

