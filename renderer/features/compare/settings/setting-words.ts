import type { FieldValue } from '../../../../main/contract/annotations.ts'
import type { Formats } from '../../../format.ts'
import { en } from '../../../locales/en/index.ts'
import type { FieldText, FieldTexts } from '../../../locales/field-text.ts'

/** What settings are named with, in the window's language. */
export interface SettingWords {
  readonly texts: FieldTexts
  readonly formats: Formats
  readonly t: (key: string, values?: Record<string, unknown>) => string
}

export const settingSections = ['training', 'dataset', 'model', 'optimizer', 'schedule', 'batchPolicy', 'exchange', 'distillation', 'decorrelation', 'evaluation', 'noiseScale', 'compute', 'target', 'environment', 'data'] as const
export type SettingSection = (typeof settingSections)[number]

/** Where a setting of a run's configuration stands in the table. */
export function sectionOf(path: string): SettingSection {
  const first = path.split('.')[0] ?? ''
  return settingSections.find((section) => section === first) ?? 'training'
}

/** Settings of a run that have their texts where a study's stand. */
const elsewhere = [
  [/^run\.exchange\.compressor\./, 'compression.'],
  [/^run\.exchange\./, 'exchange.'],
  [/^run\.distillation\./, 'distillation.'],
  [/^run\.batchPolicy\./, 'controller.'],
  [/^run\.decorrelation\./, 'decorrelation.'],
  [/^run\.target\./, 'sweep.target.'],
] as const

/** The form's texts of a setting; undefined where the form has none. Of variants that call it differently, those of the first. */
export function settingText(path: string, texts: FieldTexts): FieldText | undefined {
  const plain = `run.${path.split('.').filter((part) => !/^\d+$/.test(part)).join('.')}`
  const places = [plain, ...elsewhere.filter(([from]) => from.test(plain)).map(([from, to]) => plain.replace(from, to))]
  const own = places.map((place) => texts[place]).find((text) => text !== undefined)
  if (own !== undefined) return own
  const [group, name] = [plain.slice(0, plain.lastIndexOf('.')), plain.slice(plain.lastIndexOf('.') + 1)]
  return Object.entries(texts).find(([key]) => key.startsWith(`${group}@`) && key.endsWith(`.${name}`))?.[1]
}

/** What a setting is called: as in the form, with its place where it is one of a list. Its path where the form has no name. */
export function settingLabel(path: string, { texts, t }: SettingWords): string {
  const label = settingText(path, texts)?.label
  if (label === undefined) return path
  const parts = path.split('.')
  const place = parts.findIndex((part) => /^\d+$/.test(part))
  if (place < 0) return label
  const list = parts[place - 1] ?? ''
  return Object.hasOwn(en.events.listed, list) ? t(`events.listed.${list}`, { name: label, place: Number(parts[place]) + 1 }) : `${label} ${Number(parts[place]) + 1}`
}

/** Names of single settings that say enough by themselves; others get the name of their section before them. */
const plainSections: readonly SettingSection[] = ['training', 'environment', 'data']

/** What a setting is called away from its section: “Optimizer: Weight decay”, “Batch size”. */
export function settingTitle(path: string, words: SettingWords): string {
  const section = sectionOf(path)
  const label = settingLabel(path, words)
  const isSaid = /\.kind$|^dataset\.name$/.test(path) || ['optimizer.learningRate', 'model.kind'].includes(path)
  return plainSections.includes(section) || isSaid || label === path ? label : words.t('compareSettings.inSection', { section: words.t(`compareSettings.section.${section}`), name: label })
}

/** A value as the form would show it, with its unit. `undefined` is no such setting. */
export function settingValueText(path: string, value: FieldValue | undefined, words: SettingWords): string {
  if (value === undefined) return '–'
  const text = settingText(path, words.texts)
  if (value === null) return text?.automatic ?? words.t('compareSettings.off')
  if (typeof value === 'boolean') return text?.choices?.[String(value)] ?? words.t(value ? 'runs.yes' : 'runs.no')
  const one = (item: string | number) => (typeof item === 'number' ? numberText(path, item, words.formats) : (text?.choices?.[item] ?? item))
  const written = Array.isArray(value) ? (value.length === 0 ? words.t('compareSettings.empty') : value.map(one).join(', ')) : one(value)
  const isNumber = typeof value === 'number' || (Array.isArray(value) && typeof value[0] === 'number')
  return isNumber && text?.unit !== undefined ? `${written} ${text.unit}` : written
}

/** A number as it stands on an axis, without its unit. Seeds are names, not amounts: without marks between thousands. */
export function numberText(path: string, value: number, formats: Formats): string {
  if (/seed$/i.test(path)) return String(value)
  return Number.isInteger(value) && Math.abs(value) < 1e9 ? formats.count(value) : formats.significant(value, 4)
}

/** Names that begin with a capital wherever they stand. */
const names = /^(Armijo|Adam|Nesterov|ResNet|Pareto|Spearman)/

/** A name as it stands within a sentence: “batch size”; abbreviations and names of people stay as they are. */
export function withinSentence(name: string): string {
  return /^[A-Z][a-z]/.test(name) && !names.test(name) ? `${name[0]!.toLowerCase()}${name.slice(1)}` : name
}
