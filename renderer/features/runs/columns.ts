import { fieldCalled } from '../../../main/contract/filter/fields.ts'
import type { Field } from '../../../main/contract/filter/fields.ts'
import type { FieldValue } from '../../../main/contract/annotations.ts'
import { isMetricKey } from '../../../main/contract/metrics.ts'
import type { MetricKey } from '../../../main/contract/metrics.ts'
import type { Formats } from '../../format.ts'
import type { FieldTexts } from '../../locales/field-text.ts'

/** Names of what is shown, in the window's language. */
export interface ColumnNames {
  readonly column: (name: string) => string
  readonly statistic: (statistic: 'min' | 'max', metric: string) => string
  readonly metrics: Readonly<Record<MetricKey, string>>
  readonly settings: FieldTexts
}

/** What a field is called in the head of its column; a setting without a text of its own is called by its path. */
export function columnLabel(name: string, names: ColumnNames): string {
  const field = fieldCalled(name)
  if (field === undefined) return name
  const { source } = field
  if (source.from === 'column') return names.column(source.column)
  if (source.from === 'param') return source.name
  if (source.from === 'metric') {
    const metric = isMetricKey(source.key) ? names.metrics[source.key] : source.key
    return source.statistic === 'last' ? metric : names.statistic(source.statistic, metric)
  }
  const path = `run.${source.path.join('.')}`
  const own = names.settings[path]?.label
  if (own !== undefined) return own
  const variants = Object.entries(names.settings).filter(([key]) => key.startsWith(`${path.slice(0, path.lastIndexOf('.'))}.`) && key.endsWith(`.${source.path.at(-1) ?? ''}`))
  return variants.length === 1 ? variants[0]![1].label : field.name
}

/** Widths are for Latin digits and the usual words; heads that are wider are cut off and say the rest when pointed at. */
export function columnWidth(field: Field | undefined): number {
  if (field === undefined) return 120
  const { source, type } = field
  if (source.from === 'column' && ['study', 'note', 'error', 'tag'].includes(source.column)) return 170
  if (type === 'instant') return 156
  if (source.from === 'metric') return 132
  if (type === 'number' || type === 'duration') return 96
  return 100
}

export function isNumeric(field: Field | undefined): boolean {
  return field?.type === 'number' || field?.type === 'duration'
}

/** A value as it stands in a cell. */
export function cellText(options: { readonly field: Field | undefined; readonly value: FieldValue; readonly formats: Formats; readonly yesNo: readonly [yes: string, no: string] }): string {
  const { field, value, formats, yesNo } = options
  if (value === null || value === '') return '–'
  if (typeof value === 'boolean') return yesNo[value ? 0 : 1]
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.join(', ')
  if (typeof value === 'string') return value
  if (field?.type === 'instant') return formats.instant(value)
  if (field?.type === 'duration') return value > 0 ? formats.duration(value / 1000) : '–'
  return Number.isInteger(value) && Math.abs(value) < 1e7 ? formats.count(value) : formats.significant(value, 4)
}
