import type { SchemaTree } from 'hyparquet'
import { LoupeError } from '../../contract/errors.ts'

export interface FeatureType {
  /** How many lists lie within each other; 0 for a plain number. */
  readonly depth: number
  /** Whether its numbers are unsigned bytes. */
  readonly isByte: boolean
}

/**
 * Whether a column holds numbers, or lists of numbers.
 *
 * @throws LoupeError `invalid-input` for text, instants, bytes, maps and structures, which are no inputs of a network as they are.
 */
export function featureType(field: SchemaTree, { file, column }: { readonly file: string; readonly column: string }): FeatureType {
  const { element, children } = field
  if (children.length > 0) {
    // A list is a group of a repeated group (three levels), or a repeated field itself.
    const isList = element.converted_type === 'LIST' || element.logical_type?.type === 'LIST'
    const [repeated] = children
    if (!isList || children.length !== 1 || repeated === undefined || repeated.element.repetition_type !== 'REPEATED') throw noNumbers('a structure', { file, column })
    const [inner] = repeated.children
    if (repeated.children.length > 1) throw noNumbers('lists of structures', { file, column })
    const { depth, isByte } = featureType(inner ?? { ...repeated, element: { ...repeated.element, repetition_type: 'REQUIRED' } }, { file, column })
    return { depth: depth + 1, isByte }
  }
  const kind = otherThanNumber(field)
  if (kind !== null) throw noNumbers(kind, { file, column })
  const isByte = element.converted_type === 'UINT_8' || (element.logical_type?.type === 'INTEGER' && element.logical_type.bitWidth === 8 && !element.logical_type.isSigned)
  return { depth: element.repetition_type === 'REPEATED' ? 1 : 0, isByte }
}

function otherThanNumber({ element }: SchemaTree): string | null {
  const logical = element.logical_type?.type ?? element.converted_type ?? ''
  if (/^(DATE|TIME|TIMESTAMP|INTERVAL)/.test(logical) || element.type === 'INT96') return 'instants'
  if (element.type === 'BYTE_ARRAY' || element.type === 'FIXED_LEN_BYTE_ARRAY') return /^(DECIMAL|FLOAT16)$/.test(logical) ? null : /^(STRING|UTF8|ENUM|JSON|UUID)$/.test(logical) ? 'text' : 'bytes'
  return null
}

function noNumbers(kind: string, { file, column }: { readonly file: string; readonly column: string }): LoupeError {
  return new LoupeError('invalid-input', `Column "${column}" of ${file} holds ${kind}, and inputs are numbers or lists of numbers. Name the columns to use in featureColumns, or turn this one into numbers.`, { file, column, kind })
}
