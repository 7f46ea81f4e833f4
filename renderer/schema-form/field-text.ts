import type { FieldText, FieldTexts } from '../locales/field-text.ts'
import type { LeafField } from './describe-schema.ts'

/** The texts of a setting: its variant's own where there are some. A test sees to it that none is missing; the path stands in until then. */
export function fieldText(texts: FieldTexts, field: Pick<LeafField, 'path' | 'variantPath'>): FieldText {
  return findFieldText(texts, field) ?? { label: field.path, help: '' }
}

/** The settings of a run's controller, and of what decorrelates its channels, are those of a study's. */
export function findFieldText(texts: FieldTexts, { path, variantPath }: Pick<LeafField, 'path' | 'variantPath'>): FieldText | undefined {
  const places = variantPath === null ? [path] : [variantPath, path]
  const inStudy = places.map((place) => place.replace(/^run\.batchPolicy\./, 'controller.').replace(/^run\.decorrelation\./, 'decorrelation.'))
  return [...places, ...inStudy].map((place) => texts[place]).find((text) => text !== undefined)
}
