import { methodNames, studyConfig } from '../../../main/contract/study-config.ts'
import type { MethodName } from '../../../main/contract/study-config.ts'
import { describeSchema } from '../../schema-form/describe-schema.ts'
import type { Field } from '../../schema-form/describe-schema.ts'

/** The settings of each method that has a study, read from its schema. */
export const studyFields = Object.fromEntries(methodNames.map((method) => [method, fieldsOf(method)])) as Readonly<Record<MethodName, Field>> // one for each name

function fieldsOf(method: string): Field {
  const root = describeSchema(studyConfig)
  const variant = root.kind === 'variant' ? root.variants.find((one) => one.name === method) : undefined
  if (!variant) throw new Error(`The study schema has no method "${method}".`)
  return { kind: 'group', path: '', variantPath: null, isNullable: false, defaultValue: undefined, fields: variant.fields.map(withoutVariant) }
}

/** The method is the page's, not a choice in the form: its settings need no texts apart. */
function withoutVariant(field: Field): Field {
  return { ...field, variantPath: null }
}
