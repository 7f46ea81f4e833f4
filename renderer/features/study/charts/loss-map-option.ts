import type { LossCell } from '../../../../main/contract/loss-map.ts'
import { baseOption, chartFont } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import { inkOn, orderedColor, orderedColors, withOpacity } from '../../../charts/colors.ts'
import type { CustomSeriesOption, EChartsOption } from '../../../charts/echarts.ts'

export interface LossMapTexts {
  readonly xName: string
  readonly yName: string
  /** Of the scale of colours, with its unit. */
  readonly legend: (scale: 'linear' | 'log') => string
  /** What a cell holds, in lines. */
  readonly cell: (cell: LossCell) => string
}

interface Rect {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** Losses further apart than this are coloured by their logarithm, as they fall by factors. */
const LOG_FROM_RATIO = 3
/** Above this multiple of the smallest loss all cells are of one colour: a run that nearly diverged would take all others from the rest. */
const MOST_RATIO = 10
const HATCH_PX = 7

/** How losses are coloured: from the smallest to the largest, or to where the colours end. */
export interface LossScale {
  readonly kind: 'linear' | 'log'
  readonly low: number
  readonly high: number
  /** Some losses are above `high` and have its colour. */
  readonly isCut: boolean
  /** A loss as a share of the scale, from 0 to 1. */
  share(loss: number): number
}

/** The scale of colours for these losses, at least one. */
export function lossScale(means: readonly number[]): LossScale {
  const low = Math.min(...means)
  const most = Math.max(...means)
  const high = low > 0 ? Math.min(most, MOST_RATIO * low) : most
  const kind = low > 0 && high / low >= LOG_FROM_RATIO ? 'log' : 'linear'
  const place = kind === 'log' ? Math.log : (loss: number) => loss
  return { kind, low, high, isCut: most > high, share: (loss) => (high > low ? Math.min(1, (place(loss) - place(low)) / (place(high) - place(low))) : 0.5) }
}

/** One coloured cell a batch size and learning rate. Cells of runs that gave up are hatched, those of failed runs bear a cross. */
export function lossMapOption(context: ChartContext, cells: readonly LossCell[], texts: LossMapTexts): EChartsOption {
  const { colors, formats } = context
  const sizes = distinct(cells.map((cell) => cell.batchSize))
  const rates = distinct(cells.map((cell) => cell.rate))
  const means = cells.flatMap((cell) => (cell.mean === null ? [] : [cell.mean]))
  const scale = lossScale(means.length > 0 ? means : [0])
  const base = baseOption(context)
  const category = (name: string, data: readonly string[]) => ({
    type: 'category' as const,
    name,
    data: [...data],
    axisLine: { show: true, lineStyle: { color: colors.line } },
    axisTick: { show: false },
    splitLine: { show: false },
    axisLabel: { color: colors.muted, fontSize: 11.5, hideOverlap: true },
    nameTextStyle: { color: colors.muted, fontSize: 11.5 },
  })
  return {
    ...base,
    toolbox: { show: false },
    dataZoom: [],
    legend: { show: false },
    grid: { left: 12, right: 20, top: 52, bottom: 28, containLabel: true },
    xAxis: { ...category(texts.xName, sizes.map(formats.count)), nameLocation: 'middle', nameGap: 28 },
    yAxis: { ...category(texts.yName, rates.map((rate) => formats.significant(rate))), nameLocation: 'end', nameGap: 12, nameTextStyle: { color: colors.muted, fontSize: 11.5, align: 'left', padding: [0, 0, 0, -30] } },
    visualMap: {
      type: 'continuous',
      orient: 'horizontal',
      left: 0,
      top: 0,
      min: 0,
      max: 1,
      dimension: 2,
      seriesIndex: 0,
      calculable: false,
      hoverLink: false,
      itemWidth: 10,
      itemHeight: 160,
      padding: [4, 0],
      inRange: { color: orderedColors(19, colors) },
      text: [`${scale.isCut ? '≥ ' : ''}${formats.significant(scale.high)}`, `${texts.legend(scale.kind)}   ${formats.significant(scale.low)}`],
      textStyle: { color: colors.muted, fontSize: 11.5 },
    },
    series: [cellSeries({ context, cells, sizes, rates, share: scale.share, text: texts.cell })],
  }
}

function cellSeries(options: {
  readonly context: ChartContext
  readonly cells: readonly LossCell[]
  readonly sizes: readonly number[]
  readonly rates: readonly number[]
  readonly share: (loss: number) => number
  readonly text: (cell: LossCell) => string
}): CustomSeriesOption {
  const { context, cells, sizes, rates, share, text } = options
  const cellOf = (shown: unknown): LossCell | undefined => cells[Number(Reflect.get(Object(shown), 'dataIndex'))]
  return {
    type: 'custom',
    clip: true,
    encode: { x: 0, y: 1 },
    data: cells.map((cell) => [sizes.indexOf(cell.batchSize), rates.indexOf(cell.rate), cell.mean === null ? 0 : share(cell.mean)]),
    tooltip: {
      formatter: (shown: unknown) => {
        const cell = cellOf(shown)
        return cell === undefined ? '' : text(cell)
      },
    },
    renderItem: (params, api) => {
      const cell = cells[params.dataIndex]
      const [cx = 0, cy = 0] = api.coord([api.value(0), api.value(1)])
      const size = api.size?.([1, 1])
      const [width = 0, height = 0] = Array.isArray(size) ? size : []
      if (cell === undefined) return { type: 'group', children: [] }
      const rect = { x: cx - width / 2 + 1, y: cy - height / 2 + 1, width: Math.max(0, width - 2), height: Math.max(0, height - 2) }
      return { type: 'group', children: cellParts(context, cell, rect, cell.mean === null ? context.colors.grid : orderedColor(share(cell.mean), context.colors)) }
    },
  }
}

function cellParts({ colors, formats }: ChartContext, cell: LossCell, rect: Rect, fill: string) {
  const ink = cell.mean === null ? colors.bad : inkOn(fill)
  const hasRoom = rect.width >= 34 && rect.height >= 16
  const mark = (cell.failed > 0 ? '×' : '') + (cell.endedSooner > 0 ? '•' : '')
  const label = (text: string, x: number, y: number, style: object) => ({ type: 'text' as const, silent: true, style: { text, x, y, fill: ink, fontSize: 11, fontFamily: chartFont, ...style } })
  return [
    { type: 'rect' as const, shape: rect, style: { fill } },
    ...(cell.censored > 0 ? hatch(rect).map((shape) => ({ type: 'line' as const, silent: true, shape, style: { stroke: withOpacity(ink, 0.5), lineWidth: 1 } })) : []),
    ...(cell.mean === null
      ? [label('×', rect.x + rect.width / 2, rect.y + rect.height / 2, { align: 'center', verticalAlign: 'middle', fontSize: 15 })]
      : [
          ...(hasRoom ? [label(formats.significant(cell.mean), rect.x + rect.width / 2, rect.y + rect.height / 2, { align: 'center', verticalAlign: 'middle', backgroundColor: fill, padding: [1, 3], borderRadius: 2 })] : []),
          ...(mark === '' ? [] : [label(mark, rect.x + rect.width - 3, rect.y + 2, { align: 'right', verticalAlign: 'top', fontSize: 12 })]),
        ]),
  ]
}

/** Parallel lines at 45° that end where the rectangle does. */
export function hatch({ x, y, width, height }: Rect): { readonly x1: number; readonly y1: number; readonly x2: number; readonly y2: number }[] {
  const count = Math.max(0, Math.ceil((width + height) / HATCH_PX) - 1)
  return Array.from({ length: count }, (_, index) => {
    const along = (index + 1) * HATCH_PX
    return { x1: x + Math.max(0, along - height), y1: y + Math.min(along, height), x2: x + Math.min(along, width), y2: y + Math.max(0, along - width) }
  })
}

function distinct(values: readonly number[]): number[] {
  return [...new Set(values)].toSorted((one, other) => one - other)
}
