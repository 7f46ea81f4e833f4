import { isMetricKey, metrics } from '../metrics.ts'
import type { MetricKey } from '../metrics.ts'
import { status } from '../records.ts'
import { importTools } from '../run-import.ts'
import { runConfig } from '../run-config.ts'
import { methodNames } from '../study-config.ts'
import { z } from '../zod.ts'

/**
 * What values of a field are: it decides which operators and values go with it. Instants are ms since 1970, durations ms. Parameters of imported runs
 * are `mixed`: a number in one run, a text in another.
 */
export type FieldType = 'number' | 'text' | 'boolean' | 'instant' | 'duration' | 'list' | 'mixed'

/** What the log keeps of every run apart from its configuration and metrics. */
export type RunColumn =
  | 'id'
  | 'name'
  | 'key'
  | 'study'
  | 'method'
  | 'source'
  | 'sourceGroup'
  | 'sourcePath'
  | 'status'
  | 'tag'
  | 'note'
  | 'starred'
  | 'archived'
  | 'created'
  | 'started'
  | 'finished'
  | 'steps'
  | 'examples'
  | 'duration'
  | 'evaluations'
  | 'censored'
  | 'error'

/** Of the logged values of a metric: the newest, the smallest, the greatest. */
export type Statistic = 'last' | 'min' | 'max'

export type FieldSource =
  | { readonly from: 'column'; readonly column: RunColumn }
  | { readonly from: 'config'; readonly path: readonly string[] }
  /** A parameter of an imported run. */
  | { readonly from: 'param'; readonly name: string }
  /** One of Loupe's metrics, or of an imported run's own. */
  | { readonly from: 'metric'; readonly key: string; readonly statistic: Statistic }

/** Something of a run that can be filtered by, sorted by and shown in a column. */
export interface Field {
  /** As it is written in full, such as `optimizer.learningRate` or `max(validation/accuracy)`. */
  readonly name: string
  readonly type: FieldType
  readonly source: FieldSource
  /** What a value may be; empty where anything of the type may. */
  readonly choices: readonly string[]
  /** One line for a list of fields; null for one that has none. */
  readonly description: string | null
}

const column = (name: RunColumn, type: FieldType, description: string, choices: readonly string[] = []): Field => ({ name, type, source: { from: 'column', column: name }, choices, description })

/** In the order in which a list shows them. */
const columns: readonly Field[] = [
  column('name', 'text', 'name of the run'),
  column('key', 'text', 'what the run is for within its study, such as b=64 seed=1'),
  column('id', 'text', 'id of the run'),
  column('study', 'text', 'id or name of its study; none for a single run'),
  column('method', 'text', 'method of its study; none for a single run', methodNames),
  column('status', 'text', 'where the run is', status.options),
  column('source', 'text', 'tool that an imported run comes from; none for a run of Loupe', importTools),
  { ...column('sourceGroup', 'text', 'experiment or folder that an imported run was in'), name: 'source.group' },
  { ...column('sourcePath', 'text', 'file or folder that it was read from'), name: 'source.path' },
  column('tag', 'list', 'tags of the run and of its study'),
  column('note', 'text', 'note of the run'),
  column('starred', 'boolean', 'whether the run has a star'),
  column('archived', 'boolean', 'whether the run or its study is archived'),
  column('created', 'instant', 'when the run was asked for'),
  column('started', 'instant', 'when it began to train'),
  column('finished', 'instant', 'when it ended'),
  column('steps', 'number', 'steps trained'),
  column('examples', 'number', 'examples seen'),
  column('duration', 'duration', 'training time, pauses excluded'),
  column('evaluations', 'number', 'forward evaluations of the line search'),
  column('censored', 'boolean', 'whether it ended without its target; none where it has none'),
  column('error', 'text', 'message of the error that it failed with'),
]

/** Short words for what is asked most. */
export const aliases: Readonly<Record<string, string>> = {
  b: 'batchSize',
  accuracy: 'validation/accuracy',
  loss: 'validation/loss',
  model: 'model.kind',
  optimizer: 'optimizer.kind',
  dataset: 'dataset.name',
  learningRate: 'optimizer.learningRate',
  policy: 'batchPolicy.kind',
  tags: 'tag',
}

/** Metrics that are read evaluation by evaluation, or once: those of single steps are curves, and no value of a run. */
export const searchedMetrics: readonly MetricKey[] = metricKeys().filter((key) => metrics[key].per === 'evaluation' || metrics[key].per === 'run')

const schemaNode = z.object({
  description: z.string().optional(),
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  const: z.unknown().optional(),
  get properties(): z.ZodOptional<z.ZodRecord<z.ZodString, typeof schemaNode>> {
    return z.record(z.string(), schemaNode).optional()
  },
  get oneOf(): z.ZodOptional<z.ZodArray<typeof schemaNode>> {
    return z.array(schemaNode).optional()
  },
  get anyOf(): z.ZodOptional<z.ZodArray<typeof schemaNode>> {
    return z.array(schemaNode).optional()
  },
  get items(): z.ZodOptional<typeof schemaNode> {
    return schemaNode.optional()
  },
})
type SchemaNode = z.output<typeof schemaNode>

let made: ReadonlyMap<string, Field> | null = null

