import type { FieldValue } from '../../contract/annotations.ts'
import { aliases, fieldCalled } from '../../contract/filter/fields.ts'
import type { PinSource, RunChoice } from '../../contract/composed-report.ts'
import { count, moment } from '../numbers.ts'

/** A metric's key in words: `validation/batch-loss` is `Validation batch loss`. */
export function metricInWords(key: string): string {
  return sentenceCase(key.replaceAll(/[/-]/g, ' '))
}

/** A field of runs as the head of a column. */
export function fieldInWords(name: string): string {
  const field = fieldCalled(name)
  if (field === undefined) return name
  const { source } = field
  if (source.from === 'metric') return source.statistic === 'last' ? metricInWords(source.key) : `${source.statistic === 'min' ? 'Least' : 'Greatest'} ${metricInWords(source.key).toLowerCase()}`
  if (source.from === 'column') return sentenceCase(source.column)
  if (source.from === 'param') return source.name
  const short = Object.keys(aliases).find((alias) => alias.length > 1 && aliases[alias] === field.name)
  return sentenceCase((short ?? source.path.at(-1) ?? field.name).replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`))
}

/** A value of a field as it stands in a cell. */
export function valueInWords(name: string, value: FieldValue): string {
  if (value === null || value === '') return '–'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.join(', ')
  if (typeof value === 'string') return value
  const type = fieldCalled(name)?.type
  if (type === 'instant') return moment(value)
  if (type === 'duration') return `${(value / 1000).toFixed(1)} s`
  return numberInWords(value)
}

/** Five digits, grouped from 10 000 on, as a power of ten where it is very small or large. */
export function numberInWords(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e15) return count(value).replace('-', '−')
  const size = Math.abs(value)
  const digits = Number(value.toPrecision(5))
  const rounded = size !== 0 && (size < 1e-4 || size >= 1e7) ? digits.toExponential() : String(digits)
  return rounded.replaceAll('-', '−').replace('e+', 'e')
}

/** Which runs were chosen, and how they are shown. */
export function sourceInWords(source: PinSource): string {
  switch (source.kind) {
    case 'study':
      return `answer of ${source.studyId}`
    case 'study-part':
      return `${source.part} “${source.name}” of ${source.studyId}`
    case 'chart':
      return `${source.metrics.join(', ')} of ${choiceInWords(source.choice)}${source.groupBy === null ? '' : `, by ${source.groupBy}`}`
    case 'table':
    case 'runs':
      return `${source.columns.length === 0 ? 'list' : source.columns.join(', ')} of ${choiceInWords(source.choice)}${source.kind === 'table' && source.groupBy !== null ? `, by ${source.groupBy}` : ''}`
  }
}

function choiceInWords({ filter, runIds }: RunChoice): string {
  const named = runIds === null ? 'all runs' : `${runIds.length} chosen ${runIds.length === 1 ? 'run' : 'runs'}`
  return filter.trim() === '' ? named : `${named} that fit ${filter.trim()}`
}

const sentenceCase = (words: string) => `${words[0]?.toUpperCase() ?? ''}${words.slice(1)}`
