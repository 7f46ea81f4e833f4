import type { Migration } from './migration.ts'

/**
 * Metrics of many steps in one row, beside `metrics`: a row a step costs a training step of 0.1 ms more than a hundredth of its time.
 * What `points` holds is in `../block-codec.ts`. Blocks of a run's metric do not overlap, and no row of `metrics` lies in the range of
 * one, so ordered by `last_step` they are ordered by `first_step`, too. Rows from before stay where they are.
 */
export const metricBlocks: Migration = {
  version: 8,
  name: 'metric-blocks',
  sql: `
    CREATE TABLE metric_blocks (
      run INTEGER NOT NULL REFERENCES runs (id),
      key INTEGER NOT NULL REFERENCES metric_keys (id),
      last_step INTEGER NOT NULL,
      first_step INTEGER NOT NULL,
      points BLOB NOT NULL,
      PRIMARY KEY (run, key, last_step)
    ) STRICT, WITHOUT ROWID;
  `,
}
