import type { CriticalBatchSizeReport } from '../methods/critical-batch-size/report.ts'
import { html, nothing } from './html.ts'
import type { Html } from './html.ts'
import { count } from './numbers.ts'

const WIDTH = 640
const HEIGHT = 260
const PLOT = { left: 74, right: 624, top: 22, bottom: 212 } as const

/**
 * N(b) of a sweep, on logarithmic axes: each run, the mean of each batch size, the preferred law, and b* with its interval.
 *
 * A run that was given up stands as an open triangle at the examples it had used: its N is above that.
 */
export function sweepChart(report: CriticalBatchSizeReport, title: string): Html {
  const points = report.points.filter(({ role }) => role === 'sweep')
  const reached = points.flatMap(({ batchSize, seed, examples }) => (examples === null || examples <= 0 ? [] : [{ batchSize, seed, examples }]))
  const givenUp = points.flatMap(({ batchSize, seed, censoredAtSteps }) => (censoredAtSteps === null || censoredAtSteps <= 0 ? [] : [{ batchSize, seed, examples: censoredAtSteps * batchSize }]))
  const drawn = [...reached, ...givenUp]
  if (drawn.length === 0) return html`<p class="quiet">Nothing to draw yet: no run has ended.</p>`

  const { estimate, low, high } = report.criticalBatchSize
  const sizes = drawn.map(({ batchSize }) => batchSize)
  const x = logScale([...sizes, ...(estimate === null ? [] : [estimate])], PLOT.left, PLOT.right)
  const y = logScale(drawn.map(({ examples }) => examples), PLOT.bottom, PLOT.top)
  const fit = report.fits.find(({ law }) => law === report.preferredLaw)
  const curve = fit === undefined ? [] : fit.examples.batchSize.flatMap((batchSize, index) => ({ batchSize, examples: fit.examples.value[index] ?? NaN })).filter(({ batchSize, examples }) => x.holds(batchSize) && y.holds(examples))
  const at = ({ batchSize, examples }: { readonly batchSize: number; readonly examples: number }) => `${x.place(batchSize)},${y.place(examples)}`
  const means = report.batches.flatMap(({ batchSize, meanExamples }) => (meanExamples === null ? [] : [{ batchSize, examples: meanExamples }]))
  const band = low === null || high === null ? null : { from: x.place(Math.max(low, x.low)), to: x.place(Math.min(high, x.high)) }

  return html`<figure>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${`Examples to the target against batch size, ${title}${estimate === null ? '' : `; b* is ${count(estimate)}`}`}">
${band === null || band.to <= band.from ? nothing : html`<rect class="band" x="${band.from}" y="${PLOT.top}" width="${(band.to - band.from).toFixed(1)}" height="${PLOT.bottom - PLOT.top}"/>`}
${y.ticks.map((value) => html`<line class="grid" x1="${PLOT.left}" x2="${PLOT.right}" y1="${y.place(value)}" y2="${y.place(value)}"/><text x="${PLOT.left - 8}" y="${y.place(value) + 4}" text-anchor="end">${count(value)}</text>`)}
${[...new Set(sizes)].sort((one, other) => one - other).map((size) => html`<line class="axis" x1="${x.place(size)}" x2="${x.place(size)}" y1="${PLOT.bottom}" y2="${PLOT.bottom + 5}"/><text x="${x.place(size)}" y="${PLOT.bottom + 18}" text-anchor="middle">${size}</text>`)}
<line class="axis" x1="${PLOT.left}" x2="${PLOT.right}" y1="${PLOT.bottom}" y2="${PLOT.bottom}"/>
${curve.length < 2 ? nothing : html`<polyline class="law" points="${curve.map(at).join(' ')}"/>`}
${reached.map((point) => html`<circle class="run" cx="${x.place(point.batchSize)}" cy="${y.place(point.examples)}" r="3"><title>${`batch size ${point.batchSize}, seed ${point.seed}: ${count(point.examples)} examples`}</title></circle>`)}
${means.filter(({ examples }) => y.holds(examples)).map((point) => html`<path class="mean" d="M${x.place(point.batchSize) - 6} ${y.place(point.examples)}h12"/>`)}
${givenUp.map((point) => html`<path class="given-up" d="M${x.place(point.batchSize) - 4} ${y.place(point.examples) + 3}h8l-4 -7z"><title>${`batch size ${point.batchSize}, seed ${point.seed}: not reached in ${count(point.examples)} examples`}</title></path>`)}
${estimate === null ? nothing : html`<line class="best" x1="${x.place(estimate)}" x2="${x.place(estimate)}" y1="${PLOT.top}" y2="${PLOT.bottom}"/><text class="best-label" x="${x.place(estimate)}" y="${PLOT.top - 7}" text-anchor="middle">b* = ${count(estimate)}</text>`}
<text x="${(PLOT.left + PLOT.right) / 2}" y="${HEIGHT - 8}" text-anchor="middle">Batch size b (examples a step, logarithmic)</text>
<text transform="translate(14 ${(PLOT.top + PLOT.bottom) / 2}) rotate(-90)" text-anchor="middle">N(b) to target (examples, log)</text>
</svg>
<figcaption>Dots: runs. Bars: means. Open triangles: runs given up before the target. Curve: the ${report.preferredLaw ?? 'preferred'} law${curve.length < 2 ? ' (no fit yet)' : ''}. Shaded: interval of b*.</figcaption>
</figure>`
}

interface Scale {
  readonly low: number
  readonly high: number
  /** Pixels, to a tenth. */
  readonly place: (value: number) => number
  readonly holds: (value: number) => boolean
  readonly ticks: readonly number[]
}

/** Logarithmic, with a tenth of room at both ends, and at most about six ticks at 1, 2 and 5 times powers of ten. */
function logScale(values: readonly number[], from: number, to: number): Scale {
  const [smallest, largest] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))]
  const room = Math.max((largest - smallest) * 0.08, 0.15)
  const [start, end] = [smallest - room, largest + room]
  const [low, high] = [Math.exp(start), Math.exp(end)]
  return {
    low,
    high,
    place: (value) => Number((from + ((Math.log(value) - start) / (end - start)) * (to - from)).toFixed(1)),
    holds: (value) => value >= low && value <= high,
    ticks: ticksBetween(low, high),
  }
}

function ticksBetween(low: number, high: number): readonly number[] {
  const decades = Array.from({ length: Math.ceil(Math.log10(high)) - Math.floor(Math.log10(low)) + 1 }, (_, index) => 10 ** (Math.floor(Math.log10(low)) + index))
  const choices = [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 4, 5, 6, 7, 8, 9]].map((factors) => decades.flatMap((decade) => factors.map((factor) => factor * decade)).filter((value) => value >= low && value <= high))
  return choices.find((ticks) => ticks.length >= 3) ?? choices.at(-1) ?? []
}
