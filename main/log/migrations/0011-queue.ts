import type { Migration } from './migration.ts'

/**
 * The queue: of each single run and study that waits, trains or may be resumed its place and priority, so that the order outlives the process.
 *
 * Nothing that an older version left comes in: what it had queued becomes interrupted, as before, and takes a place when it is resumed.
 */
export const queue: Migration = {
  version: 11,
  name: 'queue',
  sql: `
    CREATE TABLE queue (
      id INTEGER PRIMARY KEY,
      run INTEGER UNIQUE REFERENCES runs (id),
      study INTEGER UNIQUE REFERENCES studies (id),
      priority INTEGER NOT NULL DEFAULT 0 CHECK (priority IN (-1, 0, 1)),
      place INTEGER NOT NULL,
      held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1)),
      enqueued_at INTEGER NOT NULL,
      CHECK ((run IS NULL) <> (study IS NULL))
    ) STRICT;
    CREATE TABLE queue_settings (
      id INTEGER PRIMARY KEY CHECK (id = 1),
      paused INTEGER NOT NULL CHECK (paused IN (0, 1)),
      starts_on_opening INTEGER NOT NULL CHECK (starts_on_opening IN (0, 1)),
      side_by_side INTEGER NOT NULL CHECK (side_by_side BETWEEN 1 AND 16)
    ) STRICT;
    INSERT INTO queue_settings VALUES (1, 0, 1, 1);
    CREATE INDEX runs_ended ON runs (finished_at) WHERE study IS NULL AND status IN ('finished', 'failed');
    CREATE INDEX studies_ended ON studies (finished_at) WHERE status IN ('finished', 'failed');
  `,
}
