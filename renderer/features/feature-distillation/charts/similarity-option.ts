import { baseOption, chartFont } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import { inkOn, orderedColor, orderedColors } from '../../../charts/colors.ts'
import type { CustomSeriesOption, EChartsOption } from '../../../charts/echarts.ts'

/** Red on all colours of the cells, in both modes. */
const cutColor = '#b3261e'

export interface SimilarityChart {
  /** CKA of the feature after each block (a row) with that after each other, or each of another model (a column), from the first block on. */
  readonly similarity: readonly (readonly number[])[]
  /** Blocks after which a student ends: a line is drawn there. */
  readonly cuts: readonly number[]
  /** Those of the model along the columns; the same where left out. */
  readonly columnCuts?: readonly number[]
  readonly texts: { readonly x: string; readonly y: string; readonly legend: string; readonly cell: (row: number, column: number, value: string) => string }
}

/** How alike the features after every two blocks are, as coloured cells; students end at the lines. */
export function similarityOption(context: ChartContext, { similarity, cuts, columnCuts = cuts, texts }: SimilarityChart): EChartsOption {
  const { colors, formats } = context
  const [rows, columns] = [similarity, similarity[0] ?? []].map((along) => along.map((_, index) => String(index + 1))) as [string[], string[]] // of two

  const cells = similarity.flatMap((row, i) => row.map((value, j) => [j, i, value] as const))
  const base = baseOption(context)
  const category = (name: string, blocks: readonly string[]) => ({
    type: 'category' as const,
    name,
    data: [...blocks],
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
    xAxis: { ...category(texts.x, columns), nameLocation: 'middle', nameGap: 28 },
    yAxis: { ...category(texts.y, rows), nameLocation: 'end', nameGap: 10, nameTextStyle: { color: colors.muted, fontSize: 11.5, align: 'left', padding: [0, 0, 0, -24] } },
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
      itemHeight: 140,
      padding: [4, 0],
      inRange: { color: orderedColors(19, colors) },
      text: ['1', `${texts.legend}   0`],
      textStyle: { color: colors.muted, fontSize: 11.5 },
    },
    series: [
      {
        type: 'custom',
        clip: true,
        encode: { x: 0, y: 1 },
        data: cells.map((cell) => [...cell]),
        tooltip: {
          formatter: (shown: unknown) => {
            const [j, i, value] = cells[Number(Reflect.get(Object(shown), 'dataIndex'))] ?? []
            return i === undefined || j === undefined || value === undefined ? '' : texts.cell(i + 1, j + 1, formats.significant(value))
          },
        },
        renderItem: (_, api) => {
          const [x, y, value] = [api.value(0), api.value(1), api.value(2)].map(Number) as [number, number, number] // three numbers a cell
          const [cx = 0, cy = 0] = api.coord([x, y])
          const size = api.size?.([1, 1])
          const [width = 0, height = 0] = Array.isArray(size) ? size : []
          const fill = orderedColor(value, colors)
          const label = { type: 'text' as const, silent: true, style: { text: value.toFixed(2), x: cx, y: cy, fill: inkOn(fill), fontSize: 11, fontFamily: chartFont, align: 'center' as const, verticalAlign: 'middle' as const } }
          const line = (x1: number, y1: number, x2: number, y2: number) => ({ type: 'line' as const, silent: true, shape: { x1, y1, x2, y2 }, style: { stroke: cutColor, lineWidth: 2.5 } })
          const right = columnCuts.includes(x + 1) && x + 1 < columns.length ? [line(cx + width / 2, cy - height / 2, cx + width / 2, cy + height / 2)] : []
          const above = cuts.includes(y + 1) && y + 1 < rows.length ? [line(cx - width / 2, cy - height / 2, cx + width / 2, cy - height / 2)] : []
          return {
            type: 'group',
            children: [
              { type: 'rect', shape: { x: cx - width / 2 + 0.5, y: cy - height / 2 + 0.5, width: Math.max(0, width - 1), height: Math.max(0, height - 1) }, style: { fill } },
              ...(width >= 32 && height >= 16 ? [label] : []),
              ...right,
              ...above,
            ],
          }
        },
      } satisfies CustomSeriesOption,
    ],
  }
}
