import { baseOption, xAxis, yAxis } from '../../../charts/base-option.ts'
import type { ChartContext } from '../../../charts/base-option.ts'
import type { EChartsOption } from '../../../charts/echarts.ts'
import { logSpan } from '../../../charts/log-axis.ts'
import { plainLine, stepLine } from './step-line.ts'
import type { Place } from './step-line.ts'

export interface ProposalChart {
  /** Batch sizes that a formula asks for, or a noise scale. */
  readonly wanted: readonly Place[]
  readonly batches: readonly Place[]
  readonly until: number
  readonly xFormat?: (value: number) => string
  readonly texts: { readonly x: string; readonly y: string; readonly wanted: string; readonly batch: string }
}

/** What a formula asks for beside the batch size in force, both in examples on a logarithmic axis. */
export function proposalOption(context: ChartContext, { wanted, batches, until, xFormat, texts }: ProposalChart): EChartsOption {
  const { colors, formats } = context
  const shown = wanted.filter(([, y]) => y > 0)
  const base = baseOption(context)
  return {
    ...base,
    xAxis: xAxis(context, { name: texts.x, ...(xFormat ? { format: xFormat } : {}), from: 0, ...(until > 0 ? { to: until } : {}) }),
    yAxis: yAxis(context, { name: texts.y, format: formats.compact, log: logSpan([...shown, ...batches].map(([, y]) => y), 1.5) }),
    series: [plainLine({ name: texts.wanted, places: shown, color: colors.accent }), stepLine({ name: texts.batch, places: batches, until, color: colors.second })],
    tooltip: { ...base.tooltip, trigger: 'axis', valueFormatter: (value: unknown) => formats.significant(Number(value), 4) } as NonNullable<EChartsOption['tooltip']>,
  }
}
