import type { Field, RunColumn } from '../contract/filter/fields.ts'
import type { FilterNode } from '../contract/filter/parse-filter.ts'
import type { Operator } from '../contract/filter/tokens.ts'
import type { FilterValue } from '../contract/filter/values.ts'

/** A piece of SQL and what is bound to its question marks, in their order. Nothing that a user wrote is ever in the text. */
export interface Sql {
  readonly text: string
  readonly bound: readonly (string | number)[]
}

/**
 * The tables that every expression here is about: `r` a run, `c` its configuration, `i` what is kept of an imported one, `s` its study, `sc` that
 * study's configuration.
 */
export const searched = `runs AS r
  CROSS JOIN configs AS c ON c.id = r.config
  LEFT JOIN imported_runs AS i ON i.run = r.id
  LEFT JOIN studies AS s ON s.id = r.study
  LEFT JOIN configs AS sc ON sc.id = s.config`

const ownTags = "(CASE WHEN s.tags IS NULL OR s.tags = '[]' THEN r.tags WHEN r.tags = '[]' THEN s.tags ELSE (SELECT json_group_array(DISTINCT value) FROM (SELECT value FROM json_each(r.tags) UNION SELECT value FROM json_each(s.tags))) END)"

const columnSql: Readonly<Record<RunColumn, string>> = {
  id: "printf('run-%06d', r.id)",
  name: 'r.name',
  key: 'r.key',
  study: "printf('study-%04d', r.study)",
  method: "json_extract(sc.json, '$.method')",
  source: 'i.tool',
  sourceGroup: "json_extract(i.document, '$.source.group')",
  sourcePath: "json_extract(i.document, '$.source.path')",
  status: 'r.status',
  tag: ownTags,
  note: 'r.note',
  starred: 'r.starred',
  archived: 'max(r.archived, coalesce(s.archived, 0))',
  created: 'r.created_at',
  started: 'r.started_at',
  finished: 'r.finished_at',
  steps: 'r.steps',
  examples: 'r.examples',
  duration: 'r.wall_ms',
  evaluations: 'r.function_evaluations',
  censored: 'r.censored',
  error: "json_extract(r.error, '$.message')",
}

/** What is searched for words: between values stands a character that no word has. */
const searchedText = `lower(concat_ws(char(10), r.name, r.key, printf('run-%06d', r.id), s.name, r.tags, s.tags, r.note, r.status, json_extract(sc.json, '$.method'),
  json_extract(c.json, '$.model.kind'), json_extract(c.json, '$.optimizer.kind'), json_extract(c.json, '$.dataset.name'),
  i.tool, json_extract(i.document, '$.source.group'), json_extract(i.document, '$.param')))`

/** The value of a field of a run; NULL where it has none. */
export function fieldSql({ source }: Field): Sql {
  switch (source.from) {
    case 'column':
      return { text: source.column === 'study' ? 'CASE WHEN r.study IS NOT NULL THEN ' + columnSql.study + ' END' : columnSql[source.column], bound: [] }
    case 'config':
      return { text: 'json_extract(c.json, ?)', bound: [`$.${source.path.map((part) => JSON.stringify(part)).join('.')}`] }
    case 'param':
      return { text: 'json_extract(i.document, ?)', bound: [`$.param.${JSON.stringify(source.name)}`] }
    case 'metric': {
      const column = { last: 'last', min: 'low', max: 'high' }[source.statistic]
      return { text: `(SELECT ${column} FROM metric_extremes WHERE run = r.id AND key = (SELECT id FROM metric_keys WHERE name = ?))`, bound: [source.key] }
    }
  }
}

/** True, as 1, or false, as 0, never NULL: so that `not` of a condition is true where the condition is not. */
export function filterSql(node: FilterNode): Sql {
  switch (node.kind) {
    case 'all':
    case 'any':
      return joined(node.of.map(filterSql), node.kind === 'all' ? ' AND ' : ' OR ')
    case 'not': {
      const { text, bound } = filterSql(node.of)
      return { text: `NOT ${text}`, bound }
    }
    case 'text':
      return { text: `(instr(${searchedText}, lower(?)) > 0)`, bound: [node.text] }
    case 'compare': {
      const isNegated = node.operator === '!=' || node.operator === '!~'
      const operator = node.operator === '!=' ? '=' : node.operator === '!~' ? '~' : node.operator
      const any = joined(node.values.map((value) => comparison(node.field, operator, value)), ' OR ')
      // A run that has nothing there differs from every value.
      return isNegated ? { text: `NOT ${any.text}`, bound: any.bound } : any
    }
  }
}

