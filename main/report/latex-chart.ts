import type { Chart, ChartAxis } from '../contract/report-document.ts'
import { drawnSeries, rangeAlong } from './chart-points.ts'
import type { DrawnPoint, DrawnSeries } from './chart-points.ts'
import { chartScale } from './chart-scale.ts'
import { latexText } from './latex-text.ts'
import { PALETTE_SIZE, shapeOf } from './svg-chart.ts'

/** What the label and the numbers of the vertical axis take, and a letter of its names; in points. */
const [LABEL_PT, LETTER_PT] = [50, 4.2]
const MARKS = ['*', 'square*', 'triangle*', 'diamond*'] as const

/** A chart for pgfplots, with its data in it: they can be read, changed and drawn otherwise. Names of axes and series are text, never markup. */
export function latexChart(chart: Chart): string {
  const [x, y] = [rangeAlong(chart, 'x'), rangeAlong(chart, 'y')]
  const { drawn } = drawnSeries(chart)
  const shown = drawn.filter(({ points }) => points.length > 0)
  if (x === null || y === null) return '\\emph{Nothing to draw.}'
  const hasLegend = shown.filter(({ series }) => series.isListed).length > 1
  const options = [
    'scale only axis',
    `width=\\dimexpr0.95\\linewidth-${Math.ceil(LABEL_PT + longest(chart.y) * LETTER_PT)}pt\\relax`,
    chart.y.names === null ? 'height=5cm' : `height=${(0.4 + 0.55 * chart.y.names.length).toFixed(1)}cm`,
    `xlabel={${latexText(chart.x.label + logarithmic(chart.x))}}`,
    ...(chart.y.names === null ? [`ylabel={${latexText(chart.y.label + logarithmic(chart.y))}}`] : []),
    `xmin=${x.low}`,
    `xmax=${x.high}`,
    `ymin=${y.low}`,
    `ymax=${y.high}`,
    ...axisOptions('x', chart.x, x),
    ...axisOptions('y', chart.y, y),
    // The labels are the whole numbers; pgfplots would take a power of ten out of them once more.
    'scaled ticks=false',
    'clip mode=individual',
    'grid=major',
    'grid style={gray!25}',
    'legend style={font=\\footnotesize, draw=none, at={(0.5,-0.22)}, anchor=north, legend columns=3}',
    'legend cell align=left',
    'tick label style={font=\\footnotesize}',
    'label style={font=\\small}',
  ]
  return `\\begin{tikzpicture}
\\begin{axis}[
  ${options.join(',\n  ')}
]
${[...shown.map((one) => plot(one, hasLegend)), ...chart.marks.map((mark) => markLine(mark))].join('\n')}
\\end{axis}
\\end{tikzpicture}`
}

/** The same ticks as on the page. */
function axisOptions(along: 'x' | 'y', axis: ChartAxis, range: { readonly low: number; readonly high: number }): readonly string[] {
  const { ticks } = chartScale({ axis, ...range, from: 0, to: 1 })
  return [
    `${along}tick={${ticks.map(({ value }) => value).join(',')}}`,
    `${along}ticklabels={${ticks.map(({ label }) => `{${latexText(label)}}`).join(',')}}`,
    ...(axis.scale === 'log' ? [`${along}mode=log`] : []),
    // The first name stands at the top, as it does in a table.
    ...(axis.names !== null && along === 'y' ? ['y dir=reverse'] : []),
  ]
}

const logarithmic = ({ scale }: ChartAxis) => (scale === 'log' ? ', logarithmic' : '')

/** Letters of the longest name of an axis. */
function longest({ names }: ChartAxis): number {
  return Math.max(0, ...(names ?? []).map((name) => [...name].length))
}

function plot({ series, points }: DrawnSeries, hasLegend: boolean): string {
  const colour = `LoupeColour${String.fromCharCode(65 + (series.colour % PALETTE_SIZE))}`
  const listed = hasLegend && series.isListed
  const legend = listed ? `\n\\addlegendentry{${latexText(series.name)}}` : ''
  const hidden = listed ? '' : ', forget plot'
  const bounded = points.filter(({ low, high }) => low !== null && high !== null)
  if (series.interval === 'band') {
    const outline = [...bounded.map(({ x, low }) => [x, low]), ...bounded.toReversed().map(({ x, high }) => [x, high])]
    const band = bounded.length < 2 ? '' : `\\addplot[draw=none, fill=${colour}, fill opacity=0.16, forget plot] table[x=x, y=y, row sep=\\\\] {\nx y\\\\\n${outline.map((row) => `${row.join(' ')}\\\\`).join('\n')}\n} -- cycle;\n`
    return `${band}\\addplot[${drawnAs(series, colour)}${hidden}] ${data(points)};${legend}`
  }
  const errors = bounded.length === 0 ? '' : `, error bars/.cd, ${series.interval} dir=both, ${series.interval} explicit`
  const columns = bounded.length === 0 ? '' : `, ${series.interval} error plus=plus, ${series.interval} error minus=minus`
  return `\\addplot[${drawnAs(series, colour)}${hidden}${errors}] ${data(points, columns, series.interval)};${legend}`
}

function drawnAs({ drawn, colour: place, isFaint }: DrawnSeries['series'], colour: string): string {
  return drawn === 'line' ? `${colour}, ${isFaint ? 'opacity=0.3' : 'thick'}, no marks` : `only marks, ${colour}, mark=${MARKS[shapeOf(place)]}, mark size=2pt`
}

function data(points: readonly DrawnPoint[], columns = '', along: 'x' | 'y' = 'y'): string {
  const isBounded = columns !== ''
  const rows = points.map((point) => {
    const { x, y, low, high } = point
    return isBounded ? `${x} ${y} ${high === null ? 0 : high - point[along]} ${low === null ? 0 : point[along] - low}` : `${x} ${y}`
  })
  return `table[x=x, y=y${columns}, row sep=\\\\] {\nx y${isBounded ? ' plus minus' : ''}\\\\\n${rows.map((row) => `${row}\\\\`).join('\n')}\n}`
}

/** Any place along the other axis does for a straight line; 1 is on a logarithmic one, too. */
function markLine({ axis, value, label }: Chart['marks'][number]): string {
  const place = axis === 'x' ? `axis cs:${value},1` : `axis cs:1,${value}`
  const ends = axis === 'x' ? [`({${place}} |- {rel axis cs:0,0})`, `({${place}} |- {rel axis cs:0,1})`] : [`({rel axis cs:0,0} |- {${place}})`, `({rel axis cs:1,0} |- {${place}})`]
  return `\\draw[dashed, gray] ${ends.join(' -- ')} node[${axis === 'x' ? 'above' : 'above left'}, font=\\footnotesize, black] {${latexText(label)}};`
}
