import { aliases, allFields, fieldNamed, statistics } from './fields.ts'
import type { Field } from './fields.ts'
import { operatorsOf } from './parse-filter.ts'
import { quoted, tokensOf } from './tokens.ts'
import type { Token } from './tokens.ts'
import { examplesOf } from './values.ts'

/** Something that may stand where the caret is. */
export interface Completion {
  /** What is put in the place of what was typed so far. */
  readonly text: string
  readonly kind: 'field' | 'operator' | 'value' | 'word'
  /** One line about it; null where there is nothing to say. */
  readonly detail: string | null
}

export interface Completions {
  /** The part of the text that an option takes the place of. */
  readonly from: number
  readonly to: number
  readonly options: readonly Completion[]
}

/** What is known of this workspace. */
export interface FilterVocabulary {
  readonly tags: readonly string[]
  /** Names of studies. */
  readonly studies: readonly string[]
  /** Names of parameters and of metrics that imported runs have. */
  readonly params?: readonly string[]
  readonly metrics?: readonly string[]
}

/**
 * Says what may stand at the caret: a field or word, an operator after a field, a value after an operator.
 *
 * @param caret  Index in the text, from 0 up to its length.
 */
export function completeFilter(options: { readonly text: string; readonly caret: number; readonly known?: FilterVocabulary; readonly most?: number }): Completions {
  const { text, caret, known = { tags: [], studies: [] }, most = 12 } = options
  const tokens = tokensBefore(text, caret)
  const last = tokens.at(-1)
  const isTyped = last?.kind === 'word' && last.to === caret
  const typed = isTyped ? last.text : ''
  const before = isTyped ? tokens.slice(0, -1) : tokens
  const place = { from: isTyped ? last.from : caret, to: caret }
  const tag = /^tag:(.*)$/i.exec(typed)
  if (tag !== null) return { ...place, options: fitting(known.tags.map((name) => ({ text: `tag:${quoted(name)}`, kind: 'value', detail: null })), typed, most) }
  return { ...place, options: fitting(candidates(before, known), typed, most) }
}

function tokensBefore(text: string, caret: number): readonly Token[] {
  try {
    return tokensOf(text.slice(0, caret))
  } catch {
    return [] // a character that means nothing: there is nothing to go on from
  }
}

function candidates(before: readonly Token[], known: FilterVocabulary): readonly Completion[] {
  const last = before.at(-1)
  const field = fieldBefore(before)
  if (last?.kind === 'operator') {
    const compared = fieldBefore(before.slice(0, -1))
    return compared === undefined ? [] : values(compared, known)
  }
  const list = listField(before)
  if (list !== undefined) return values(list, known)
  if (field !== undefined && field.type !== 'boolean') return [...operatorsOf[field.type], 'in'].map((text) => ({ text, kind: 'operator', detail: null }))
  const joins: readonly Completion[] = isEnd(last) ? ['and', 'or'].map((text) => ({ text, kind: 'word', detail: null })) : []
  return [...joins, { text: 'not', kind: 'word', detail: null }, ...names(known)]
}

/** The field whose name ends the tokens, unless it is what another is compared with. */
function fieldBefore(tokens: readonly Token[]): Field | undefined {
  const last = tokens.at(-1)
  const before = tokens.at(-2)
  if (last?.kind === 'quoted' && before?.kind === 'word' && /^(param|metric)\.$/i.test(before.text) && before.to === last.from) return fieldNamed(before.text + last.text)
  if (last?.kind === ')') {
    const [name, , inner] = tokens.slice(-4)
    const isCall = name?.kind === 'word' && statistics.some((statistic) => statistic === name.text.toLowerCase())
    return isCall && inner?.kind === 'word' ? fieldNamed(inner.text) : undefined
  }
  return last?.kind === 'word' && tokens.at(-2)?.kind !== 'operator' ? fieldNamed(last.text) : undefined
}

/** The field whose list of values is being written: `status in (running, `. */
function listField(tokens: readonly Token[]): Field | undefined {
  const last = tokens.at(-1)
  if (last?.kind !== '(' && last?.kind !== ',') return undefined
  const open = tokens.findLastIndex(({ kind }) => kind === '(' || kind === ')')
  const [name, word] = open < 2 ? [] : [tokens[open - 2], tokens[open - 1]]
  return name?.kind === 'word' && word?.kind === 'word' && word.text.toLowerCase() === 'in' ? fieldNamed(name.text) : undefined
}

function isEnd(token: Token | undefined): boolean {
  return token !== undefined && token.kind !== '(' && token.kind !== ',' && !(token.kind === 'word' && /^(and|or|not)$/i.test(token.text))
}

function values(field: Field, known: FilterVocabulary): readonly Completion[] {
  const { source } = field
  const column = source.from === 'column' ? source.column : null
  const words = column === 'tag' ? known.tags : column === 'study' ? known.studies : field.type === 'boolean' ? ['yes', 'no'] : field.choices
  const shown = words.length > 0 ? words.map(quoted) : field.type === 'text' || field.type === 'list' ? [] : examplesOf[field.type]
  return shown.map((text) => ({ text, kind: 'value', detail: null }))
}

function names({ params = [], metrics = [] }: FilterVocabulary): readonly Completion[] {
  const fields = allFields()
  const short = Object.entries(aliases).map(([alias, name]): Completion => ({ text: alias, kind: 'field', detail: `${name}: ${fields.get(name)?.description ?? ''}` }))
  const full = [...fields.values()].map(({ name, description }): Completion => ({ text: name, kind: 'field', detail: description }))
  const imported = [...params.map((name) => `param.${quoted(name)}`), ...metrics.map((name) => `metric.${quoted(name)}`)].map((text): Completion => ({ text, kind: 'field', detail: null }))
  return [...short, ...full, ...imported, { text: 'tag:', kind: 'field', detail: fields.get('tag')?.description ?? null }]
}

/** Those that begin with what is typed, then those that contain it. */
function fitting(all: readonly Completion[], typed: string, most: number): readonly Completion[] {
  const lower = typed.toLowerCase()
  const plain = ({ text }: Completion) => text.replaceAll('"', '').toLowerCase()
  const begins = all.filter((option) => plain(option).startsWith(lower))
  const contains = all.filter((option) => !plain(option).startsWith(lower) && plain(option).includes(lower))
  const found = [...begins, ...contains]
  // What is complete already needs no help.
  return found.length === 1 && found[0]!.text === typed ? [] : found.slice(0, most)
}
