import { allFields, aliases, fieldNamed, ownNames, statisticOf, statistics } from './fields.ts'
import type { Field, FieldType } from './fields.ts'
import { filterError } from './filter-error.ts'
import type { FilterFault } from './filter-error.ts'
import { mostAlike } from '../nearest.ts'
import { tokensOf } from './tokens.ts'
import type { Operator, Token } from './tokens.ts'
import { examplesOf, isUnit, valueOf } from './values.ts'
import type { FilterValue } from './values.ts'

/** A filter as a tree. */
export type FilterNode =
  | { readonly kind: 'all' | 'any'; readonly of: readonly FilterNode[] }
  | { readonly kind: 'not'; readonly of: FilterNode }
  /** A text that stands anywhere in the run's name, key, id, study, tags, note, or kind of model, optimizer or data set. */
  | { readonly kind: 'text'; readonly text: string }
  /** True where one of the values fits; a run that has nothing there fits `none` alone. */
  | { readonly kind: 'compare'; readonly field: Field; readonly operator: Operator; readonly values: readonly FilterValue[] }

/** Operators that go with a type. */
export const operatorsOf: Readonly<Record<FieldType, readonly Operator[]>> = {
  number: ['=', '!=', '<', '<=', '>', '>='],
  duration: ['=', '!=', '<', '<=', '>', '>='],
  instant: ['=', '!=', '<', '<=', '>', '>='],
  boolean: ['=', '!='],
  text: ['=', '!=', '~', '!~'],
  list: ['=', '!=', '~', '!~'],
  mixed: ['=', '!=', '<', '<=', '>', '>=', '~', '!~'],
}

const most = { characters: 2_000, terms: 100, depth: 50 } as const

/**
 * Reads a filter over runs.
 *
 *     accuracy > 0.9 and method = loss-gap-batch
 *     (optimizer.learningRate <= 0.01 or model = mlp) not tag:broken
 *     best(validation/accuracy) >= 90%  created > 2026-11-01  duration < 5 min
 *     status in (running, queued) or starred
 *     name ~ "first try" resnet
 *     source = mlflow and param.lr > 0.01 and min(metric."val loss") < 0.5
 *
 * `not` binds most, then `and`, then `or`; what stands side by side is joined by `and`. A word that compares nothing is searched for in the
 * text of the run, unless it is the name of a field that is yes or no. A metric is its last value; `best(…)`, `min(…)` and `max(…)` look at all
 * of its evaluations. A run that has not logged a metric, or has no such setting, fits no comparison with it but `= none`.
 * Of a day, `>` means after its end and `<` before its start.
 *
 * @param nowMs  Ms since 1970, for `today` and `7 d ago`.
 * @returns null for a filter that says nothing: every run fits.
 * @throws LoupeError `invalid-input` with a {@link FilterFault} as its facts.
 *
 * @example parseFilter('accuracy > 90%')  // { kind: 'compare', field: validation/accuracy, operator: '>', values: [0.9] }
 */
export function parseFilter(text: string, nowMs: number = Date.now()): FilterNode | null {
  if (text.length > most.characters) throw filterError({ problem: 'too-long', from: most.characters, to: text.length, found: '', expected: [] })
  const parser = new Parser(text, nowMs)
  return parser.whole()
}

class Parser {
  readonly #text: string
  readonly #nowMs: number
  readonly #tokens: readonly Token[]
  #at = 0
  #terms = 0
  #depth = 0

  constructor(text: string, nowMs: number) {
    this.#text = text
    this.#nowMs = nowMs
    this.#tokens = tokensOf(text)
  }

