import { z } from '../../main/contract/zod.ts'

interface Common {
  /** Where the value stands, such as `run.model.hidden`. */
  readonly path: string
  /** Where its texts stand when its variant has its own, such as `run.model@resnet.width`. */
  readonly variantPath: string | null
  readonly isNullable: boolean
  readonly defaultValue: unknown
}
export interface NumberField extends Common {
  readonly kind: 'number'
  readonly isInteger: boolean
}
export interface TextField extends Common {
  readonly kind: 'text'
}
export interface SwitchField extends Common {
  readonly kind: 'switch'
}
export interface ChoiceField extends Common {
  readonly kind: 'choice'
  readonly choices: readonly string[]
}
export interface NumbersField extends Common {
  readonly kind: 'numbers'
  readonly isInteger: boolean
}
/** Texts of any kind, one after another. */
export interface TextsField extends Common {
  readonly kind: 'texts'
}
/** Some of several names, each at most once. */
export interface ChoicesField extends Common {
  readonly kind: 'choices'
  readonly choices: readonly string[]
}
/** Several names, all of them, in an order. */
export interface OrderField extends Common {
  readonly kind: 'order'
  readonly choices: readonly string[]
}
/** Rows of a few numbers, by the names that the schema gives them. */
export interface RowsField extends Common {
  readonly kind: 'rows'
  readonly keys: readonly RowKey[]
}
export interface RowKey {
  readonly name: string
  readonly isNullable: boolean
}
/** Any number of groups, one after another, all of the same settings. */
export interface ListField extends Common {
  readonly kind: 'list'
  /** Of one group: `*` in their paths stands for its place in the list, and their texts stand without it. */
  readonly fields: readonly LeafField[]
  /** What a group begins with. */
  readonly beginning: unknown
}
/** A value fixed by the schema, such as the method's name: stored, not shown. */
export interface ConstantField extends Common {
  readonly kind: 'constant'
}
export interface GroupField extends Common {
  readonly kind: 'group'
  readonly fields: readonly Field[]
}
/** One of several groups, told apart by the value of one of their keys. */
export interface VariantField extends Common {
  readonly kind: 'variant'
  readonly discriminator: string
  readonly variants: readonly { readonly name: string; readonly fields: readonly Field[] }[]
}
export type Field = NumberField | TextField | SwitchField | ChoiceField | ChoicesField | OrderField | RowsField | NumbersField | TextsField | ListField | ConstantField | GroupField | VariantField
/** A field with a control of its own. */
export type LeafField = NumberField | TextField | SwitchField | ChoiceField | ChoicesField | OrderField | RowsField | NumbersField | TextsField

interface Place {
  readonly path: string
  readonly variantPath: string | null
}

/**
 * What a form needs to know of a configuration's schema, read from the schema itself.
 *
 * @throws Error for a kind of schema that no control exists for: a new kind of setting must not vanish from the form.
 */
export function describeSchema(schema: z.ZodType, place: Place = { path: '', variantPath: null }): Field {
  const { inner, isNullable, defaultValue } = unwrap(schema)
  const common: Common = { ...place, isNullable, defaultValue }
  if (inner instanceof z.ZodObject) return { ...common, kind: 'group', fields: describeShape(inner, place) }
  if (inner instanceof z.ZodDiscriminatedUnion) {
    const discriminator = inner.def.discriminator
    const variants = inner.options.map((option) => {
      if (!(option instanceof z.ZodObject)) throw unknownKind(place.path, option)
      const name = literalValue(option.shape[discriminator], place.path)
      const fields = describeShape(option, place, name).filter((field) => field.path !== join(place.path, discriminator))
      return { name, fields }
    })
    return { ...common, kind: 'variant', discriminator, variants }
  }
  if (inner instanceof z.ZodEnum) return { ...common, kind: 'choice', choices: inner.options.map(String) }
  if (inner instanceof z.ZodLiteral) return { ...common, kind: 'constant', defaultValue: inner.value }
  if (inner instanceof z.ZodBoolean) return { ...common, kind: 'switch' }
  if (inner instanceof z.ZodString) return { ...common, kind: 'text' }
  if (inner instanceof z.ZodNumber) return { ...common, kind: 'number', isInteger: isInteger(inner) }
  if (inner instanceof z.ZodArray && inner.element instanceof z.ZodNumber) return { ...common, kind: 'numbers', isInteger: isInteger(inner.element) }
  if (inner instanceof z.ZodArray && inner.element instanceof z.ZodString) return { ...common, kind: 'texts' }
  if (inner instanceof z.ZodArray && inner.element instanceof z.ZodEnum) return { ...common, kind: holdsAll(inner, inner.element) ? 'order' : 'choices', choices: inner.element.options.map(String) }
  const keys = inner instanceof z.ZodArray ? rowKeysOf(inner.element) : null
  if (keys !== null) return { ...common, kind: 'rows', keys }
  if (inner instanceof z.ZodArray && inner.element instanceof z.ZodObject) return { ...common, kind: 'list', fields: describeItem(inner.element, place), beginning: inner.element.safeParse({}).data ?? {} }
  throw unknownKind(place.path, inner)
}

