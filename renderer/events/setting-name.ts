import { en } from '../locales/en/index.ts'
import type { FieldTexts } from '../locales/field-text.ts'
import type { Translate } from './fact-words.ts'

/**
 * What a setting of a run is called, by its path in the run's config; of a group in a list, with its place from 1. The path itself where it
 * has no name.
 *
 * @example `decorrelation.unlabelledSets.0.batchSize` is “Batch size of unlabelled set 1”.
 */
export function settingName(path: string, texts: FieldTexts, t: Translate): string {
  const parts = path.split('.')
  const place = parts.findIndex((part) => /^\d+$/.test(part))
  const plain = parts.filter((_, index) => index !== place).join('.')
  const label = (texts[`run.${plain}`] ?? texts[plain])?.label
  if (label === undefined) return path
  const list = place > 0 ? (parts[place - 1] ?? '') : ''
  return Object.hasOwn(en.events.listed, list) ? t(`events.listed.${list}`, { name: label, place: Number(parts[place]) + 1 }) : label
}
