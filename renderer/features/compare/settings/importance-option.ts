import type { Importance, SettingImportance } from '../../../../main/compare/settings/importance.ts'
import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import type { BarSeriesOption, EChartsOption, Series } from '../../../charts/echarts.ts'
import { fewSpan } from '../../../charts/log-axis.ts'

/** What the bars stand for. */
export type ImportanceMeasure = 'share' | 'permutation' | 'rank'

/** Which way a setting goes with the metric. */
type Direction = 'rises' | 'falls' | 'none' | 'seed'

export interface ImportanceChart {
  readonly found: Importance
  readonly measure: ImportanceMeasure
  readonly nameOf: (setting: SettingImportance) => string
  readonly sentenceOf: (setting: SettingImportance) => string
  readonly texts: { readonly axis: string; readonly floor: string } & Readonly<Record<Direction, string>>
}

/** The measure of a setting; null where it has none. */
export function measured(setting: SettingImportance, measure: ImportanceMeasure): number | null {
  return measure === 'rank' ? (setting.rank?.rho ?? null) : setting[measure]
}

function directionOf({ isSeed, rank }: SettingImportance): Direction {
  if (isSeed) return 'seed'
  if (rank === null || (rank.low !== null && rank.high !== null && rank.low <= 0 && rank.high >= 0)) return 'none'
  return rank.rho > 0 ? 'rises' : 'falls'
}

/** Settings as bars, the most important on top, in the colour of their direction. */
export function importanceOption(context: ChartContext, chart: ImportanceChart): EChartsOption {
  const { colors, formats } = context
  const { found, measure, texts } = chart
  const shown = found.settings
    .filter((setting) => measured(setting, measure) !== null)
    .toSorted((a, b) => Math.abs(measured(b, measure) ?? 0) - Math.abs(measured(a, measure) ?? 0))
  const looks: Readonly<Record<Direction, string>> = { rises: colors.accent, falls: colors.second, none: colors.third, seed: colors.muted }
  const bars = (['rises', 'falls', 'none', 'seed'] as const).flatMap((direction): BarSeriesOption[] => {
    const own = shown.map((setting) => (directionOf(setting) === direction ? (measured(setting, measure) ?? 0) : null))
    if (own.every((value) => value === null)) return []
    return [{ type: 'bar', name: texts[direction], stack: 'all', barMaxWidth: 18, itemStyle: { color: looks[direction] }, data: own.map((value) => value ?? '-') }]
  })
  const base = baseOption(context)
  const format = (value: number) => (measure === 'rank' ? formats.significant(value, 2) : formats.percent(value))
  return {
    ...base,
    dataZoom: [],
    grid: { left: 12, right: 32, top: 40, bottom: 32, containLabel: true },
    tooltip: { ...base.tooltip, trigger: 'item', formatter: (item: unknown) => wrapped(sentenceAt(item, { chart, shown })) } as NonNullable<EChartsOption['tooltip']>,
    xAxis: xAxis(context, { name: texts.axis, format, ...(measure === 'rank' ? { from: -1, to: 1 } : measure === 'share' ? { from: 0 } : {}) }),
    yAxis: {
      type: 'category',
      inverse: true,
      data: shown.map(chart.nameOf),
      axisLine: { lineStyle: { color: colors.line } },
      axisTick: { show: false },
      axisLabel: { color: colors.ink, fontSize: 12, width: 220, overflow: 'truncate', interval: 0 },
    },
    series: [...bars, ...whiskers(context, { shown, measure }), ...floorLine(context, { chart, rows: shown.length })],
  }
}

/** One deviation of the share over the trees, or the interval of the rank correlation. */
function whiskers({ colors }: ChartContext, { shown, measure }: { readonly shown: readonly SettingImportance[]; readonly measure: ImportanceMeasure }): Series[] {
  const ends = shown.map((setting, row): [number, number, number] | null => {
    if (measure === 'share') return [row, Math.max(0, setting.share - setting.shareDeviation), setting.share + setting.shareDeviation]
    const [low, high] = [setting.rank?.low ?? null, setting.rank?.high ?? null]
    return measure === 'rank' && low !== null && high !== null ? [row, low, high] : null
  })
  const data = ends.filter((end) => end !== null)
  if (data.length === 0) return []
  return [
    {
      type: 'custom',
      silent: true,
      z: 6,
      tooltip: { show: false },
      encode: { x: [1, 2], y: 0 },
      data,
      renderItem: (_, api) => {
        const [row, low, high] = [api.value(0), api.value(1), api.value(2)].map(Number)
        const [x1 = 0, y = 0] = api.coord([low ?? 0, row ?? 0])
        const x2 = api.coord([high ?? 0, row ?? 0])[0] ?? x1
        const line = (fromX: number, fromY: number, toX: number, toY: number) => ({ type: 'line' as const, shape: { x1: fromX, y1: fromY, x2: toX, y2: toY }, style: { stroke: colors.ink, lineWidth: 1.2 } })
        return { type: 'group', children: [line(x1, y, x2, y), line(x1, y - 4, x1, y + 4), line(x2, y - 4, x2, y + 4)] }
      },
    },
  ]
}

