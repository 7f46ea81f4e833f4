import type { FieldText, FieldTexts } from '../locales/field-text.ts'
import type { LeafField } from './describe-schema.ts'

/** The texts of a setting: its variant's own where there are some. A test sees to it that none is missing; the path stands in until then. */
export function fieldText(texts: FieldTexts, field: Pick<LeafField, 'path' | 'variantPath'>): FieldText {
  return findFieldText(texts, field) ?? { label: field.path, help: '' }
}

/** The settings of a run's controller are those of a study's. */
export function findFieldText(texts: FieldTexts, field: Pick<LeafField, 'path' | 'variantPath'>): FieldText | undefined {
  return (field.variantPath === null ? undefined : texts[field.variantPath]) ?? texts[field.path] ?? texts[field.path.replace(/^run\.batchPolicy\./, 'controller.')]
}
