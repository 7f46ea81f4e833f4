import type { ChartContext } from '../../../charts/base-option.ts'
import type { EChartsOption } from '../../../charts/echarts.ts'
import { lineOption } from '../../../charts/line-option.ts'
import type { Line } from '../../../charts/line-option.ts'
import { meanCurve } from '../../../../main/contract/smoothing.ts'
import type { Curve } from '../../../../main/contract/smoothing.ts'
import type { StudentLook } from '../looks.ts'

export interface StudentLine {
  readonly name: string
  readonly look: StudentLook
  /** One a seed. */
  readonly curves: readonly Curve[]
}
export interface StudentLinesChart {
  readonly students: readonly StudentLine[]
  readonly xName: string
  readonly yName: string
  readonly yFormat?: (value: number) => string
  readonly yScale?: 'linear' | 'log'
}

/** Means over the seeds, with the range of the seeds as a band. The legend stands once for all charts, outside. */
export function studentLinesOption(context: ChartContext, { students, xName, yName, yFormat, yScale = 'linear' }: StudentLinesChart): { option: EChartsOption; hidden: number } {
  const lines = students.map(({ name, look: { color, dash }, curves }): Line => {
    const mean = meanCurve(curves)
    // The range of the seeds is drawn as a band: a point stands for as many values as there are seeds.
    return { name, color, ...(dash === undefined ? {} : { dash }), curve: { ...mean, count: mean.count.map(() => curves.length) } }
  })
  const { option, hidden } = lineOption(context, { lines, xName, yName, ...(yFormat ? { yFormat } : {}), xScale: 'linear', yScale, smoothing: 0 })
  return { option: { ...option, legend: { show: false }, grid: { ...option.grid, top: 34 } as NonNullable<EChartsOption['grid']> }, hidden }
}
