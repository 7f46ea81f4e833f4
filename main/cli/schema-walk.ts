import { z } from '../contract/zod.ts'

/** The parts of a JSON schema that configs use. */
const node = z.object({
  description: z.string().optional(),
  get properties(): z.ZodOptional<z.ZodRecord<z.ZodString, typeof node>> {
    return z.record(z.string(), node).optional()
  },
  get oneOf(): z.ZodOptional<z.ZodArray<typeof node>> {
    return z.array(node).optional()
  },
  get anyOf(): z.ZodOptional<z.ZodArray<typeof node>> {
    return z.array(node).optional()
  },
  get items(): z.ZodOptional<typeof node> {
    return node.optional()
  },
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  /** A plain value that may be null has two types in one list. */
  type: z
    .union([z.string(), z.array(z.string()).transform((types) => types.find((type) => type !== 'null') ?? 'null')])
    .optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  exclusiveMaximum: z.number().optional(),
  default: z.unknown().optional(),
})
export type SchemaNode = z.output<typeof node>

/** A config's schema as a tree that can be walked beside a value. */
export function schemaTree(schema: z.ZodType): SchemaNode {
  return node.parse(z.toJSONSchema(schema, { io: 'input' }))
}

/** Of a union, the branch that a value belongs to: the one whose constants it has. The first where it has none of them. */
export function branchFor(schema: SchemaNode, value: unknown): SchemaNode {
  const branches = schema.oneOf ?? schema.anyOf?.filter((branch) => branch.type !== 'null')
  if (branches === undefined || branches.length === 0) return schema
  const record = isRecord(value) ? value : {}
  const fits = (branch: SchemaNode) => Object.entries(branch.properties ?? {}).every(([key, property]) => property.const === undefined || property.const === record[key])
  return branches.find(fits) ?? branches[0] ?? schema
}

/** The schema of what stands at a path of a value; null where the path leads nowhere. */
export function schemaAt(options: { readonly schema: SchemaNode; readonly value: unknown; readonly path: readonly PropertyKey[] }): SchemaNode | null {
  let { schema, value } = options
  for (const key of options.path) {
    const property = branchFor(schema, value).properties?.[String(key)]
    if (property === undefined) return null
    schema = property
    value = isRecord(value) ? value[String(key)] : undefined
  }
  return branchFor(schema, value)
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
