/**
 * One change of the log's schema. Migrations are numbered from 1 without gaps and never edited once released: the schema
 * is what they give in order, and nothing else alters tables.
 */
export interface Migration {
  /** `user_version` of the database afterwards. */
  readonly version: number
  readonly name: string
  readonly sql: string
}
