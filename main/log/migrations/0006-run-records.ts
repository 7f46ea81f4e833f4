import type { Migration } from './migration.ts'

/**
 * What runs tell beside numbers, as JSON: what a chain looked at at an evaluation, what a model predicts at its end. One of each kind a step.
 *
 * Predictions take some ten kilobytes, so the table is one with row ids, which keeps them out of the tree that is searched.
 */
export const runRecords: Migration = {
  version: 6,
  name: 'run-records',
  sql: `
    CREATE TABLE run_records (
      run INTEGER NOT NULL REFERENCES runs (id),
      kind TEXT NOT NULL,
      step INTEGER NOT NULL,
      record TEXT NOT NULL,  -- JSON
      UNIQUE (run, kind, step)
    ) STRICT;
  `,
}
