import { z } from '../../main/contract/zod.ts'
import { en } from '../locales/en/index.ts'
import { FactWords, isComplete } from './fact-words.ts'
import type { Language, Words } from './fact-words.ts'

const reading = z.object({
  condition: z.string(),
  signal: z.string().nullable(),
  value: z.number().nullable(), // NaN is null in the log
  threshold: z.number().nullable(),
  isMet: z.boolean(),
  side: z.string(),
})
type Reading = z.output<typeof reading>

const cause = z.object({
  trigger: z.string(),
  readings: z.array(reading),
  numbers: z.record(z.string(), z.number()).default({}),
})

/** Why a batch size changed: an event's facts, or a decision of a replay. */
export interface BatchCause {
  readonly trigger: string
  readonly readings: readonly unknown[]
  readonly numbers?: Readonly<Record<string, number>>
}

/** Triggers that are told by themselves; any other by the readings that were met. */
const alone: ReadonlySet<string> = new Set(['request', 'epochTable', 'epochStep'])
const figures = ['theta', 'scale', 'learningRate', 'trace', 'gradientSquared', 'gap']

/**
 * Why the batch size changed, as a clause in the window's language: the readings that were met, with their numbers.
 *
 * Null for what this version has no words for: the logged reason is shown then.
 */
export function batchReason(facts: BatchCause | Readonly<Record<string, unknown>>, language: Language): string | null {
  const parsed = cause.safeParse(facts)
  if (!parsed.success) return null
  const { trigger, readings, numbers } = parsed.data
  const epoch = new FactWords(numbers, language).count('epoch') ?? new FactWords({ ...facts }, language).count('epoch')
  if (alone.has(trigger)) return said({ condition: trigger, words: trigger === 'request' ? {} : { epoch }, language })
  const clauses = deciding(trigger, readings).map((one) => clauseOf({ reading: one, numbers, language }))
  return clauses.length > 0 && clauses.every((clause) => clause !== null) ? clauses.join(language.t('events.separator', {})) : null
}

/** Of the readings, those that were met on the side that the trigger stands on. */
function deciding(trigger: string, readings: readonly Reading[]): readonly Reading[] {
  const [first = ''] = trigger.split('+')
  const met = readings.filter(({ isMet }) => isMet)
  if (first === 'notFinite') return met.filter(({ condition }) => condition === first)
  const side = met.find(({ condition }) => condition === first)?.side
  return met.filter((one) => one.side === side)
}

function clauseOf({ reading: { condition, signal, value, threshold }, numbers, language }: { readonly reading: Reading; readonly numbers: Readonly<Record<string, number>>; readonly language: Language }): string | null {
  const { f } = language
  const read = new FactWords(numbers, language)
  const words = {
    ...(signal === null ? {} : { signal: signalWords(signal, language) }),
    value: value === null ? f.significant(Number.NaN) : f.significant(value),
    threshold: threshold === null ? f.significant(Number.NaN) : f.significant(threshold),
    ...Object.fromEntries(figures.filter((name) => name in numbers).map((name) => [name, read.significant(name)])),
  }
  return said({ condition, words, language })
}

function said({ condition, words, language }: { readonly condition: string; readonly words: Words; readonly language: Language }): string | null {
  const template = Object.entries(en.events.reason).find(([name]) => name === condition)?.[1]
  if (template === undefined) return null
  const places = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')
  if (!isComplete(words) || places.some((place) => !(place in words))) return null
  return language.t(`events.reason.${condition}`, words)
}

/** `train-loss` in words; as it came where there are none. */
export function signalWords(signal: string, { t }: Language): string {
  return Object.hasOwn(en.events.signal, signal) ? t(`events.signal.${signal}`, {}) : signal
}