/** True where a list must name all of its choices: then only their order is left to say. */
function holdsAll(list: z.ZodArray, { options }: z.ZodEnum): boolean {
  return (list.def.checks ?? []).some(({ _zod: { def } }) => def.check === 'length_equals' && Reflect.get(def, 'length') === options.length)
}

/** What each number of a row is called; null where it is not one of numbers alone. */
function rowKeysOf(element: unknown): readonly RowKey[] | null {
  if (!(element instanceof z.ZodObject)) return null
  const keys = Object.entries(element.shape).map(([name, value]) => ({ name, ...unwrap(value) }))
  return keys.every(({ inner }) => inner instanceof z.ZodNumber) ? keys.map(({ name, isNullable }) => ({ name, isNullable })) : null
}

/** The settings of one group of a list. */
function describeItem(element: z.ZodObject, { path }: Place): LeafField[] {
  return Object.entries(element.shape).map(([key, value]) => {
    if (!(value instanceof z.ZodType)) throw unknownKind(join(path, key), value)
    const field = describeSchema(value, { path: `${path}.*.${key}`, variantPath: join(path, key) })
    if (field.kind === 'group' || field.kind === 'variant' || field.kind === 'list' || field.kind === 'constant') throw unknownKind(join(path, key), value)
    return field
  })
}

function describeShape(object: z.ZodObject, place: Place, variant: string | null = null): Field[] {
  return Object.entries(object.shape).map(([key, value]) => {
    if (!(value instanceof z.ZodType)) throw unknownKind(join(place.path, key), value)
    return describeSchema(value, { path: join(place.path, key), variantPath: variant === null ? null : `${place.path}@${variant}.${key}` })
  })
}

/** Takes off defaults and null, from the outside in. */
function unwrap(schema: unknown): { inner: unknown; isNullable: boolean; defaultValue: unknown } {
  let inner = schema
  let isNullable = false
  let defaultValue: unknown
  for (;;) {
    if (inner instanceof z.ZodDefault || inner instanceof z.ZodPrefault) {
      defaultValue ??= inner.def.defaultValue
      inner = inner.def.innerType
    } else if (inner instanceof z.ZodNullable) {
      isNullable = true
      defaultValue ??= null
      inner = inner.def.innerType
    } else {
      return { inner, isNullable, defaultValue }
    }
  }
}

function isInteger(schema: z.ZodNumber): boolean {
  return schema.format?.includes('int') ?? false
}

function literalValue(schema: unknown, path: string): string {
  if (schema instanceof z.ZodLiteral) return String(schema.value)
  throw unknownKind(path, schema)
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}

function unknownKind(path: string, schema: unknown): Error {
  const kind = schema instanceof z.ZodType ? schema.def.type : typeof schema
  return new Error(`No control exists for "${path}", a schema of kind "${kind}". Add one to renderer/schema-form.`)
}

/** Every leaf under a field, of all variants, first occurrence of each text path; of a list, itself and the leaves of one of its groups. */
export function leaves(field: Field): (LeafField | ListField)[] {
  if (field.kind === 'group') return field.fields.flatMap(leaves)
  if (field.kind === 'variant') return field.variants.flatMap((variant) => variant.fields.flatMap(leaves))
  if (field.kind === 'list') return [field, ...field.fields]
  return field.kind === 'constant' ? [] : [field]
}

/** Finds the field at a path, looking into groups but not into variants. */
export function fieldAt(root: Field, path: string): Field {
  let field = root
  const keys = path.split('.')
  keys.forEach((_, index) => {
    const wanted = join(root.path, keys.slice(0, index + 1).join('.'))
    const next = field.kind === 'group' ? field.fields.find((child) => child.path === wanted) : undefined
    if (!next) throw new Error(`The schema has no field "${wanted}".`)
    field = next
  })
  return field
}
