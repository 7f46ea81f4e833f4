import type { Migration } from './migration.ts'

/**
 * Reports that researchers compose, and the data that they have pinned in them.
 *
 * A pin names no run by a key of the log: it holds what it shows, and stays when its runs are purged.
 */
export const reports: Migration = {
  version: 13,
  name: 'reports',
  sql: `
    CREATE TABLE reports (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      title TEXT NOT NULL,
      blocks TEXT NOT NULL,  -- JSON
      version INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      trashed_at INTEGER
    ) STRICT;
    CREATE TABLE pins (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      report INTEGER NOT NULL REFERENCES reports (id),
      pinned_at INTEGER NOT NULL,
      pin TEXT NOT NULL  -- JSON
    ) STRICT;
    CREATE INDEX pins_by_report ON pins (report, id);
  `,
}
