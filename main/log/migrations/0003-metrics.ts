import type { Migration } from './migration.ts'

/**
 * Metrics, clustered by run, key and step, so that a curve is one range of the table and a step is logged once.
 * A value of NaN is stored as NULL, which is how SQLite reads NaN; infinities are stored as they are.
 */
export const metricsTable: Migration = {
  version: 3,
  name: 'metrics',
  sql: `
    CREATE TABLE metric_keys (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
    CREATE TABLE metrics (
      run INTEGER NOT NULL REFERENCES runs (id),
      key INTEGER NOT NULL REFERENCES metric_keys (id),
      step INTEGER NOT NULL,
      examples INTEGER NOT NULL,
      wall_ms REAL NOT NULL,
      value REAL,
      PRIMARY KEY (run, key, step)
    ) STRICT, WITHOUT ROWID;
  `,
}
