import type { PinSource } from '../../../main/contract/composed-report.ts'
import { parseFilter } from '../../../main/contract/filter/parse-filter.ts'
import type { LoupeError } from '../../../main/contract/errors.ts'
import { asLoupeError } from '../../loadable.ts'

/** Kinds of data that can be put into a report, in the order of the menu. */
export const sourceKinds = ['chart', 'table', 'runs', 'study', 'study-part'] as const
export type SourceKind = PinSource['kind']

const choice = { filter: '', runIds: null }

/** What a dialog begins with. */
export function newSource(kind: SourceKind): PinSource {
  switch (kind) {
    case 'chart':
      return { kind, title: '', choice, metrics: ['validation/loss'], x: 'examples', xScale: 'linear', yScale: 'linear', smoothing: 0, groupBy: null, show: 'each' }
    case 'table':
      return { kind, choice, sort: [], columns: ['name', 'accuracy', 'loss'], groupBy: null }
    case 'runs':
      return { kind, choice, sort: [], columns: ['accuracy', 'loss'] }
    case 'study':
      return { kind, studyId: '' }
    case 'study-part':
      return { kind, studyId: '', part: 'chart', name: '' }
  }
}

/** What is wrong with the filter of a source; null where it reads or there is none. */
export function filterFault(source: PinSource): LoupeError | null {
  if (!('choice' in source)) return null
  try {
    parseFilter(source.choice.filter)
    return null
  } catch (error) {
    return asLoupeError(error)
  }
}

/** Whether a source says all that is needed to be read. */
export function isWhole(source: PinSource): boolean {
  if (filterFault(source) !== null) return false
  switch (source.kind) {
    case 'chart':
      return source.metrics.length > 0
    case 'table':
      return source.columns.length > 0
    case 'runs':
      return true
    case 'study':
      return source.studyId !== ''
    case 'study-part':
      return source.studyId !== '' && source.name !== ''
  }
}
