import { filterError } from './filter-error.ts'

export const operators = ['=', '!=', '<', '<=', '>', '>=', '~', '!~'] as const
export type Operator = (typeof operators)[number]

/** Where something stands in the text: from the first character up to the one after the last. */
export interface Place {
  readonly from: number
  readonly to: number
}

export type Token = Place &
  (
    | { readonly kind: 'word'; readonly text: string }
    | { readonly kind: 'quoted'; readonly text: string; readonly isClosed: boolean }
    | { readonly kind: 'operator'; readonly text: Operator }
    | { readonly kind: '(' | ')' | ',' }
  )

const pattern = /(?<space>\s+)|(?<operator><=|>=|!=|!~|==|=|<|>|~)|(?<mark>[(),])|"(?<double>(?:[^"\\]|\\[^])*)(?<doubleEnd>"?)|'(?<single>(?:[^'\\]|\\[^])*)(?<singleEnd>'?)|(?<word>[^\s()=!<>~,"']+)|(?<other>[^])/gy

/** Cuts a filter into its parts. A quotation that does not end is one up to the end of the text. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  for (const match of text.matchAll(pattern)) {
    const { space, operator, mark, double, doubleEnd, single, singleEnd, word } = match.groups ?? {}
    if (space !== undefined) continue
    const place = { from: match.index, to: match.index + match[0].length }
    if (operator !== undefined) tokens.push({ kind: 'operator', text: operators.find((known) => known === operator) ?? '=', ...place })
    else if (mark === '(' || mark === ')' || mark === ',') tokens.push({ kind: mark, ...place })
    else if (double !== undefined) tokens.push({ kind: 'quoted', text: unescaped(double), isClosed: doubleEnd === '"', ...place })
    else if (single !== undefined) tokens.push({ kind: 'quoted', text: unescaped(single), isClosed: singleEnd === "'", ...place })
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, ...place })
    else throw filterError({ problem: 'unknown-mark', ...place, found: match[0], expected: [...operators] })
  }
  return tokens
}

function unescaped(text: string): string {
  return text.replaceAll(/\\([^])/g, '$1')
}

/** A text as it has to be written in a filter: in quotation marks where it is more than a word. */
export function quoted(text: string): string {
  return /^[^\s()=!<>~,"':]+$/.test(text) && !/^(and|or|not|in|none)$/i.test(text) ? text : `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}
