import type { Field } from './fields.ts'

/** A value of a condition. A day, a month or a year is the time from its start up to its end, in the time zone of whoever reads. */
export type FilterValue =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'period'; readonly from: number; readonly to: number }
  /** Nothing there: a metric that was not logged, a setting that is null. */
  | { readonly kind: 'none' }

const multiples: Readonly<Record<string, number>> = { '%': 0.01, k: 1e3, K: 1e3, M: 1e6, G: 1e9 }
const durationsMs: Readonly<Record<string, number>> = { ms: 1, s: 1e3, sec: 1e3, m: 6e4, min: 6e4, h: 3.6e6, d: 8.64e7, day: 8.64e7, days: 8.64e7, w: 6.048e8, week: 6.048e8, weeks: 6.048e8 }

/** Whether a word may stand after a number as its unit. */
export function isUnit(word: string, { type }: Field): boolean {
  if (type === 'number' || type === 'mixed') return Object.hasOwn(multiples, word)
  return (type === 'duration' || type === 'instant') && Object.hasOwn(durationsMs, word)
}

/** What a value of a type looks like, for messages. */
export const examplesOf: Readonly<Record<Field['type'], readonly string[]>> = {
  number: ['0.9', '1e-3', '90%', '10k'],
  text: ['a word', '"some words"'],
  boolean: ['yes', 'no'],
  instant: ['2026-11-01', '2026-11-01T09:30', 'today', '7 d ago'],
  duration: ['90 s', '5 min', '2 h'],
  list: ['a word', '"some words"'],
  mixed: ['0.1', 'a word', '"some words"'],
}

/**
 * Reads a value of a field.
 *
 * @param nowMs  Ms since 1970: what `today` and `ago` count from.
 * @returns undefined where the text is no value of the field.
 */
export function valueOf(field: Field, text: string, nowMs: number): FilterValue | undefined {
  switch (field.type) {
    case 'number':
      return number(text, multiples, 1)
    case 'duration':
      return number(text, durationsMs, 1e3)
    case 'boolean':
      return boolean(text)
    case 'instant':
      return instant(text, nowMs)
    case 'mixed':
      return number(text, multiples, 1) ?? { kind: 'text', value: text }
    case 'text':
    case 'list':
      return { kind: 'text', value: text }
  }
}

function number(text: string, units: Readonly<Record<string, number>>, plain: number): FilterValue | undefined {
  const match = /^([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*([a-zA-Z%]*)$/.exec(text.replaceAll(/(?<=\d)_(?=\d)/g, ''))
  if (match === null) return undefined
  const unit = match[2]!
  const factor = unit === '' ? plain : Object.hasOwn(units, unit) ? units[unit] : undefined
  const value = Number(match[1]) * (factor ?? Number.NaN)
  return Number.isFinite(value) ? { kind: 'number', value } : undefined
}

function boolean(text: string): FilterValue | undefined {
  if (/^(yes|true|1)$/i.test(text)) return { kind: 'boolean', value: true }
  return /^(no|false|0)$/i.test(text) ? { kind: 'boolean', value: false } : undefined
}

function instant(text: string, nowMs: number): FilterValue | undefined {
  const ago = /^(.+?)\s*ago$/i.exec(text)
  if (ago !== null) {
    const length = number(ago[1]!, durationsMs, Number.NaN)
    return length?.kind === 'number' && length.value >= 0 ? { kind: 'period', from: nowMs - length.value, to: nowMs - length.value } : undefined
  }
  if (/^(today|yesterday)$/i.test(text)) {
    const day = new Date(nowMs)
    const back = text.toLowerCase() === 'today' ? 0 : 1
    return period([day.getFullYear(), day.getMonth(), day.getDate() - back], 2)
  }
  const match = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:T(\d{1,2}):(\d{2}))?)?)?$/i.exec(text)
  if (match === null) return undefined
  const [year, month = '1', day = '1', hour = '0', minute = '0'] = match.slice(1)
  const parts = [Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute)]
  const least = match.slice(1).findLastIndex((part) => part !== undefined)
  const at = new Date(parts[0]!, parts[1]!, parts[2], parts[3], parts[4])
  // A day that the month does not have would become one of the next.
  const isReal = at.getMonth() === parts[1] && at.getDate() === parts[2] && parts[3]! < 24 && parts[4]! < 60
  return isReal ? period(parts, least) : undefined
}

/** From a moment up to the next one whose part at an index is one more: 0 the year, 1 the month, 2 the day, 4 the minute. */
function period(parts: readonly number[], least: number): FilterValue {
  const moment = (add: number) => {
    const [year = 0, month = 0, day = 1, hour = 0, minute = 0] = parts.map((part, index) => (index === least ? part + add : part))
    return new Date(year, month, day, hour, minute).getTime()
  }
  return { kind: 'period', from: moment(0), to: moment(1) }
}
