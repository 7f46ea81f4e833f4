import type { Migration } from './migration.ts'

/**
 * Studies, runs, and the documents that they share: each configuration and environment stands once, under the SHA-256 of
 * its canonical JSON. Ids of studies and runs are their row numbers, and AUTOINCREMENT never gives one twice.
 */
export const studiesAndRuns: Migration = {
  version: 2,
  name: 'studies-and-runs',
  sql: `
    CREATE TABLE configs (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, json TEXT NOT NULL) STRICT;
    CREATE TABLE environments (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, json TEXT NOT NULL) STRICT;
    CREATE TABLE studies (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      name TEXT NOT NULL,
      status TEXT NOT NULL,
      config INTEGER NOT NULL REFERENCES configs (id),
      created_at INTEGER NOT NULL,
      started_at INTEGER,
      finished_at INTEGER,
      error TEXT
    ) STRICT;
    CREATE TABLE runs (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      study INTEGER REFERENCES studies (id),
      key TEXT NOT NULL,
      name TEXT NOT NULL,
      status TEXT NOT NULL,
      config INTEGER NOT NULL REFERENCES configs (id),
      environment INTEGER REFERENCES environments (id),
      created_at INTEGER NOT NULL,
      started_at INTEGER,
      finished_at INTEGER,
      steps INTEGER NOT NULL DEFAULT 0,
      examples INTEGER NOT NULL DEFAULT 0,
      wall_ms REAL NOT NULL DEFAULT 0,
      function_evaluations INTEGER NOT NULL DEFAULT 0,
      censored INTEGER CHECK (censored IN (0, 1)),
      error TEXT
    ) STRICT;
    CREATE UNIQUE INDEX runs_by_key ON runs (study, key) WHERE study IS NOT NULL;
    CREATE INDEX runs_by_study ON runs (study, id) WHERE study IS NOT NULL;
    CREATE INDEX runs_by_status ON runs (status);
  `,
}
