import { describe, expect, it } from 'vitest'
import { methodNames } from '../../../main/contract/study-config.ts'
import { config as en } from '../../locales/en/config.ts'
import { config as ja } from '../../locales/ja/config.ts'
import type { Field } from '../../schema-form/describe-schema.ts'
import { fieldAt, leaves } from '../../schema-form/describe-schema.ts'
import { findFieldText } from '../../schema-form/field-text.ts'
import { branchSections, copySections, elsewhere, formSections } from './form-layout.ts'
import { decorrelateSections } from '../channel-decorrelation/decorrelate-layout.ts'
import { decorrelateFields } from '../channel-decorrelation/decorrelate.store.ts'
import { derivedRunFields } from '../runs/derived-run.store.ts'
import { studyFields } from './study-fields.ts'

const branched = [...branchSections, ...copySections].flatMap(({ groups }) => groups.flatMap(({ paths }) => paths.map((path) => fieldAt(derivedRunFields, path))))
/** A run by itself that decorrelates channels; its weights and thresholds have controls of their own. */
const single = [decorrelateSections.model, decorrelateSections.data, decorrelateSections.unlabelled, ...decorrelateSections.others].flatMap(({ groups }) => groups.flatMap(({ paths }) => paths.map((path) => fieldAt(decorrelateFields, path))))
const roots = [...methodNames.map((method) => studyFields[method]), ...branched, ...single]
const all = roots.flatMap(leaves)
/** Groups that may be left out, which have a label of their own. */
const optional = (field: Field): Field[] => (field.kind === 'variant' ? field.variants.flatMap((variant) => variant.fields.flatMap(optional)) : field.kind === 'group' ? [...(field.isNullable ? [field] : []), ...field.fields.flatMap(optional)] : [])
const variants = (field: Field): Extract<Field, { kind: 'variant' }>[] => (field.kind === 'variant' ? [field] : field.kind === 'group' ? field.fields.flatMap(variants) : [])

describe('the study form', () => {
  it.each(methodNames)('of %s has every setting of the schema in exactly one place', (method) => {
    const placed = formSections[method].flatMap((section) => section.groups.flatMap((group) => group.paths.flatMap((path) => leaves(fieldAt(studyFields[method], path)).map((leaf) => leaf.variantPath ?? leaf.path))))
    const wanted = leaves(studyFields[method]).map((leaf) => leaf.variantPath ?? leaf.path).filter((path) => !elsewhere.includes(path))
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
      if (leaf.kind === 'rows') expect(text?.example, `example of ${leaf.path}`).toBeTruthy()
      if (leaf.kind === 'choice' || leaf.kind === 'choices' || leaf.kind === 'order') expect(Object.keys(text?.choices ?? {}).toSorted(), `choices of ${leaf.path}`).toEqual([...leaf.choices].toSorted())
    }
    for (const group of roots.flatMap(optional)) {
      const text = findFieldText(texts, group)
      expect([text?.label, text?.help, text?.automatic].every(Boolean), `texts of ${group.path}`).toBe(true)
    }
    for (const variant of roots.flatMap(variants)) {
      const path = `${variant.path}.${variant.discriminator}`
      expect(Object.keys(texts[path]?.choices ?? {}).toSorted(), `choices of ${path}`).toEqual(variant.variants.map(({ name }) => name).toSorted())
    }
  })

  it.each([
    ['English', en],
    ['Japanese', ja],
  ])('has no text for a setting that does not exist, in %s', (_, texts) => {
    const known = new Set(all.flatMap((leaf) => [leaf.path, leaf.variantPath ?? leaf.path]).concat(roots.flatMap(variants).map((variant) => `${variant.path}.${variant.discriminator}`)).concat(roots.flatMap(optional).map((group) => group.path)))
    expect(Object.keys(texts).filter((path) => !known.has(path))).toEqual([])
  })
})