  whole(): FilterNode | null {
    if (this.#tokens.length === 0) return null
    const node = this.#any()
    const rest = this.#tokens[this.#at]
    if (rest !== undefined) throw this.#fault({ problem: 'unexpected', at: rest, expected: ['and', 'or'] })
    return node
  }

  #any(): FilterNode {
    const parts = [this.#all()]
    while (this.#takeWord('or')) parts.push(this.#all())
    return parts.length === 1 ? parts[0]! : { kind: 'any', of: parts }
  }

  #all(): FilterNode {
    const parts = [this.#not()]
    for (;;) {
      const next = this.#tokens[this.#at]
      if (next === undefined || next.kind === ')' || isWord(next, 'or')) break
      this.#takeWord('and')
      parts.push(this.#not())
    }
    return parts.length === 1 ? parts[0]! : { kind: 'all', of: parts }
  }

  #not(): FilterNode {
    const token = this.#tokens[this.#at]
    if (token === undefined || isWord(token, 'and') || isWord(token, 'or')) throw this.#fault({ problem: 'expected-term', at: token, expected: ['accuracy > 0.9', 'a word'] })
    if (++this.#depth > most.depth) throw this.#fault({ problem: 'too-long', at: token })
    const node = this.#primary(token)
    this.#depth--
    return node
  }

  #primary(token: Token): FilterNode {
    if (isWord(token, 'not')) {
      this.#at++
      return { kind: 'not', of: this.#not() }
    }
    if (token.kind === '(') {
      this.#at++
      const inner = this.#any()
      this.#close(token)
      return inner
    }
    if (++this.#terms > most.terms) throw this.#fault({ problem: 'too-long', at: token })
    return this.#term(token)
  }

  #term(token: Token): FilterNode {
    if (token.kind !== 'word' && token.kind !== 'quoted') throw this.#fault({ problem: token.kind === 'operator' ? 'expected-term' : 'unexpected', at: token, expected: ['accuracy > 0.9', 'a word'] })
    this.#at++
    if (token.kind === 'quoted') return { kind: 'text', text: this.#closed(token) }
    const tagged = /^tag:(.*)$/i.exec(token.text)
    if (tagged !== null) return this.#tag(token, tagged[1]!)
    const field = this.#field(token)
    const next = this.#tokens[this.#at]
    if (next?.kind === 'operator') return this.#comparison(field ?? this.#unknown(token), next)
    if (next !== undefined && isWord(next, 'in') && this.#tokens[this.#at + 1]?.kind === '(') return this.#oneOf(field ?? this.#unknown(token))
    if (field?.type === 'boolean') return { kind: 'compare', field, operator: '=', values: [{ kind: 'boolean', value: true }] }
    if (field !== undefined && this.#tokens[this.#at - 1]?.kind === ')') throw this.#fault({ problem: 'expected-operator', at: next, field, expected: operatorsOf[field.type] })
    return { kind: 'text', text: token.text }
  }

  /** The field that a word names, a statistic in parentheses with it; undefined where it names none. */
  #field(token: Token & { readonly kind: 'word' }): Field | undefined {
    const statistic = statistics.find((name) => name === token.text.toLowerCase())
    const open = this.#tokens[this.#at]
    if (statistic === undefined || open?.kind !== '(' || open.from !== token.to) return this.#named(token)
    const inner = this.#tokens[this.#at + 1]
    this.#at += 2
    const metric = inner?.kind === 'word' ? this.#named(inner) : undefined
    if (metric?.source.from !== 'metric') throw this.#fault({ problem: inner === undefined ? 'expected-value' : 'unknown-name', at: inner, expected: ['accuracy', 'loss', 'train/loss'] })
    this.#close(open)
    const field = statisticOf(statistic, metric.source.key)
    if (field === undefined) throw this.#fault({ problem: 'no-best', at: token, field: metric, expected: [`min(${metric.name})`, `max(${metric.name})`] })
    return field
  }

  /** A name that stands in quotation marks behind `param.` or `metric.` belongs to it. */
  #named(token: Token & { readonly kind: 'word' }): Field | undefined {
    const next = this.#tokens[this.#at]
    const isQuoted = ownNames.some((own) => token.text.toLowerCase() === `${own}.`) && next?.kind === 'quoted' && next.from === token.to
    if (!isQuoted) return fieldNamed(token.text)
    this.#at++
    return fieldNamed(token.text + this.#closed(next))
  }

  #comparison(field: Field, operator: Token & { readonly kind: 'operator' }): FilterNode {
    if (!operatorsOf[field.type].includes(operator.text)) throw this.#fault({ problem: 'wrong-operator', at: operator, field, expected: operatorsOf[field.type] })
    this.#at++
    return { kind: 'compare', field, operator: operator.text, values: [this.#value(field, operator.text)] }
  }

  #oneOf(field: Field): FilterNode {
    this.#at++
    const open = this.#tokens[this.#at++]!
    const values = [this.#value(field, '=')]
    while (this.#tokens[this.#at]?.kind === ',') {
      this.#at++
      if (++this.#terms > most.terms) throw this.#fault({ problem: 'too-long', at: open })
      values.push(this.#value(field, '='))
    }
    this.#close(open)
    return { kind: 'compare', field, operator: '=', values }
  }

  #tag(token: Token & { readonly kind: 'word' }, text: string): FilterNode {
    const field = allFields().get('tag')!
    const next = this.#tokens[this.#at]
    if (text !== '') return { kind: 'compare', field, operator: '=', values: [{ kind: 'text', value: text }] }
    if (next?.kind !== 'quoted' || next.from !== token.to) throw this.#fault({ problem: 'expected-value', at: next, field, expected: examplesOf.list })
    this.#at++
    return { kind: 'compare', field, operator: '=', values: [{ kind: 'text', value: this.#closed(next) }] }
  }

  #value(field: Field, operator: Operator): FilterValue {
    const token = this.#tokens[this.#at]
    const expected = field.choices.length > 0 ? field.choices : examplesOf[field.type]
    if (token === undefined || (token.kind !== 'word' && token.kind !== 'quoted')) throw this.#fault({ problem: 'expected-value', at: token, field, expected })
    this.#at++
    if (token.kind === 'quoted' && (field.type === 'text' || field.type === 'list' || field.type === 'mixed')) return { kind: 'text', value: this.#closed(token) }
    const isEqual = operator === '=' || operator === '!='
    if (isEqual && isWord(token, 'none')) return { kind: 'none' }
    const last = token.kind === 'word' ? this.#unitsAfter(token, field) : token
    const text = token.kind === 'quoted' ? this.#closed(token) : this.#text.slice(token.from, last.to).replaceAll(/\s+/g, ' ')
    const read = valueOf(field, text, this.#nowMs)
    const isPart = operator === '~' || operator === '!~'
    const value = field.type !== 'mixed' || read?.kind !== (isPart ? 'number' : 'text') ? read : isPart ? ({ kind: 'text', value: text } as const) : isEqual ? read : undefined
    const choice = field.choices.find((known) => known.toLowerCase() === text.toLowerCase())
    const isChoice = !isEqual || field.choices.length === 0 || choice !== undefined
    if (value === undefined || !isChoice) throw this.#fault({ problem: 'wrong-value', at: { ...token, to: last.to }, field, expected: field.choices.length > 0 ? mostAlike(text, field.choices, 8) : expected })
    return choice === undefined ? value : { kind: 'text', value: choice }
  }

  /** Takes the words after a number that belong to it: its unit, `ago`. */
  #unitsAfter(token: Token, field: Field): Token {
    let last = token
    const unit = this.#tokens[this.#at]
    if (/^[-+.\d_e]+$/i.test(token.kind === 'word' ? token.text : '') && unit?.kind === 'word' && isUnit(unit.text, field)) {
      last = unit
      this.#at++
    }
    const ago = this.#tokens[this.#at]
    if (field.type === 'instant' && ago !== undefined && isWord(ago, 'ago')) {
      last = ago
      this.#at++
    }
    return last
  }

  #close(open: Token): void {
    const token = this.#tokens[this.#at]
    if (token?.kind !== ')') throw token === undefined ? this.#fault({ problem: 'expected-close', at: open, expected: [')'] }) : this.#fault({ problem: 'unexpected', at: token, expected: [')'] })
    this.#at++
  }

  #closed(token: Token & { readonly kind: 'quoted' }): string {
    if (!token.isClosed) throw this.#fault({ problem: 'expected-close', at: token, expected: [this.#text[token.from] ?? '"'] })
    return token.text
  }

  #takeWord(word: string): boolean {
    const token = this.#tokens[this.#at]
    const isThere = token !== undefined && isWord(token, word)
    if (isThere) this.#at++
    return isThere
  }

  #unknown(token: Token & { readonly kind: 'word' }): never {
    throw this.#fault({ problem: 'unknown-name', at: token, expected: mostAlike(token.text, [...Object.keys(aliases), ...allFields().keys()], 4) })
  }

  #fault({ problem, at, expected = [], field }: { readonly problem: FilterFault['problem']; readonly at: { readonly from: number; readonly to: number } | undefined; readonly expected?: readonly string[]; readonly field?: Field }): Error {
    const end = this.#text.length
    const place = at ?? { from: end, to: end }
    return filterError({ problem, from: place.from, to: place.to, found: this.#text.slice(place.from, place.to), expected, ...(field === undefined ? {} : { field: field.name }) })
  }
}

function isWord(token: Token, word: string): boolean {
  return token.kind === 'word' && token.text.toLowerCase() === word
}
