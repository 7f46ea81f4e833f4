import type { Migration } from './migration.ts'

/** What happened, and which checkpoint files belong to a run, each with the SHA-256 that it must have. */
export const eventsAndCheckpoints: Migration = {
  version: 4,
  name: 'events-and-checkpoints',
  sql: `
    CREATE TABLE events (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      study INTEGER REFERENCES studies (id),
      run INTEGER REFERENCES runs (id),
      at INTEGER NOT NULL,
      level TEXT NOT NULL,
      kind TEXT NOT NULL,
      message TEXT NOT NULL,
      facts TEXT NOT NULL
    ) STRICT;
    CREATE INDEX events_by_study ON events (study, id) WHERE study IS NOT NULL;
    CREATE INDEX events_by_run ON events (run, id) WHERE run IS NOT NULL;
    CREATE TABLE checkpoints (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      run INTEGER NOT NULL REFERENCES runs (id),
      step INTEGER NOT NULL,
      examples INTEGER NOT NULL,
      bytes INTEGER NOT NULL,
      sha256 TEXT NOT NULL,
      file TEXT NOT NULL,          -- name within checkpoints/<run id>/
      created_at INTEGER NOT NULL,
      UNIQUE (run, step)
    ) STRICT;
  `,
}
