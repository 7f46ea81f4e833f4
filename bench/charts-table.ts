import type { Frames } from './charts-frames.ts'
import { bootstrap, median } from './statistics.ts'

export type ChartSide = 'Loupe' | 'uPlot' | 'ECharts'

/** One side's measurements of one round. */
export interface ChartRound {
  readonly side: ChartSide
  readonly runs: number
  readonly points: number
  /** From the navigation to the page until its curves are drawn. */
  readonly navigateMs: number
  /** From a click in a window that is open until they are drawn; null for pages of one chart. */
  readonly clickMs: number | null
  readonly pan: Frames
  readonly zoom: Frames
  /** From a zoom until what is seen was drawn anew from every logged value in it; null where all points are in the page. */
  readonly detailMs: number | null
}

export const aims = { openMs: 500, frameMs: 1000 / 60 } as const
/** A frame at 60 a second, with the jitter of the clock. */
const frameMs = aims.frameMs + 0.5

export function chartTable(rounds: readonly ChartRound[]): string {
  const cells = [...new Set(rounds.map(({ runs, points }) => `${runs} × ${points}`))]
  const rows = cells.flatMap((cell) => {
    const ofCell = rounds.filter(({ runs, points }) => `${runs} × ${points}` === cell)
    return [...new Set(ofCell.map(({ side }) => side))].map((side) => tableRow(ofCell, side))
  })
  return [
    '| runs × points | drawn with | open, ms | click, ms | pan, ms a frame | 95 % of frames | long tasks | zoom, ms a frame | 95 % of frames | full detail, ms | open against Loupe |',
    '|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|',
    ...rows,
  ].join('\n')
}

function tableRow(rounds: readonly ChartRound[], side: ChartSide): string {
  const mine = rounds.filter((round) => round.side === side)
  const middle = (pick: (round: ChartRound) => number | null) => median(mine.flatMap((round) => pick(round) ?? []))
  const text = (value: number) => (Number.isNaN(value) ? '' : value >= 100 ? Math.round(value).toLocaleString('en') : value.toFixed(1))
  const loupe = rounds.filter((round) => round.side === 'Loupe')
  const { runs, points } = mine[0]!
  const ratio = side === 'Loupe' ? '' : (middle(({ navigateMs }) => navigateMs) / median(loupe.map(({ navigateMs }) => navigateMs))).toFixed(1)
  const cells = [middle(({ navigateMs }) => navigateMs), middle(({ clickMs }) => clickMs), middle(({ pan }) => pan.medianMs), middle(({ pan }) => pan.p95Ms), middle(({ pan }) => pan.longTasks), middle(({ zoom }) => zoom.medianMs), middle(({ zoom }) => zoom.p95Ms), middle(({ detailMs }) => detailMs)].map(text)
  return `| ${runs.toLocaleString('en')} × ${points.toLocaleString('en')} | ${side} | ${cells.join(' | ')} | ${ratio} |`
}

/** What the first cell says about the aims: by the interval of the median, not by the best round. */
export function describeAims(rounds: readonly ChartRound[]): string {
  const aimed = rounds.filter(({ side, runs, points }) => side === 'Loupe' && runs === 100 && points === 10_000)
  if (aimed.length === 0) return ''
  const interval = (pick: (round: ChartRound) => number) => bootstrap([aimed.map(pick)], ([values]) => median(values ?? []))
  const said = (name: string, { estimate, low, high }: ReturnType<typeof interval>, aim: number) => `${name}: ${estimate.toFixed(1)} ms (${low.toFixed(1)} to ${high.toFixed(1)}), ${high < aim ? '**met**' : low >= aim ? '**not met**' : '**not shown**'}`
  return [
    `The aims for 100 runs of 10,000 points: open in less than ${aims.openMs} ms, and pan at 60 frames a second.`,
    `- ${said('click to curves', interval(({ clickMs }) => clickMs ?? Number.NaN), aims.openMs)}`,
    `- ${said('navigation to curves, with the window itself', interval(({ navigateMs }) => navigateMs), aims.openMs)}`,
    `- ${said('a frame while panning, median', interval(({ pan }) => pan.medianMs), frameMs)}`,
    `- ${said('95 % of frames while panning', interval(({ pan }) => pan.p95Ms), 2 * frameMs)} (two frames' time: at most one in twenty is late by one)`,
  ].join('\n')
}
