import { z } from '../../main/contract/zod.ts'
import { en } from '../locales/en/index.ts'
import { isComplete } from './fact-words.ts'
import type { Language, Words } from './fact-words.ts'

const change = z.object({ path: z.string(), from: z.union([z.number(), z.string(), z.null()]), to: z.union([z.number(), z.string()]) })

/** As a run logs and tells it; a log may be of another version. */
const told = z.object({
  reason: z.string(),
  term: z.string().nullable().default(null),
  numbers: z.record(z.string(), z.number().nullable()).default({}), // NaN is null in the log
  changes: z.array(change).default([]),
  wantsData: z.boolean().default(false),
})

export interface RecommendationText {
  /** Why, with its numbers. */
  readonly reason: string
  /** What to set, `name from → to` each. */
  readonly changes: readonly string[]
  /** What to do, in a sentence or two. */
  readonly advice: string
}

/** Numbers that are shares of one, and those that are counted; the others are losses. */
const shares: ReadonlySet<string> = new Set(['share', 'taskShare', 'labelFraction'])
const counts: ReadonlySet<string> = new Set(['labelledExamples', 'trainingExamples', 'dead', 'channels', 'samples', 'neededSamples', 'block'])

/**
 * A recommended change of the learning conditions in the window's language. Null for what this version has no words for.
 *
 * @param facts  Of the event `conditions.recommended`, or a recommendation of a record.
 */
export function recommendationText(facts: unknown, language: Language & { readonly setting: (path: string) => string }): RecommendationText | null {
  const parsed = told.safeParse(facts)
  if (!parsed.success || !Object.hasOwn(en.events.recommendation, parsed.data.reason)) return null
  const { reason, term, numbers, changes, wantsData } = parsed.data
  const { t, f } = language
  const words: Words = {
    term: lossName(term, language),
    ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, value === null ? null : shares.has(name) ? f.percent(value, 1) : counts.has(name) ? f.count(value) : f.significant(value)])),
  }
  const named = changes.map(({ path, from, to }) => t('events.change', { name: language.setting(path), before: written(from, language), after: written(to, language) }))
  const advice = [...(named.length === 0 ? [] : [t('events.setChanges', { changes: named.join(t('events.separator', {})) })]), ...(wantsData ? [t('events.moreData', {})] : [])].join(' ')
  return { reason: sentenceOf(reason, words, language), changes: named, advice }
}

/** With the numbers where all are there, else without. */
function sentenceOf(reason: string, words: Words, { t }: Language): string {
  const template = Object.entries(en.events.recommendation).find(([name]) => name === reason)?.[1] ?? ''
  const places = [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '')
  const used = Object.fromEntries(places.map((place) => [place, words[place] ?? null]))
  if (isComplete(used)) return t(`events.recommendation.${reason}`, used)
  return t(`events.recommendationPlain.${reason}`, { term: words['term'] })
}

/** A term of the loss in words. */
export function lossName(term: string | null, { t }: Language): string {
  return term !== null && Object.hasOwn(en.events.loss, term) ? t(`events.loss.${term}`, {}) : t('events.someLoss', {})
}

function written(value: number | string | null, { t, f }: Language): string {
  if (value === null) return t('events.unset', {})
  return typeof value === 'number' ? f.significant(value, 4) : value
}
