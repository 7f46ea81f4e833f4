import type { Migration } from './migration.ts'

/** How busy the machine was while something trained. One row each few seconds, so a day of training takes less than a megabyte. */
export const systemSamples: Migration = {
  version: 10,
  name: 'system samples',
  sql: `
    CREATE TABLE system_samples (
      at INTEGER PRIMARY KEY,         -- ms since 1970
      cpu_busy REAL NOT NULL,
      engine_cores REAL NOT NULL,
      memory_used INTEGER NOT NULL,   -- bytes, as all that follow
      memory_total INTEGER NOT NULL,
      engine_memory INTEGER NOT NULL,
      disk_free INTEGER NOT NULL,
      disk_total INTEGER NOT NULL,
      gpus TEXT NOT NULL              -- JSON
    ) STRICT;
  `,
}
