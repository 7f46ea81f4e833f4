import type { Migration } from './migration.ts'

/**
 * What users say of runs and studies, how they look at lists of them, and what a list of 10,000 runs is filtered and sorted by without reading
 * curves: of each metric that is logged by evaluations its last, least and greatest value.
 *
 * `purged` names runs whose rows are gone and whose checkpoint files may still be there, after a crash between the two.
 */
export const annotations: Migration = {
  version: 9,
  name: 'annotations',
  sql: `
    ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT '';
    ALTER TABLE runs ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';  -- JSON, sorted
    ALTER TABLE runs ADD COLUMN starred INTEGER NOT NULL DEFAULT 0 CHECK (starred IN (0, 1));
    ALTER TABLE runs ADD COLUMN archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1));
    ALTER TABLE runs ADD COLUMN trashed_at INTEGER;
    ALTER TABLE studies ADD COLUMN note TEXT NOT NULL DEFAULT '';
    ALTER TABLE studies ADD COLUMN tags TEXT NOT NULL DEFAULT '[]';
    ALTER TABLE studies ADD COLUMN starred INTEGER NOT NULL DEFAULT 0 CHECK (starred IN (0, 1));
    ALTER TABLE studies ADD COLUMN archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1));
    ALTER TABLE studies ADD COLUMN trashed_at INTEGER;
    CREATE INDEX runs_trashed ON runs (trashed_at) WHERE trashed_at IS NOT NULL;
    CREATE INDEX studies_trashed ON studies (trashed_at) WHERE trashed_at IS NOT NULL;
    CREATE INDEX runs_tagged ON runs (tags) WHERE tags <> '[]';
    CREATE INDEX studies_tagged ON studies (tags) WHERE tags <> '[]';
    CREATE TABLE views (name TEXT PRIMARY KEY, view TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE purged (run INTEGER PRIMARY KEY) STRICT;
    CREATE TABLE metric_extremes (
      run INTEGER NOT NULL REFERENCES runs (id),
      key INTEGER NOT NULL REFERENCES metric_keys (id),
      last_step INTEGER NOT NULL,
      last REAL,
      low REAL,     -- of the finite values
      high REAL,
      PRIMARY KEY (run, key)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO metric_extremes
      SELECT m.run, m.key, m.step, m.value, e.low, e.high
      FROM (
        SELECT run, key, max(step) AS last_step,
          min(CASE WHEN value > -9e999 AND value < 9e999 THEN value END) AS low,
          max(CASE WHEN value > -9e999 AND value < 9e999 THEN value END) AS high
        FROM metrics GROUP BY run, key
      ) AS e CROSS JOIN metrics AS m ON m.run = e.run AND m.key = e.key AND m.step = e.last_step;
  `,
}
