import type { Migration } from './migration.ts'

/** Who writes to the log: at most one row, there while a writer holds it or since one died. */
export const lease: Migration = {
  version: 1,
  name: 'lease',
  sql: `
    CREATE TABLE lease (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      token TEXT NOT NULL,
      pid INTEGER NOT NULL,
      host TEXT NOT NULL,
      owner TEXT NOT NULL,
      since INTEGER NOT NULL,      -- ms since 1970
      heartbeat INTEGER NOT NULL   -- ms since 1970
    ) STRICT;
  `,
}
