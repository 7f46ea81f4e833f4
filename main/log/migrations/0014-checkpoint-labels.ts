import type { Migration } from './migration.ts'

/**
 * What the user calls a checkpoint that is kept; and files of checkpoints whose rows are gone and that may still be there, after a crash
 * between the two.
 */
export const checkpointLabels: Migration = {
  version: 14,
  name: 'checkpoint-labels',
  sql: `
    ALTER TABLE checkpoints ADD COLUMN label TEXT NOT NULL DEFAULT '';
    CREATE TABLE pruned_files (
      run INTEGER NOT NULL,
      file TEXT NOT NULL,          -- name within checkpoints/<run id>/
      PRIMARY KEY (run, file)
    ) STRICT, WITHOUT ROWID;
  `,
}
