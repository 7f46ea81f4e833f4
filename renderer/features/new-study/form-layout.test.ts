import { describe, expect, it } from 'vitest'
import { config as en } from '../../locales/en/config.ts'
import { config as ja } from '../../locales/ja/config.ts'
import type { Field } from '../../schema-form/describe-schema.ts'
import { fieldAt, leaves } from '../../schema-form/describe-schema.ts'
import { findFieldText } from '../../schema-form/field-text.ts'
import { elsewhere, formSections } from './form-layout.ts'
import { studyFields } from './study-fields.ts'

const all = leaves(studyFields)
const variants = (field: Field): Extract<Field, { kind: 'variant' }>[] => (field.kind === 'variant' ? [field] : field.kind === 'group' ? field.fields.flatMap(variants) : [])

describe('the study form', () => {
  it('has every setting of the schema in exactly one place', () => {
    const placed = formSections.flatMap((section) => section.groups.flatMap((group) => group.paths.flatMap((path) => leaves(fieldAt(studyFields, path)).map((leaf) => leaf.variantPath ?? leaf.path))))
    const wanted = all.map((leaf) => leaf.variantPath ?? leaf.path).filter((path) => !elsewhere.includes(path))
    expect(placed.toSorted()).toEqual(wanted.toSorted())
    expect(wanted.length).toBeGreaterThan(80)
  })

  it.each([
    ['English', en],
    ['Japanese', ja],
  ])('has a label and help for every setting, and says what automatic means, in %s', (_, texts) => {
    for (const leaf of all) {
      const text = findFieldText(texts, leaf)
      expect(text?.label, `label of ${leaf.path}`).toBeTruthy()
      expect(text?.help, `help of ${leaf.path}`).toBeTruthy()
      if (leaf.isNullable) expect(text?.automatic, `automatic of ${leaf.path}`).toBeTruthy()
      if (leaf.kind === 'choice') expect(Object.keys(text?.choices ?? {}).toSorted(), `choices of ${leaf.path}`).toEqual(leaf.choices.toSorted())
    }
    for (const variant of variants(studyFields)) {
      const path = `${variant.path}.${variant.discriminator}`
      expect(Object.keys(texts[path]?.choices ?? {}).toSorted(), `choices of ${path}`).toEqual(variant.variants.map(({ name }) => name).toSorted())
    }
  })

  it.each([
    ['English', en],
    ['Japanese', ja],
  ])('has no text for a setting that does not exist, in %s', (_, texts) => {
    const known = new Set(all.flatMap((leaf) => [leaf.path, leaf.variantPath ?? leaf.path]).concat(variants(studyFields).map((variant) => `${variant.path}.${variant.discriminator}`)))
    expect(Object.keys(texts).filter((path) => !known.has(path))).toEqual([])
  })
})