/** Every field but the statistics of metrics, by name: columns, settings of the configuration, last values of metrics. */
export function allFields(): ReadonlyMap<string, Field> {
  made ??= new Map([...columns, ...searchedMetrics.map((key) => metricField(key, 'last')), ...configFields()].map((field) => [field.name, field]))
  return made
}

/** What stands before the name of a parameter or of a metric of an imported run. */
export const ownNames = ['param', 'metric'] as const

/** A field by its name or alias, upper and lower case alike but in the names that other tools gave; undefined where there is none. */
export function fieldNamed(name: string): Field | undefined {
  const known = allFields()
  const full = Object.hasOwn(aliases, name) ? aliases[name]! : name
  return known.get(full) ?? lowerCase().get(name.toLowerCase()) ?? importedField(name)
}

/** `param.lr`, `metric.val_loss`: whatever an imported run may have. */
function importedField(name: string): Field | undefined {
  const match = /^(param|metric)\.([^]{1,250})$/i.exec(name)
  if (match === null) return undefined
  const own = match[2]!
  if (match[1]!.toLowerCase() === 'metric') return metricField(own, 'last')
  return { name: `param.${own}`, type: 'mixed', source: { from: 'param', name: own }, choices: [], description: null }
}

let lower: ReadonlyMap<string, Field> | null = null
function lowerCase(): ReadonlyMap<string, Field> {
  lower ??= new Map([
    ...[...allFields().values()].map((field) => [field.name.toLowerCase(), field] as const),
    ...Object.entries(aliases).map(([alias, name]) => [alias.toLowerCase(), allFields().get(name)!] as const), // a test holds that every alias has a field
  ])
  return lower
}

/** What may be written before a metric in parentheses. */
export const statistics = ['last', 'best', 'min', 'max'] as const

/**
 * A statistic of a metric. `best` is the greatest accuracy and the smallest loss.
 *
 * @returns undefined for the best of a metric that is neither.
 */
export function statisticOf(name: (typeof statistics)[number], key: string): Field | undefined {
  if (name !== 'best') return metricField(key, name)
  if (/accuracy$/.test(key)) return metricField(key, 'max')
  return /loss$/.test(key) ? metricField(key, 'min') : undefined
}

/** Any field by what a column or a sort key is called, such as `best(accuracy)`; undefined where there is none. */
export function fieldCalled(text: string): Field | undefined {
  const call = /^(last|best|min|max)\(\s*([^]+?)\s*\)$/.exec(text)
  if (call === null) return fieldNamed(text)
  const inner = fieldNamed(call[2]!)
  const statistic = statistics.find((name) => name === call[1])
  return inner?.source.from === 'metric' && statistic !== undefined ? statisticOf(statistic, inner.source.key) : undefined
}

function metricField(key: string, statistic: Statistic): Field {
  const isOwn = isMetricKey(key)
  const name = isOwn ? key : `metric.${key}`
  return { name: statistic === 'last' ? name : `${statistic}(${name})`, type: 'number', source: { from: 'metric', key, statistic }, choices: [], description: isOwn ? metrics[key].description : null }
}

function metricKeys(): readonly MetricKey[] {
  return Object.keys(metrics) as MetricKey[] // the table's own keys
}

/** The settings of a run's configuration, by path. Lists of groups have no place in a row and are left out. */
function configFields(): readonly Field[] {
  const found = new Map<string, { readonly types: Set<FieldType>; readonly choices: Set<string>; description: string | null }>()
  walk(schemaNode.parse(z.toJSONSchema(runConfig, { io: 'input' })), [], (path, { type, choices, description }) => {
    const name = path.join('.')
    const before = found.get(name) ?? { types: new Set(), choices: new Set(), description }
    before.types.add(type)
    for (const choice of choices) before.choices.add(choice)
    found.set(name, before)
  })
  found.delete('name') // the name of the run itself, which may have been changed since
  return [...found].map(([name, { types, choices, description }]): Field => {
    const type = types.size === 1 ? [...types][0]! : 'text'
    return { name, type, source: { from: 'config', path: name.split('.') }, choices: type === 'text' && types.size === 1 ? [...choices] : [], description }
  })
}

type Leaf = { readonly type: FieldType; readonly choices: readonly string[]; readonly description: string | null }

function walk(node: SchemaNode, path: readonly string[], add: (path: readonly string[], leaf: Leaf) => void): void {
  for (const branch of [...(node.oneOf ?? []), ...(node.anyOf ?? [])]) walk({ ...branch, description: branch.description ?? node.description }, path, add)
  for (const [key, property] of Object.entries(node.properties ?? {})) walk(property, [...path, key], add)
  const leaf = leafOf(node)
  if (leaf !== null && path.length > 0) add(path, leaf)
}

function leafOf(node: SchemaNode): Leaf | null {
  const description = node.description ?? null
  const choices = node.const === undefined ? (node.enum ?? []) : [node.const]
  if (choices.length > 0 && choices.every((choice) => typeof choice === 'string')) return { type: 'text', choices, description }
  const types = typeof node.type === 'string' ? [node.type] : (node.type ?? [])
  if (types.includes('number') || types.includes('integer')) return { type: 'number', choices: [], description }
  if (types.includes('boolean')) return { type: 'boolean', choices: [], description }
  if (types.includes('string')) return { type: 'text', choices: [], description }
  if (types.includes('array') && node.items !== undefined && leafOf(node.items) !== null) return { type: 'list', choices: [], description }
  return null
}
