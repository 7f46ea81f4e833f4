import type { Chart } from '../contract/report-document.ts'
import { drawnSeries, rangeAlong } from './chart-points.ts'
import type { DrawnPoint, DrawnSeries } from './chart-points.ts'
import { chartScale } from './chart-scale.ts'
import type { ChartScale } from './chart-scale.ts'
import { html, nothing } from './html.ts'
import type { Html } from './html.ts'

const WIDTH = 640
const PLOT_HEIGHT = 230
const NAME_HEIGHT = 26
const TOP = 24
const RIGHT = 616
/** Of a letter at the size of the labels, on average; in pixels. */
const LETTER = 6.3
const LEGEND_LINE = 18

/**
 * A chart as inline SVG: grid, axes with labels, intervals, lines, points and a legend. Colours and sizes of text come from the page's style.
 *
 * Series differ by colour and by the shape of their points, so that they can be told apart without colours.
 */
export function svgChart(chart: Chart): Html {
  const [xRange, yRange] = [rangeAlong(chart, 'x'), rangeAlong(chart, 'y')]
  if (xRange === null || yRange === null) return html`<p class="quiet">Nothing to draw.</p>`
  const { drawn } = drawnSeries(chart)
  const names = chart.y.names
  const left = names === null ? 76 : Math.min(280, 30 + LETTER * Math.max(...names.map((name) => name.length), 4))
  const bottom = TOP + (names === null ? PLOT_HEIGHT : NAME_HEIGHT * names.length)
  const x = chartScale({ axis: chart.x, ...xRange, from: left, to: RIGHT })
  // The first name stands at the top, as it does in a table.
  const y = chartScale({ axis: chart.y, ...yRange, from: names === null ? bottom : TOP, to: names === null ? TOP : bottom })
  const legend = legendOf(drawn, bottom + 52)
  return html`<svg viewBox="0 0 ${WIDTH} ${legend.height}" role="img" aria-label="${`${chart.title}: ${chart.y.label} against ${chart.x.label}`}">
${x.ticks.map(({ value, label }) => html`<line class="grid" x1="${x.place(value)}" x2="${x.place(value)}" y1="${TOP}" y2="${bottom}"/><text x="${x.place(value)}" y="${bottom + 17}" text-anchor="middle">${label}</text>`)}
${y.ticks.map(({ value, label }) => html`<line class="grid" x1="${left}" x2="${RIGHT}" y1="${y.place(value)}" y2="${y.place(value)}"/><text x="${left - 8}" y="${y.place(value) + 4}" text-anchor="end">${shortened(label)}</text>`)}
<path class="axis" fill="none" d="M${left} ${TOP}V${bottom}H${RIGHT}"/>
${chart.marks.map((mark) => markLine({ mark, scale: mark.axis === 'x' ? x : y, left, bottom }))}
${drawn.map((one) => drawing(one, x, y))}
<text x="${(left + RIGHT) / 2}" y="${bottom + 36}" text-anchor="middle">${axisLabel(chart.x)}</text>
${names === null ? html`<text transform="translate(14 ${(TOP + bottom) / 2}) rotate(-90)" text-anchor="middle">${axisLabel(chart.y)}</text>` : nothing}
${legend.parts}
</svg>`
}

const axisLabel = ({ label, scale }: Chart['x']) => (scale === 'log' ? `${label}, logarithmic` : label)
const shortened = (label: string) => (label.length > 40 ? `${label.slice(0, 39)}…` : label)

function markLine({ mark, scale, left, bottom }: { readonly mark: Chart['marks'][number]; readonly scale: ChartScale; readonly left: number; readonly bottom: number }): Html {
  const at = scale.place(mark.value)
  if (!Number.isFinite(at)) return nothing
  return mark.axis === 'x'
    ? html`<line class="mark" x1="${at}" x2="${at}" y1="${TOP}" y2="${bottom}"/><text class="mark-label" x="${at}" y="${TOP - 8}" text-anchor="middle">${mark.label}</text>`
    : html`<line class="mark" x1="${left}" x2="${RIGHT}" y1="${at}" y2="${at}"/><text class="mark-label" x="${RIGHT}" y="${at - 5}" text-anchor="end">${mark.label}</text>`
}