function floorLine({ colors }: ChartContext, { chart, rows }: { readonly chart: ImportanceChart; readonly rows: number }): Series[] {
  if (chart.measure !== 'permutation' || rows === 0) return []
  return [
    {
      type: 'line',
      name: chart.texts.floor,
      data: [],
      symbol: 'none',
      itemStyle: { color: colors.bad },
      lineStyle: { color: colors.bad, type: 'dashed' },
      markLine: { silent: true, symbol: 'none', label: { show: false }, lineStyle: { color: colors.bad, type: 'dashed', width: 1.2 }, data: [{ xAxis: chart.found.noiseFloor }] },
    },
  ]
}

function sentenceAt(item: unknown, { chart, shown }: { readonly chart: ImportanceChart; readonly shown: readonly SettingImportance[] }): string {
  const index: unknown = typeof item === 'object' && item !== null ? Reflect.get(item, 'dataIndex') : undefined
  const setting = typeof index === 'number' ? shown[index] : undefined
  return setting === undefined ? '' : chart.sentenceOf(setting)
}

/** Tooltips do not break lines by themselves. */
function wrapped(text: string, width = 64): string {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length >= width) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines.join('\n')
}

/** The course of a setting: the forest's mean prediction at each of its values, over all combinations of the others. */
export function courseOption(context: ChartContext, options: { readonly setting: SettingImportance; readonly name: string; readonly metric: string; readonly isLog: boolean; readonly valueText: (value: SettingImportance['course'][number]['value']) => string; readonly tick: (value: number) => string; readonly axisName: string; readonly metricText: (value: number) => string; readonly runsText: (runs: number) => string }): EChartsOption {
  const { setting, name, metric, valueText, metricText, runsText } = options
  const { colors } = context
  const base = baseOption(context)
  const isNumber = setting.course.every(({ value }) => typeof value === 'number')
  const course = isNumber ? setting.course : setting.course.toSorted((a, b) => b.mean - a.mean)
  const xs = course.map(({ value }, index) => (isNumber ? Number(value) : index))
  const tooltip = {
    ...base.tooltip,
    trigger: 'item',
    formatter: (item: unknown) => {
      const index: unknown = typeof item === 'object' && item !== null ? Reflect.get(item, 'dataIndex') : undefined
      const at = typeof index === 'number' ? course[index] : undefined
      return at === undefined ? '' : `${name}   ${valueText(at.value)}\n${metric}   ${metricText(at.mean)}\n${runsText(at.runs)}`
    },
  } as NonNullable<EChartsOption['tooltip']>
  const shared = { ...base, dataZoom: [], legend: { show: false }, grid: { left: 12, right: 24, top: 36, bottom: 30, containLabel: true }, tooltip, yAxis: yAxis(context, { name: metric, format: metricText }) }
  if (!isNumber) {
    return {
      ...shared,
      xAxis: { type: 'category', data: course.map(({ value }) => valueText(value)), axisLine: { lineStyle: { color: colors.line } }, axisTick: { show: false }, axisLabel: { color: colors.muted, fontSize: 11.5, width: 90, overflow: 'truncate' } },
      series: [{ type: 'scatter', name: metric, symbolSize: 11, itemStyle: { color: colors.accent }, data: course.map(({ mean }) => mean) }],
    }
  }
  return {
    ...shared,
    xAxis: xAxis(context, { name: options.axisName, format: (value) => options.tick(Number(value.toPrecision(12))), ...(options.isLog ? { log: fewSpan(xs, 1.15) } : {}) }),
    series: [{ type: 'line', name: metric, symbol: 'circle', symbolSize: 7, itemStyle: { color: colors.accent }, lineStyle: { color: colors.accent, width: 1.8 }, data: course.map(({ mean }, index) => [xs[index] ?? 0, mean]) }],
  }
}
