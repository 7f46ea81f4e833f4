import type { Database } from 'better-sqlite3'
import type { FieldValue } from '../contract/annotations.ts'
import { fieldSql, searched } from './filter-sql.ts'
import type { Sql } from './filter-sql.ts'
import { rowOf } from './ids.ts'
import { keeping, knownField, readValue } from './run-search.ts'

/** The statement for what is logged; its plan is tested. */
export const runValueQueries = {
  extremes: `SELECT k.name AS key, count(*) AS runs FROM json_each(?) AS wanted
    CROSS JOIN metric_extremes AS e ON e.run = wanted.value CROSS JOIN metric_keys AS k ON k.id = e.key GROUP BY k.name ORDER BY k.name`,
} as const

export interface RunValues {
  of(runIds: readonly string[], fields: readonly string[]): FieldValue[][]
  extremes(runIds: readonly string[]): readonly { readonly key: string; readonly runs: number }[]
}

/** Reads chosen fields of chosen runs, whatever list they are from. */
export function runValues(db: Database): RunValues {
  const prepare = keeping((text) => db.prepare<(string | number)[], unknown[]>(text).raw())
  const extremes = db.prepare<[string], { key: string; runs: number }>(runValueQueries.extremes)
  return {
    of(runIds, names) {
      const fields = names.map(knownField)
      const rows = runIds.map((id) => rowOf('run', id))
      const { text, bound } = valuesSql(fields.map(fieldSql), rows)
      const columns = fields.map((): FieldValue[] => Array.from(runIds, () => null))
      for (const [place, ...values] of prepare(text).all(...bound)) {
        for (const [index, field] of fields.entries()) columns[index]![Number(place)] = readValue(field, values[index])
      }
      return columns
    },
    extremes: (runIds) => extremes.all(JSON.stringify(runIds.map((id) => rowOf('run', id)))),
  }
}

/** Each run's place among those asked for, and its values. */
export function valuesSql(values: readonly Sql[], rows: readonly number[]): Sql {
  return {
    text: `SELECT ${['wanted.key', ...values.map(({ text }) => text)].join(', ')} FROM json_each(?) AS wanted CROSS JOIN ${searched.replace('runs AS r', 'runs AS r ON r.id = wanted.value')}`,
    bound: [...values.flatMap(({ bound }) => bound), JSON.stringify(rows)],
  }
}
