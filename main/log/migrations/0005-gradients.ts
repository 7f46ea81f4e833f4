import type { Migration } from './migration.ts'

/**
 * Histograms of gradients, a row for each step, worker and unit that was logged. Units stand once a run, in the order in which they lie
 * in the gradient.
 *
 * Rows are a kilobyte and more, so the table is one with row ids, which keeps them out of the tree that is searched.
 */
export const gradients: Migration = {
  version: 5,
  name: 'gradients',
  sql: `
    CREATE TABLE gradient_units (
      id INTEGER PRIMARY KEY,
      run INTEGER NOT NULL REFERENCES runs (id),
      name TEXT NOT NULL,
      elements INTEGER NOT NULL,
      UNIQUE (run, name)
    ) STRICT;
    CREATE TABLE gradients (
      run INTEGER NOT NULL REFERENCES runs (id),
      step INTEGER NOT NULL,
      worker INTEGER NOT NULL,
      unit INTEGER NOT NULL REFERENCES gradient_units (id),
      compression TEXT NOT NULL,  -- JSON
      histograms BLOB NOT NULL,   -- see histogram-codec.ts
      UNIQUE (run, step, worker, unit)
    ) STRICT;
  `,
}
