import type { Migration } from './migration.ts'

/** Data sets of their own that users keep in a list, by how they are read: path and settings, as canonical JSON, without what splits them. */
export const keptDatasets: Migration = {
  version: 15,
  name: 'kept-datasets',
  sql: `
    CREATE TABLE kept_datasets (
      reading TEXT PRIMARY KEY,
      config TEXT NOT NULL,       -- JSON, a whole data set config
      kept_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
  `,
}
