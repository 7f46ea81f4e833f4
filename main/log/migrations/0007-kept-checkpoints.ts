import type { Migration } from './migration.ts'

/** Checkpoints that a user asked for stay when newer ones push the others out. */
export const keptCheckpoints: Migration = {
  version: 7,
  name: 'kept-checkpoints',
  sql: `
    ALTER TABLE checkpoints ADD COLUMN kept INTEGER NOT NULL DEFAULT 0 CHECK (kept IN (0, 1));
  `,
}
