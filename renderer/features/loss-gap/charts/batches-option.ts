import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import type { EChartsOption } from '../../../charts/echarts.ts'
import { batchSpan } from '../../../charts/log-axis.ts'
import { stepLine, valueAtStep } from './step-line.ts'
import type { Place } from './step-line.ts'

export interface BatchesChart {
  readonly ways: readonly { readonly name: string; readonly color: string; readonly places: readonly Place[]; readonly until: number }[]
  readonly texts: { readonly x: string; readonly y: string }
}

/** The batch size of several ways in steps, each as long as its run. */
export function batchesOption(context: ChartContext, { ways, texts }: BatchesChart): EChartsOption {
  const { formats } = context
  const base = baseOption(context)
  return {
    ...base,
    xAxis: xAxis(context, { name: texts.x, from: 0 }),
    yAxis: yAxis(context, { name: texts.y, format: formats.count, log: batchSpan(ways.flatMap(({ places }) => places.map(([, size]) => size)), 1.4) }),
    series: ways.map((way) => stepLine(way)),
    tooltip: {
      ...base.tooltip,
      trigger: 'axis',
      formatter: (shown: unknown) => {
        const first: unknown = Array.isArray(shown) ? shown[0] : undefined
        const x = typeof first === 'object' && first !== null ? Number(Reflect.get(first, 'axisValue')) : Number.NaN
        const rows = ways.filter(({ until }) => x <= until).map(({ name, places }) => `${name}   ${formats.count(valueAtStep(places, x))}`)
        return [`${texts.x}: ${formats.count(x)}`, ...rows].join('\n')
      },
    } as NonNullable<EChartsOption['tooltip']>,
  }
}