/** Whether a filter says itself which archived runs it wants. */
export function namesArchived(node: FilterNode | null): boolean {
  if (node === null || node.kind === 'text') return false
  if (node.kind === 'compare') return node.field.source.from === 'column' && node.field.source.column === 'archived'
  return node.kind === 'not' ? namesArchived(node.of) : node.of.some(namesArchived)
}

function comparison(field: Field, operator: Operator, value: FilterValue): Sql {
  const { text, bound } = fieldSql(field)
  const compared = (condition: string, ...values: (string | number)[]): Sql => ({ text: `coalesce(${text} ${condition}, 0)`, bound: [...bound, ...values] })
  if (field.type === 'list') return listComparison(field, operator, value)
  switch (value.kind) {
    case 'none':
      return { text: field.source.from === 'column' && field.type === 'text' ? `(coalesce(${text}, '') = '')` : `(${text} IS NULL)`, bound }
    case 'boolean':
      return compared('= ?', Number(value.value))
    case 'number':
      // SQLite takes any text for more than any number.
      if (field.type === 'mixed') return { text: `(typeof(${text}) IN ('integer', 'real') AND ${text} ${operator} ?)`, bound: [...bound, ...bound, value.value] }
      return compared(`${operator} ?`, value.value)
    case 'period':
      return periodComparison(operator, value, compared)
    case 'text':
      if (field.source.from === 'column' && field.source.column === 'study') return studyComparison(operator, value.value)
      if (operator === '~') return { text: `coalesce(instr(lower(${text}), lower(?)) > 0, 0)`, bound: [...bound, value.value] }
      return compared('= ? COLLATE NOCASE', value.value)
  }
}

function periodComparison(operator: Operator, { from, to }: { readonly from: number; readonly to: number }, compared: (condition: string, ...values: number[]) => Sql): Sql {
  // A moment, such as `7 d ago`, ends where it begins.
  switch (operator) {
    case '<':
      return compared('< ?', from)
    case '<=':
      return compared('< ?', Math.max(to, from + 1))
    case '>':
      return compared('>= ?', Math.max(to, from + 1))
    case '>=':
      return compared('>= ?', from)
    default:
      return compared('BETWEEN ? AND ?', from, Math.max(to - 1, from))
  }
}

/** A study is meant by its id or by its name. */
function studyComparison(operator: Operator, value: string): Sql {
  if (operator === '~') return { text: `coalesce(instr(lower(concat_ws(char(10), ${columnSql.study}, s.name)), lower(?)) > 0 AND r.study IS NOT NULL, 0)`, bound: [value] }
  const id = /^study-0*(\d{1,15})$/.exec(value)
  return { text: '(coalesce(r.study = ?, 0) OR coalesce(s.name = ? COLLATE NOCASE, 0))', bound: [id === null ? -1 : Number(id[1]), value] }
}

/** Of a list any element may be the one that fits. */
function listComparison(field: Field, operator: Operator, value: FilterValue): Sql {
  const { text, bound } = fieldSql(field)
  if (value.kind !== 'text') return { text: `(coalesce(${text}, '[]') = '[]')`, bound }
  const condition = operator === '~' ? 'instr(lower(e.value), lower(?)) > 0' : 'CAST(e.value AS TEXT) = ? COLLATE NOCASE'
  return { text: `(coalesce(${text}, '[]') <> '[]' AND EXISTS (SELECT 1 FROM json_each(${text}) AS e WHERE ${condition}))`, bound: [...bound, ...bound, value.value] }
}

function joined(parts: readonly Sql[], by: string): Sql {
  return { text: `(${parts.map(({ text }) => text).join(by)})`, bound: parts.flatMap(({ bound }) => bound) }
}
