import type { CurveAxis } from '../../../../main/contract/compare-curves.ts'
import type { DrawnLine } from './drawn-lines.ts'

/** The points of a chart as CSV, line by line: what each stands for, and how many values that is. */
export function curveRows({ lines, axis, key }: { readonly lines: readonly { readonly line: DrawnLine; readonly name: string }[]; readonly axis: CurveAxis; readonly key: string }): string {
  const head = ['line', 'name', 'metric', axis, 'mean', 'min', 'max', 'smoothed', 'low', 'high', 'runs', 'values']
  const rows = lines.flatMap(({ line, name }) =>
    Array.from(line.x, (x, i) => [line.id, name, key, x, line.mean[i], line.min[i], line.max[i], line.smoothed?.[i], line.low?.[i], line.high?.[i], line.runs?.[i], line.count[i]]),
  )
  return [head, ...rows].map((row) => row.map(cell).join(',')).join('\n')
}

function cell(value: string | number | undefined): string {
  if (value === undefined || (typeof value === 'number' && Number.isNaN(value))) return ''
  const text = String(value)
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