function drawing({ series, points }: DrawnSeries, x: ChartScale, y: ChartScale): Html {
  if (points.length === 0) return nothing
  const at = (point: { readonly x: number; readonly y: number }) => `${x.place(point.x)},${y.place(point.y)}`
  const bounded = points.filter(({ low, high }) => low !== null && high !== null)
  const colour = `c${series.colour % PALETTE_SIZE}`
  const band = [...bounded.map((point) => at({ x: point.x, y: point.low ?? point.y })), ...bounded.toReversed().map((point) => at({ x: point.x, y: point.high ?? point.y }))]
  return html`<g class="${colour}">
${series.interval === 'band' ? (bounded.length < 2 ? nothing : html`<polygon class="band" points="${band.join(' ')}"/>`) : html`${bounded.map((point) => html`<path class="interval" d="${intervalPath({ point, along: series.interval === 'x' ? 'x' : 'y', x, y })}"/>`)}`}
${series.drawn === 'line' ? html`<polyline class="${series.isFaint ? 'line faint' : 'line'}" points="${points.map(at).join(' ')}"/>` : html`${points.map((point) => html`<path class="point" d="${shape(series.colour, x.place(point.x), y.place(point.y))}"><title>${`${series.name}: ${point.x}, ${point.y}`}</title></path>`)}`}
</g>`
}

export const PALETTE_SIZE = 8

function intervalPath({ point, along, x, y }: { readonly point: DrawnPoint; readonly along: 'x' | 'y'; readonly x: ChartScale; readonly y: ChartScale }): string {
  const { low, high } = point
  if (low === null || high === null) return ''
  if (along === 'x') return `M${x.place(low)} ${y.place(point.y)}H${x.place(high)}`
  return `M${x.place(point.x)} ${y.place(low)}V${y.place(high)}`
}

/** Circle, square, triangle, diamond, in turn; in another order when the colours begin again. */
function shape(colour: number, x: number, y: number): string {
  const at = (dx: number, dy: number) => `${round(x + dx)} ${round(y + dy)}`
  return (
    [`M${at(-3.5, 0)}a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z`, `M${at(-3.2, -3.2)}h6.4v6.4h-6.4z`, `M${at(-4, 3)}h8l-4 -7z`, `M${at(-4.2, 0)}l4.2 -4.2l4.2 4.2l-4.2 4.2z`][shapeOf(colour)] ?? ''
  )
}

/** Of four. A colour that comes again comes with another shape. */
export function shapeOf(colour: number): number {
  return (colour + Math.floor(colour / PALETTE_SIZE)) % 4
}

const round = (value: number) => Number(value.toFixed(1))

/** Names of the listed series, line after line; nothing for a single one. */
function legendOf(drawn: readonly DrawnSeries[], top: number): { readonly parts: readonly Html[]; readonly height: number } {
  const listed = drawn.filter(({ series, points }) => series.isListed && points.length > 0)
  if (listed.length < 2) return { parts: [], height: top - 8 }
  let [left, line] = [24, 0]
  const parts = listed.map(({ series }) => {
    const width = 44 + LETTER * series.name.length
    if (left > 24 && left + width > WIDTH) [left, line] = [24, line + 1]
    const y = top + line * LEGEND_LINE
    const sign = series.drawn === 'line' ? html`<path class="line" d="M${round(left)} ${y}h16"/>` : html`<path class="point" d="${shape(series.colour, left + 8, y)}"/>`
    const part = html`<g class="c${series.colour % PALETTE_SIZE}">${sign}</g><text x="${round(left + 22)}" y="${y + 4}">${series.name}</text>`
    left += width
    return part
  })
  return { parts, height: top + line * LEGEND_LINE + 12 }
}
