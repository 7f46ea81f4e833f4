import { Document, isMap, isSeq } from 'yaml'
import type { Node, YAMLMap } from 'yaml'
import { runConfig } from '../contract/run-config.ts'
import { studyConfig } from '../contract/study-config.ts'
import type { MethodName } from '../contract/study-config.ts'
import { branchFor, isRecord, schemaTree } from './schema-walk.ts'
import type { SchemaNode } from './schema-walk.ts'

/** The complete default config of a method, or of a single `run`. */
export function defaultConfig(method: MethodName | 'run'): Readonly<Record<string, unknown>> {
  return method === 'run' ? runConfig.parse({}) : studyConfig.parse({ method })
}

/** The same as YAML, with the meaning of each key, and what it may be, beside it. */
export function yamlTemplate(method: MethodName | 'run'): string {
  const config = defaultConfig(method)
  const document = new Document(config)
  document.commentBefore = ` loupe run this-file.yaml\n Every key may be left out: it then has the value that stands here.`
  if (isMap(document.contents)) annotate({ map: document.contents, schema: schemaTree(method === 'run' ? runConfig : studyConfig), value: config })
  return document.toString({ lineWidth: 0, flowCollectionPadding: false })
}

function annotate({ map, schema, value }: { readonly map: YAMLMap; readonly schema: SchemaNode; readonly value: Readonly<Record<string, unknown>> }): void {
  const { properties = {} } = branchFor(schema, value)
  for (const { key, value: node } of map.items as { readonly key: { commentBefore?: string | null }; readonly value: Node }[]) { // a document made from a plain object has nodes throughout
    const name = String(key)
    const property = properties[name]
    if (property === undefined) continue
    const inner = value[name]
    if (isMap(node) && isRecord(inner)) {
      annotate({ map: node, schema: property, value: inner })
      const others = otherKinds(property, inner)
      if (others.length > 0) node.commentBefore = others.map((line) => ` ${line}`).join('\n')
      continue
    }
    if (isSeq(node)) node.flow = true
    const comment = describe(property, name === 'kind' ? kindsOf(schema) : [])
    if (comment !== '') node.comment = ` ${comment}`
  }
}

/** `meaning; [from, to]` or `meaning; one of a, b, c`. */
function describe(schema: SchemaNode, kinds: readonly string[]): string {
  const plain = branchFor(schema, undefined)
  const choices = kinds.length > 0 ? kinds : (plain.enum ?? [])
  const range = [bound(plain.minimum ?? plain.exclusiveMinimum, plain.exclusiveMinimum !== undefined ? '>' : '>='), bound(plain.maximum ?? plain.exclusiveMaximum, plain.exclusiveMaximum !== undefined ? '<' : '<=')]
  const limits = plain.type === 'integer' || plain.type === 'number' ? range.filter((part) => part !== '').join(', ') : ''
  const all = plain.items?.enum ?? []
  const members = Array.isArray(schema.default) && schema.default.length >= all.length ? [] : all
  return [schema.description ?? plain.description ?? '', choices.length > 0 ? `one of ${choices.join(', ')}` : '', members.length > 0 ? `some of ${members.join(', ')}` : '', limits].filter((part) => part !== '').join('; ')
}

function bound(limit: number | undefined, sign: string): string {
  // zod writes the largest safe integer where a whole number has no bound.
  return limit === undefined || Math.abs(limit) >= Number.MAX_SAFE_INTEGER ? '' : `${sign} ${limit}`
}

function kindsOf(schema: SchemaNode): readonly string[] {
  return (schema.oneOf ?? []).map((branch) => String(branch.properties?.['kind']?.const))
}

/** What the other kinds of a union take, one line each. */
function otherKinds(schema: SchemaNode, value: Readonly<Record<string, unknown>>): readonly string[] {
  return (schema.oneOf ?? [])
    .filter((branch) => branch.properties?.['kind']?.const !== value['kind'])
    .map((branch) => {
      const rest = Object.entries(branch.properties ?? {}).filter(([key]) => key !== 'kind')
      return `or { kind: ${branch.properties?.['kind']?.const}${rest.map(([key, property]) => `, ${key}: ${JSON.stringify(property.default)}`).join('')} }`
    })
}
