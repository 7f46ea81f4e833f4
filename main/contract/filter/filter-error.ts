import { LoupeError } from '../errors.ts'

/** What can be wrong with a filter. The window has a sentence for each, in each language. */
export const filterProblems = [
  'unknown-mark', // a character that means nothing
  'unknown-name', // no field of that name
  'expected-operator', // a field and nothing to compare
  'expected-value', // an operator and nothing after it
  'expected-term', // "and", "or", "not" or "(" with nothing after it
  'expected-close', // a parenthesis or quotation that does not end
  'unexpected', // something that cannot stand there
  'wrong-operator', // an operator that does not go with the field
  'wrong-value', // a value that is none of the field's type
  'no-best', // the best of a metric that is neither a loss nor an accuracy
  'too-long', // more text, terms or parentheses than a filter may have
] as const
export type FilterProblem = (typeof filterProblems)[number]

export interface FilterFault {
  readonly problem: FilterProblem
  /** First character that is wrong, and the one after the last. */
  readonly from: number
  readonly to: number
  /** What stands there; empty at the end of the text. */
  readonly found: string
  /** What could stand there. */
  readonly expected: readonly string[]
  /** The field that it is about, if any. */
  readonly field?: string
}

const saying: Readonly<Record<FilterProblem, (fault: FilterFault) => string>> = {
  'unknown-mark': ({ found }) => `"${found}" means nothing in a filter`,
  'unknown-name': ({ found }) => `"${found}" is not the name of a field`,
  'expected-operator': ({ field }) => `after ${field ?? 'a field'} an operator was expected`,
  'expected-value': ({ field }) => `a value of ${field ?? 'the field'} was expected`,
  'expected-term': () => 'a condition or a word was expected',
  'expected-close': () => 'a parenthesis or quotation does not end',
  unexpected: ({ found }) => `"${found}" cannot stand here`,
  'wrong-operator': ({ found, field }) => `"${found}" does not go with ${field ?? 'this field'}`,
  'wrong-value': ({ found, field }) => `"${found}" is not a value of ${field ?? 'this field'}`,
  'no-best': ({ field }) => `of ${field ?? 'this metric'} it is not known whether more or less is better; write min(…) or max(…)`,
  'too-long': () => 'a filter has at most 2,000 characters, 100 conditions and 50 parentheses within each other',
}

/** The refusal of a filter: code `invalid-input`, the fault as its facts, the place counted from 1 in the message. */
export function filterError(fault: FilterFault): LoupeError {
  const expected = fault.expected.length > 0 ? ` Expected: ${fault.expected.slice(0, 8).join(', ')}.` : ''
  return new LoupeError('invalid-input', `Filter, character ${fault.from + 1}: ${saying[fault.problem](fault)}.${expected}`, { ...fault })
}
